import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../support/source-files.ts';

const docs = readFileSync(join(ROOT, 'docs/running.md'), 'utf8');

test('every variable that is read stands in the table of settings', () => {
  const settings = readFileSync(join(ROOT, 'runtime/settings.ts'), 'utf8');
  const read = [...settings.matchAll(/environment\.([A-Z_]+)/g)].map(([, name]) => name);
  const table = [...docs.matchAll(/^\| `([A-Z_]+)`/gm)].map(([, name]) => name);
  expect(table).toEqual(expect.arrayContaining(read));
  expect(table.filter((name) => !read.includes(name) && name !== 'DATABASE_URL')).toEqual([]);
});
