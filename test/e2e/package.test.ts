import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../support/source-files.ts';
import { scratchFolder } from '../support/running.ts';

interface Packed {
  filename: string;
  files: { path: string }[];
}

test('the package holds what a user needs, and what is built runs', { timeout: 120_000 }, () => {
  const { folder, remove } = scratchFolder();
  const printed = execFileSync('npm', ['pack', '--json', '--silent', '--pack-destination', folder], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const [packed] = JSON.parse(printed.slice(printed.indexOf('['))) as [Packed];
  const paths = packed.files.map(({ path }) => path);
  const expected =
    /^(dist\/(core|connectors|destinations|webhooks|runtime)\/.*\.(js|d\.ts)|package\.json|manifest\.json|README\.md|CHANGELOG\.md|LICENSE)$/;
  expect(paths.filter((path) => !expected.test(path))).toEqual([]);
  expect(paths).toEqual(
    expect.arrayContaining(['dist/runtime/main.js', 'dist/core/index.d.ts', 'manifest.json', 'LICENSE']),
  );
  execFileSync('tar', ['-xzf', join(folder, packed.filename), '-C', folder]);
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const run = (...args: string[]): string =>
    execFileSync(process.execPath, [join(folder, 'package/dist/runtime/main.js'), ...args], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, PICKWELL_DATA: join(folder, 'data') },
    });
  expect(run('--version').trim()).toMatch(/^\d+\.\d+\.\d+$/);
  // opens the store in its worker thread
  expect(run('keys', 'create', 'decide')).toMatch(/^pk_decide_/);
  remove();
});
