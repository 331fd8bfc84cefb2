import type { StoreChoice } from '../../runtime/store/open-store.ts';
import { median } from '../statistics.ts';
import type { Served } from './children.ts';
import type { Tail } from './generators.ts';
import { closedLoop, CONNECTIONS, openLoop } from './generators.ts';
import { KEY, withBare, withCopies } from './rig.ts';

/** What is measured: how many copies, on what. */
export interface Case {
  name: string;
  copies: number;
  /** Absent: bare `node:http`. */
  store?: 'sqlite' | 'postgres';
}

export const CASES: readonly Case[] = [
  { name: 'bare node:http', copies: 1 },
  { name: 'SQLite', copies: 1, store: 'sqlite' },
  { name: 'PostgreSQL', copies: 1, store: 'postgres' },
  { name: 'PostgreSQL', copies: 2, store: 'postgres' },
  { name: 'PostgreSQL', copies: 4, store: 'postgres' },
];

export interface Round {
  /** Closed loop: the most it does. */
  rps: number;
  /** Open loop at `SHARE` of that. */
  open: Tail;
  /** CPU time of all copies per request of the closed loop, in microseconds. */
  cpuUs: number;
  /** Resident memory of the largest copy, in MB. */
  rss: number;
  failed: number;
}

/** Share of the most it does at which times are measured. */
export const SHARE = 0.7;

const usage = async (servers: readonly Served[]): Promise<{ cpuUs: number; rss: number }> => {
  const all = await Promise.all(servers.map((server) => server.usage()));
  return { cpuUs: all.reduce((sum, own) => sum + own.cpuUs, 0), rss: Math.max(...all.map(({ rss }) => rss)) };
};

/** A warm-up as long as the run, the closed loop, then the open loop at a share of what came out of it. */
async function round(servers: Served[], number: number, seconds: number): Promise<Round> {
  const load = { ports: servers.map(({ port }) => port), key: KEY, seconds };
  await closedLoop({ ...load, round: `w${number}` });
  const before = await usage(servers);
  const { rps, failed } = await closedLoop({ ...load, round: `r${number}` });
  const cpuUs = ((await usage(servers)).cpuUs - before.cpuUs) / (rps * seconds);
  const rate = SHARE * rps;
  const open = await openLoop({
    ...load,
    rate,
    round: `o${number}`,
    connections: CONNECTIONS,
    seed: number + 1,
  });
  return { rps, open, cpuUs, rss: (await usage(servers)).rss / 1e6, failed: failed + open.failed };
}

/** Where each store of a run is. */
export type Place = <T>(kind: 'sqlite' | 'postgres', work: (store: StoreChoice) => Promise<T>) => Promise<T>;

/** One round of a case, on servers and a store of its own. */
export function oneRound(
  own: Case,
  number: number,
  { seconds, place }: { seconds: number; place: Place },
): Promise<Round> {
  const { store, copies } = own;
  if (store === undefined) return withBare((servers) => round(servers, number, seconds));
  return place(store, (choice) => withCopies(choice, copies, (servers) => round(servers, number, seconds)));
}

/** Medians over the rounds of a case. */
export function summary(rounds: readonly Round[]): Round {
  const of = (pick: (own: Round) => number): number => median(rounds.map(pick));
  const tail = (name: keyof Tail): number => of(({ open }) => open[name]);
  return {
    rps: of(({ rps }) => rps),
    open: {
      ...{ p50: tail('p50'), p99: tail('p99'), p999: tail('p999'), max: tail('max') },
      ...{ asked: tail('asked'), rps: tail('rps'), failed: tail('failed'), lateMs: tail('lateMs') },
    },
    cpuUs: of(({ cpuUs }) => cpuUs),
    rss: of(({ rss }) => rss),
    failed: rounds.reduce((sum, { failed }) => sum + failed, 0),
  };
}
