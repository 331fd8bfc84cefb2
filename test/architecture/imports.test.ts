import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT, sourceFiles } from '../support/source-files.ts';

const files = sourceFiles(['core', 'connectors', 'destinations', 'webhooks', 'runtime']);
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
};
const packages = new Set(Object.keys(manifest.dependencies));

const isOurs = (name: string): boolean => /^(core|connectors|destinations|webhooks|runtime)\//.test(name);
/** `@scope/name/deep` and `name/deep` are both of one package. */
const packageOf = (name: string): string => name.split('/', name.startsWith('@') ? 2 : 1).join('/');

/** What `destinations/x` may import of its platform's own SDK. */
const SDK: Record<string, string[]> = { 'destinations/segment': ['@segment/analytics-node'] };
/** Platforms whose signature or missing event id needs a digest: `node:crypto` beside the webhooks. */
const CRYPTO = new Set(['connectors/segment']);

/** Says why a file may not import something, or undefined. */
function objection(path: string, target: string): string | undefined {
  const [top, second = ''] = path.split('/');
  const own = `${top}/${second}`;
  if (top === 'runtime') {
    return isOurs(target) || target.startsWith('node:') || packages.has(packageOf(target))
      ? undefined
      : 'runtime: only what package.json names';
  }
  if (target.startsWith('runtime/')) return 'only runtime imports runtime';
  const inner = target.startsWith('core/domain/') || target.startsWith('core/contracts/');
  if (top === 'core') {
    if (!target.startsWith('core/')) return 'core imports nothing from outside core';
    const low = second === 'domain' || second === 'contracts';
    return low && !inner ? 'core/domain and core/contracts import each other only' : undefined;
  }
  if (second === 'registry.ts') {
    return inner || new RegExp(`^${top}/[^/]+/index\\.ts$`).test(target)
      ? undefined
      : 'registry: contracts and index files';
  }
  if (inner || target === 'zod' || target.startsWith(`${own}/`)) return undefined;
  if (target === 'node:crypto' && (top === 'webhooks' || CRYPTO.has(own))) return undefined;
  return SDK[own]?.includes(target)
    ? undefined
    : 'an integration: contracts, domain, its own folder, zod, its SDK';
}

test('imports follow the table in docs/architecture.md', () => {
  const wrong = files.flatMap(({ path, imports }) =>
    imports.flatMap((target) => {
      const reason = objection(path, target);
      return reason === undefined ? [] : [`${path} -> ${target}: ${reason}`];
    }),
  );
  expect(wrong).toEqual([]);
});

test('the rules object to what they are meant to stop', () => {
  expect(objection('core/decide/x.ts', 'node:fs')).toBeDefined();
  expect(objection('core/domain/x.ts', 'core/maths/y.ts')).toBeDefined();
  expect(objection('connectors/braze/x.ts', 'connectors/segment/y.ts')).toBeDefined();
  expect(objection('connectors/braze/x.ts', 'core/maths/y.ts')).toBeDefined();
  expect(objection('connectors/braze/x.ts', 'axios')).toBeDefined();
  expect(objection('webhooks/registry.ts', 'webhooks/sendgrid/parse.ts')).toBeDefined();
  expect(objection('runtime/x.ts', 'lodash')).toBeDefined();
});

test('nothing imports in a circle', () => {
  const graph = new Map(files.map(({ path, imports }) => [path, imports.filter(isOurs)]));
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (path: string, trail: string[]): void => {
    if (trail.includes(path)) circles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
    if (done.has(path) || trail.includes(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  expect(circles).toEqual([]);
});

test('core/index.ts is for outsiders only', () => {
  const users = files.filter(({ imports }) => imports.includes('core/index.ts')).map(({ path }) => path);
  expect(users).toEqual([]);
});

test('core reads no clock, no chance, no environment', () => {
  const forbidden =
    /\bDate\.now\b|\bMath\.random\b|\bprocess\.|\bperformance\.|\bfetch\(|\bsetTimeout\b|new Date\(\)/;
  const wrong = files
    .filter(({ path }) => path.startsWith('core/'))
    .filter(({ path }) => forbidden.test(readFileSync(join(ROOT, path), 'utf8')));
  expect(wrong.map(({ path }) => path)).toEqual([]);
});
