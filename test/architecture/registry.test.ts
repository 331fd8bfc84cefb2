import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { connectors } from '../../connectors/registry.ts';
import { destinations } from '../../destinations/registry.ts';
import { manifestText } from '../../runtime/manifest.ts';
import { withIntegrations } from '../../runtime/generate/readme.ts';
import { packageVersion } from '../../runtime/version.ts';
import { webhooks } from '../../webhooks/registry.ts';
import { ROOT } from '../support/source-files.ts';

const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8');
const manifest = JSON.parse(read('manifest.json')) as Record<string, { id: string }[]>;
const kinds = { connectors, destinations, webhooks };

/** Names of sibling files every integration of a kind has. */
const SIBLINGS: Record<keyof typeof kinds, string[]> = {
  connectors: ['index.ts', 'parse.ts', 'schema.ts'],
  destinations: ['decode.ts', 'encode.ts', 'index.ts', 'limits.ts', 'schema.ts'],
  webhooks: ['index.ts', 'parse.ts', 'schema.ts', 'verify.ts'],
};

describe.each(['connectors', 'destinations', 'webhooks'] as const)('%s', (kind) => {
  const folders = readdirSync(join(ROOT, kind), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();

  test('folders, registry and manifest name the same integrations', () => {
    expect(kinds[kind].map(({ id }) => id).sort()).toEqual(folders);
    expect(manifest[kind]!.map(({ id }) => id).sort()).toEqual(folders);
  });

  test.each(folders)('%s has the files of its kind', (folder) => {
    expect(readdirSync(join(ROOT, kind, folder))).toEqual(expect.arrayContaining(SIBLINGS[kind]));
  });

  test('declared secrets are settings', () => {
    for (const { id, secrets } of kinds[kind]) {
      const shown = manifest[kind]!.find((entry) => entry.id === id) as unknown as {
        settings: { properties?: Record<string, unknown> };
      };
      expect(Object.keys(shown.settings.properties ?? {})).toEqual(expect.arrayContaining([...secrets]));
    }
  });
});

test('no two routes share a path', () => {
  const paths = [
    ...connectors.flatMap(({ routes }) => routes.map(({ path }) => path)),
    ...webhooks.map(({ path }) => path),
  ];
  expect(new Set(paths).size).toBe(paths.length);
  for (const { id, path } of webhooks) expect(path).toBe(`/webhooks/${id}`);
});

test('manifest.json is what the registries say (npm run generate writes it)', () => {
  expect(read('manifest.json')).toBe(manifestText(packageVersion()));
});

test('the table in the README is what the registries say (npm run generate writes it)', () => {
  const readme = read('README.md');
  expect(withIntegrations(readme)).toBe(readme);
});

test('every limit of every destination names its source and date', () => {
  const shown = manifest.destinations as unknown as { limits: Record<string, unknown> }[];
  for (const { limits } of shown) {
    const sourced = Object.entries(limits).filter(([name]) => name !== 'maxConcurrent');
    expect(sourced.length).toBeGreaterThan(0);
    for (const [, value] of sourced) {
      expect(value).toMatchObject({
        value: expect.any(Number),
        source: expect.stringMatching(/\w/),
        date: expect.stringMatching(/^\d{4}-\d\d(-\d\d)?$/),
      });
    }
  }
});
