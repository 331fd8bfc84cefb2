import { describe, expect, it } from 'vitest';
import type { LedgerRow } from '../../../core/contracts/ledger-row.ts';
import type { Store } from '../../../core/contracts/store.ts';
import { openMemoryStore } from '../../../runtime/store/memory-store.ts';
import { openSqliteStore } from '../../../runtime/store/sqlite/sqlite-store.ts';
import { verifyLedger } from '../../../runtime/store/verify-ledger.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { folder } from '../../support/folders.ts';
import type { Learned } from '../../support/model-states.ts';
import { learned } from '../../support/model-states.ts';
import { opened } from '../../support/opened.ts';
import { CLICK, LEFT, NOON, programme, REVENUE, variant } from '../../support/programmes.ts';
import { deliverMessily, eventsOf, makeDecisions, traffic } from '../../support/traffic.ts';

const PROGRAMME = programme({
  goal: { signals: [REVENUE, CLICK, LEFT] },
  silence: true,
  variants: [variant('a'), variant('b', { content: { subject: 'Hi {{ name }}' } })],
  holdout: { kind: 'random', share: 0.3 },
  guardrails: { caps: [{ per: 'person', channel: 'email', count: 2, hours: 200 }] },
});

interface Told {
  ledger: LedgerRow[];
  state: Learned;
  outcomes: unknown[];
  counts: Record<string, number>;
}

/** What one store has to tell after a month of traffic, with a person erased in the middle of it. */
async function month(store: Store, seed: number): Promise<Told> {
  const world = traffic(seed, ['welcome'], 12);
  const rig = await engineRig({ store, programmes: [PROGRAMME], route: () => ['segment'] });
  const decisions = await makeDecisions(rig, world.asks);
  const erase = { type: 'delete' as const, source: 's', id: 'gone', at: NOON, person: { userId: 'u3' } };
  await deliverMessily(rig, [...eventsOf(world, decisions), erase], seed);
  return {
    ledger: await store.ledger(1, 10_000),
    state: learned(rig.catalogue.model('welcome').state, PROGRAMME),
    outcomes: await store.claim('segment', rig.clock.now, rig.clock.now + 1, 10_000),
    counts: await store.counts(),
  };
}

describe('the two stores', () => {
  it.each([91, 92, 93])('tell the same of the same month, row by row (seed %i)', async (seed) => {
    const sqlite = await opened(async () => openSqliteStore(await folder()));
    const told = await month(sqlite, seed);
    expect(told).toEqual(await month(openMemoryStore(), seed));
    expect(told.ledger.length).toBeGreaterThan(60);
    expect(await verifyLedger(sqlite)).toEqual({ ok: true, rows: told.ledger.length });
  });
});
