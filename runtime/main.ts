#!/usr/bin/env -S node --max-semi-space-size=8
import { Command, InvalidArgumentError } from 'commander';
import { SCOPES } from '../core/contracts/keys.ts';
import type { Scope } from '../core/contracts/keys.ts';
import { Fault } from '../core/contracts/faults.ts';
import type { Store } from '../core/contracts/store.ts';
import { backupCommand } from './backup.ts';
import { mintKey, usable } from './keys.ts';
import { migrateCommand } from './migrate/command.ts';
import type { MigrateOptions } from './migrate/command.ts';
import { readSettings, SettingsError } from './settings.ts';
import { addReport } from './report/command.ts';
import { addSimulate } from './simulate/command.ts';
import { addWarmStart } from './warm-start/command.ts';
import { openStore, storeChoice } from './store/open-store.ts';
import { packageVersion } from './version.ts';

async function withStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(storeChoice(readSettings(process.env)));
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

function scopesIn(text: string): Scope[] {
  const scopes = text.split(',').map((part) => part.trim());
  const unknown = scopes.filter((scope) => !(SCOPES as readonly string[]).includes(scope));
  if (unknown.length > 0)
    throw new InvalidArgumentError(`${unknown.join(', ')}: expected ${SCOPES.join(', ')}`);
  return scopes as Scope[];
}

async function createKey(scopes: Scope[], { days }: { days?: number }): Promise<void> {
  const expires = days === undefined ? undefined : Date.now() + days * 86_400_000;
  const { key, stored } = mintKey(scopes, Date.now(), expires);
  await withStore((store) => store.saveKey(stored));
  process.stdout.write(`${key}\n\nThis is shown once. A running server takes it within 2 s.\n`);
}

async function listKeys(): Promise<void> {
  const keys = await withStore((store) => store.keys());
  for (const key of keys) {
    const state = usable(key, Date.now()) ? 'active ' : 'revoked';
    process.stdout.write(
      `${key.id}  ${state}  ${new Date(key.createdAt).toISOString()}  ${key.scopes.join(',')}\n`,
    );
  }
  process.stdout.write(`\nRevoke one with: pickwell keys revoke <id>\n`);
}

async function revokeKey(id: string): Promise<void> {
  const revoked = await withStore(async (store) => {
    const key = (await store.keys()).find((candidate) => candidate.id === id);
    if (key) await store.saveKey({ ...key, revokedAt: Date.now() });
    return key !== undefined;
  });
  if (!revoked) throw new SettingsError(`${id}: no such key; see pickwell keys list`);
  process.stdout.write(`${id} is revoked. A running server refuses it within 2 s.\n`);
}

function program(): Command {
  const root = new Command('pickwell').description('AI decisioning inside the ESP and CDP you already run');
  root.version(packageVersion());
  root
    .command('start', { isDefault: true })
    .description('serve; settings come from the environment')
    // what only a server needs is not read before other commands begin
    .action(async () => (await import('./start.ts')).start());
  const keys = root.command('keys').description('make, list and revoke keys');
  keys
    .command('create')
    .argument('<scopes>', `comma-separated: ${SCOPES.join(', ')}`, scopesIn)
    .option('--days <days>', 'days until it expires', Number)
    .action(createKey);
  keys.command('list').action(listKeys);
  keys.command('revoke').argument('<id>').action(revokeKey);
  const print = (text: string): void => void process.stdout.write(text);
  root
    .command('backup')
    .description('copy the data folder into one file; Pickwell may be running')
    .requiredOption('--to <file>', 'a file that does not exist yet')
    .action((options: { to: string }) => backupCommand(readSettings(process.env), options, print));
  root
    .command('migrate')
    .description('copy a data folder into an empty PostgreSQL database; Pickwell has to be stopped')
    .requiredOption('--from <folder>', 'the data folder')
    .option('--to <url>', 'postgresql://user:password@host:port/database; absent: DATABASE_URL')
    .action((options: MigrateOptions) => migrateCommand(options, process.env.DATABASE_URL, print));
  addReport(root, print);
  addSimulate(root, print);
  addWarmStart(root, print);
  return root;
}

try {
  await program().parseAsync();
} catch (error) {
  const expected = error instanceof SettingsError || (error as { code?: string }).code === 'EADDRINUSE';
  const fault = error instanceof Fault ? `: ${error.detail}` : '';
  process.stderr.write(
    `${expected || fault ? `${(error as Error).message}${fault}` : (error as Error).stack}\n`,
  );
  process.exit(1);
}
