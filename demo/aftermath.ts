import { setTimeout as sleep } from 'node:timers/promises';
import type { Api, DestinationState, Report } from './api.ts';
import { PROGRAMME_ID } from './programme.ts';

/** What Pickwell says of itself once everything has come to rest. */
export interface Aftermath {
  report: Report;
  destinations: DestinationState[];
  ledger: { ok: boolean; rows: number };
  /** Ids on record: decisions, and signals as `["source","id"]`. */
  refs: Map<string, string[]>;
  learned: number;
}

const BOUND_MS = 45_000;
const PAUSE_MS = 250;

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + BOUND_MS; !(await holds()); await sleep(PAUSE_MS)) {
    if (Date.now() > end) throw new Error(`${what} took longer than ${BOUND_MS / 1000} s`);
  }
}

const pending = ({ outbox }: DestinationState): number => outbox.pending ?? 0;

/** Waits until everything on the ledger was learned from, and everything in the outboxes was delivered. */
export async function comeToRest(api: Api): Promise<Aftermath> {
  const ledger = await api.verifyLedger();
  const learned = (): Promise<number> => api.metric('pickwell_folded_entries_total');
  await until('learning', async () => (await learned()) >= ledger.rows);
  // what was learned last may have put something into an outbox: those are looked at afterwards
  await until('delivering', async () => (await api.destinations()).every((one) => pending(one) === 0));
  return {
    report: await api.report(PROGRAMME_ID),
    destinations: await api.destinations(),
    ledger,
    refs: await api.ledgerRefs(),
    learned: await learned(),
  };
}
