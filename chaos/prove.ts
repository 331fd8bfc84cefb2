import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SingleBar } from 'cli-progress';
import Table from 'cli-table3';
import { Command, Option } from 'commander';
import type { Store } from '../core/contracts/store.ts';
import { openMemoryStore } from '../runtime/store/memory-store.ts';
import { openPostgresStore } from '../runtime/store/postgres/postgres-store.ts';
import { openSqliteStore } from '../runtime/store/sqlite/sqlite-store.ts';
import type { OwnPostgres } from '../test/support/own-postgres.ts';
import { ownPostgres } from '../test/support/own-postgres.ts';
import { proveAgain } from '../test/support/proofs/again.ts';
import { proveCaps } from '../test/support/proofs/caps.ts';
import { proveConsent } from '../test/support/proofs/consent.ts';
import { proveCopies } from '../test/support/proofs/copies.ts';
import type { Proof } from '../test/support/proofs/proof.ts';
import { proveTimes } from '../test/support/proofs/times.ts';

interface Options {
  decisions: number;
  store: 'memory' | 'sqlite' | 'postgres';
  only?: string;
  seed: number;
}

/** Of PostgreSQL each copy has its own; elsewhere there is one. */
type Stores = readonly [Store, Store];

interface Claim {
  id: string;
  title: string;
  /** Decisions on one store: what is recorded of more would not fit into memory, or takes long to look through. */
  part: number;
  /** One part of it on an empty store, as two copies have it, which is its own to fill; `folder` is empty too. */
  prove: (stores: Stores, decisions: number, seed: string, folder: string) => Promise<Proof>;
}

const CLAIMS: readonly Claim[] = [
  {
    id: 'again',
    title: 'decisions made again from their records are the same',
    part: 5_000,
    prove: ([store], decisions, seed) => proveAgain(store, decisions, seed),
  },
  {
    id: 'caps',
    title: 'caps are kept and no place is wasted',
    prove: ([store], decisions, seed) => proveCaps(store, decisions, seed),
    part: 10_000,
  },
  {
    id: 'consent',
    title: 'nothing is sent where consent closes a channel',
    part: 100_000,
    prove: ([store], ...given) => proveConsent(store, ...given),
  },
  {
    id: 'copies',
    title: 'limits hold among two copies, and nothing that has room is refused',
    part: 5_000,
    prove: (stores, decisions, seed) => proveCopies(stores, decisions, seed),
  },
  {
    id: 'times',
    title: 'what is planned or put off is for an open time, and limits hold then',
    prove: ([store], decisions, seed) => proveTimes(store, decisions, seed),
    part: 4_000,
  },
];

/** Merges make the batches of the other copy begin anew; how long that may take is not looked at here. */
const PATIENCE_MS = 10_000;
/** Most that is said of one claim that does not hold. */
const EXAMPLES = 5;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** Runs some work on an empty store, which is gone afterwards. */
async function onStore<T>(
  kind: Options['store'],
  work: (stores: Stores, folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'pickwell-prove-'));
  const server = kind === 'postgres' ? await ownPostgres() : undefined;
  const copy = (own: OwnPostgres): Promise<Store> =>
    openPostgresStore({ url: own.url(), retryMs: PATIENCE_MS });
  const first = server ? copy(server) : kind === 'sqlite' ? openSqliteStore(folder) : openMemoryStore();
  const store = await first;
  const stores: Stores = [store, server ? await copy(server) : store];
  try {
    return await work(stores, folder);
  } finally {
    for (const own of new Set(stores)) await own.close();
    await server?.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One claim, in parts of which each begins with nothing and has chance of its own. */
async function proved(
  { id, part: most, prove }: Claim,
  { decisions, store: kind, seed }: Options,
): Promise<Proof> {
  const bar = new SingleBar({ format: `${id} [{bar}] {value}/{total} decisions, {duration_formatted}` });
  bar.start(decisions, 0);
  const all: Proof = { counts: {}, wrong: [] };
  for (let done = 0, part = 0; done < decisions; done += most, part++) {
    const size = Math.min(most, decisions - done);
    const { counts, wrong } = await onStore(kind, (stores, folder) =>
      prove(stores, size, `${seed}/${part}`, folder),
    );
    for (const [name, count] of Object.entries(counts)) all.counts[name] = (all.counts[name] ?? 0) + count;
    all.wrong.push(...wrong.map((text) => `part ${part}: ${text}`));
    bar.update(done + size);
  }
  bar.stop();
  return all;
}

async function run(options: Options): Promise<void> {
  const table = new Table({
    style: { head: [], border: [] },
    head: ['what must hold', 'went through', 'wrong'],
  });
  const wrong: string[] = [];
  for (const claim of CLAIMS.filter(({ id }) => options.only === undefined || id === options.only)) {
    const proof = await proved(claim, options);
    const counts = Object.entries(proof.counts).map(([name, count]) => `${count} ${name}`);
    table.push([claim.title, counts.join(', '), proof.wrong.length]);
    wrong.push(...proof.wrong.slice(0, EXAMPLES).map((text) => `  ${claim.id}: ${text.slice(0, 2_000)}`));
  }
  say(table.toString());
  for (const example of wrong) say(example);
  say(wrong.length === 0 ? '\nEverything held.' : '\nSomething did not hold: the lines above say what.');
  process.exitCode = wrong.length === 0 ? 0 : 1;
}

const command = new Command('prove')
  .description('decides a million times at random and compares every answer with a second way of counting')
  .option('--decisions <number>', 'of each claim', Number, 1_000_000)
  .addOption(
    new Option('--store <kind>', 'where').choices(['memory', 'sqlite', 'postgres']).default('memory'),
  )
  .addOption(new Option('--only <claim>', 'one of them').choices(CLAIMS.map(({ id }) => id)))
  .option('--seed <number>', 'of everything random', Number, 20_261_128)
  .action(run);
await command.parseAsync();
process.exit();
