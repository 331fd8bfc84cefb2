import { execFile, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { freePort } from '../support/process.ts';
import { scratchFolder } from '../support/running.ts';
import { ROOT } from '../support/source-files.ts';

const run = promisify(execFile);

/** Instructions of each stage, with continued lines joined. */
function stages(): Map<string, string[]> {
  const text = readFileSync(join(ROOT, 'Dockerfile'), 'utf8').replace(/\\\n\s*/g, ' ');
  const found = new Map<string, string[]>();
  for (const line of text.split('\n').filter((each) => /^[A-Z]/.test(each))) {
    const stage = /^FROM \S+(?: AS (\w+))?/.exec(line);
    if (stage) found.set(stage[1] ?? 'final', []);
    else [...found.values()].at(-1)?.push(line);
  }
  return found;
}

/** Carries out the COPY and npm steps of one stage in a folder. */
async function carryOut(name: string, root: string): Promise<string> {
  const folder = join(root, name);
  mkdirSync(folder);
  for (const line of stages().get(name) ?? []) {
    const [instruction, ...words] = line.split(/\s+/);
    if (instruction === 'COPY') copy(words, root, folder);
    if (instruction === 'RUN' && words[0] === 'npm') await npm(words.slice(1), folder);
  }
  return folder;
}

/** What a clean install makes of these two files is here already; any other step is carried out. */
async function npm(words: string[], folder: string): Promise<void> {
  if (words.join(' ') !== 'ci --no-fund --no-audit') {
    await run('npm', words, { cwd: folder });
    return;
  }
  for (const name of ['package.json', 'package-lock.json'])
    expect(readFileSync(join(folder, name), 'utf8')).toBe(readFileSync(join(ROOT, name), 'utf8'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
}

function copy(words: string[], root: string, folder: string): void {
  const from = words[0]?.startsWith('--from=') ? words.shift()?.slice('--from='.length) : undefined;
  const target = words.pop() ?? '.';
  for (const source of words) {
    const path = from === undefined ? join(ROOT, source) : source.replace('/build', join(root, from));
    const many = target.endsWith('/');
    cpSync(path, many ? join(folder, target, source) : join(folder, target), { recursive: true });
  }
}

test(
  'the steps of the Dockerfile make something that starts, is well, and ends on SIGTERM',
  {
    timeout: 240_000,
  },
  async () => {
    const { folder, remove } = scratchFolder();
    await Promise.all([carryOut('build', folder), carryOut('packages', folder)]);
    const image = await carryOut('final', folder);
    const port = String(await freePort());
    const data = join(folder, 'data');
    mkdirSync(data);
    const environment = {
      PATH: process.env.PATH,
      PICKWELL_PORT: port,
      PICKWELL_DATA: data,
      NODE_ENV: 'production',
    };
    const command = (name: string): string[] => {
      const line = (stages().get('final') ?? []).find((each) => each.startsWith(name)) ?? '';
      return JSON.parse(line.slice(line.indexOf('['))) as string[];
    };
    const [, ...args] = command('CMD');
    const child = spawn(process.execPath, args, { cwd: image, env: environment, stdio: 'ignore' });
    const exit = new Promise((resolve) => child.once('exit', resolve));
    const [, ...check] = command('HEALTHCHECK');
    const isWell = () =>
      run(process.execPath, check, { env: environment }).then(
        () => true,
        () => false,
      );
    await expect.poll(isWell, { timeout: 20_000 }).toBe(true);
    child.kill('SIGTERM');
    expect(await exit).toBe(0);
    expect(await isWell()).toBe(false);
    remove();
  },
);
