import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nothingWritten } from '../core/contracts/nothing-written.ts';
import type { Store } from '../core/contracts/store.ts';
import { hash32 } from '../core/maths/murmur3.ts';
import { machineClock } from '../runtime/clock.ts';
import { ClosedList } from '../runtime/engine/closed/list.ts';
import { ClosedReader } from '../runtime/engine/closed/reader.ts';
import { openPostgresStore } from '../runtime/store/postgres/postgres-store.ts';
import { openSqliteStore } from '../runtime/store/sqlite/sqlite-store.ts';
import { ownPostgres } from '../test/support/own-postgres.ts';

/*
 * What the closed list costs: memory, reading all of it at a start, one look, and how long a change takes from one copy to
 * another. `node bench/closed-list.ts [ids]`, a million unless said otherwise.
 */
const IDS = Number(process.argv[2] ?? 1_000_000);
const BATCH = 5_000;
const LOOKS = 1_000_000;
const CHANGES = 300;

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const idOf = (i: number): string => `user:customer-${i}`;

async function write(store: Store, from: number, to: number): Promise<void> {
  const closed = Array.from({ length: to - from }, (_, i) => {
    return { id: hash32(idOf(from + i)), erased: false, channels: { email: 'unsubscribed' as const } };
  });
  await store.transact({ persons: [], contactsSince: 0, events: [], decisions: [] }, () => {
    return { ...nothingWritten(), closed };
  });
}

function listOf(store: Store): { list: ClosedList; reader: ClosedReader } {
  const reader = new ClosedReader(machineClock.elapsed);
  return {
    list: new ClosedList({ store, stopwatch: machineClock.elapsed, share: (table) => reader.take(table) }),
    reader,
  };
}

async function started(where: string, store: Store): Promise<ClosedReader> {
  for (let from = 0; from < IDS; from += BATCH) await write(store, from, Math.min(IDS, from + BATCH));
  const { list, reader } = listOf(store);
  const begun = performance.now();
  await list.read();
  const seconds = (performance.now() - begun) / 1_000;
  const megabytes = reader.bytes / 2 ** 20;
  say(`${where}: ${reader.size} ids, ${megabytes.toFixed(1)} MB, read in ${seconds.toFixed(2)} s`);
  return reader;
}

function look(reader: ClosedReader): void {
  for (const [which, first] of [
    ['on it', 0],
    ['not on it', IDS],
  ] as const) {
    let closed = 0;
    const aliases = Array.from({ length: 10_000 }, (_, i) => [idOf(first + i * 97)]);
    const begun = performance.now();
    for (let i = 0; i < LOOKS; i++) {
      closed += Number(reader.standings(aliases[i % aliases.length]!)('email') === 'closed');
    }
    const each = ((performance.now() - begun) * 1e6) / LOOKS;
    say(`a look for an id that is ${which}: ${each.toFixed(0)} ns (${closed} closed)`);
  }
}

/** From the commit of one copy until another one has it, as its engine hears of it. */
async function spread(url: string): Promise<void> {
  const [a, b] = [await openPostgresStore({ url }), await openPostgresStore({ url })];
  const { list, reader } = listOf(b);
  await list.read();
  const end = await b.watch(({ closed }) => list.heard(closed));
  const took: number[] = [];
  for (let i = 0; i < CHANGES; i++) {
    const alias = `user:spread-${i}`;
    const closed = [{ id: hash32(alias), erased: false, channels: { email: 'unsubscribed' as const } }];
    await a.transact({ persons: [], contactsSince: 0, events: [], decisions: [] }, () => {
      return { ...nothingWritten(), closed };
    });
    const begun = performance.now();
    while (reader.standings([alias])('email') !== 'closed') await new Promise((done) => setImmediate(done));
    took.push(performance.now() - begun);
    await new Promise((done) => setTimeout(done, 10));
  }
  took.sort((x, y) => x - y);
  const at = (share: number): string => took[Math.min(CHANGES - 1, Math.floor(CHANGES * share))]!.toFixed(1);
  say(`from one copy to another: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms, of ${CHANGES}`);
  await end();
  await a.close();
  await b.close();
}

const folder = mkdtempSync(join(tmpdir(), 'pickwell-closed-'));
const sqlite = await openSqliteStore(folder);
look(await started('SQLite', sqlite));
await sqlite.close();
rmSync(folder, { recursive: true, force: true });
const server = await ownPostgres();
const postgres = await openPostgresStore({ url: server.url() });
await started('PostgreSQL', postgres);
await postgres.close();
await spread(server.url());
await server.remove();
