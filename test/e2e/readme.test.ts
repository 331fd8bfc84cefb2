import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../support/source-files.ts';

const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8');
const pages = ['README.md', 'CONTRIBUTING.md', 'docs/architecture.md', 'docs/adding-an-integration.md'];
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

test.each(pages)('every npm command that %s names exists', (page) => {
  const named = [...read(page).matchAll(/npm run (?:-s )?([a-z:-]+)/g)].map((match) => match[1]!);
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
});

test.each(pages)('every link of %s leads somewhere', (page) => {
  const links = [...read(page).matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map((match) => match[1]!);
  const missing = links.filter((link) => !existsSync(join(ROOT, page, '..', link)));
  expect(missing).toEqual([]);
});

test('the tag in the README is the one that is printed', async () => {
  const { braze } = await import('../../connectors/braze/index.ts');
  const [{ text }] = braze.snippets;
  const printed = text('welcome', 'https://YOUR-HOST', 'YOUR-DECIDE-KEY').split(':save pickwell %}')[0]!;
  expect(read('README.md')).toContain(printed);
});
