import { expect } from 'vitest';
import type { ModelSnapshot } from '../../core/contracts/records.ts';
import type { Store } from '../../core/contracts/store.ts';
import type { DomainEvent } from '../../core/domain/event.ts';
import type { ModelState } from '../../core/learn/model.ts';
import { optionTotals } from '../../core/learn/model.ts';
import { openMemoryStore } from '../../runtime/store/memory-store.ts';
import { openSqliteStore } from '../../runtime/store/sqlite/sqlite-store.ts';
import type { EngineRig } from './engine-rig.ts';
import { folder } from './folders.ts';
import { learned, sumsApart } from './model-states.ts';
import { MINUTE, NOON, ORDER, programme } from './programmes.ts';
import { sumsByHand } from './sums-by-hand.ts';

/* Two programmes, one of which falls behind. */

export const OWN = programme();
export const OTHER = programme({ id: 'other' });

export const order = (user: string): DomainEvent => ({
  ...{ type: 'signal', source: 's', id: `order of ${user}`, at: NOON + MINUTE, person: { userId: user } },
  ...{ name: ORDER.signal, values: {} },
});
export const erasure = (user: string): DomainEvent => ({
  ...{ type: 'delete', source: 's', id: `erasure of ${user}`, at: NOON, person: { userId: user } },
});

/** Writes a model with nothing new in the ledger. */
export async function writeModel(
  store: Store,
  model: Pick<ModelSnapshot, 'programme' | 'state'>,
): Promise<void> {
  const position = await store.position();
  const nothing = {
    credits: [],
    removedCredits: [],
    rewards: [],
    removedRewards: [],
    outcomes: [],
    forgotten: [],
  };
  await store.commitFold({
    expected: position,
    position,
    snapshots: [{ ...model, position }],
    ...nothing,
  });
}

type Total = ModelState['linear']['blocks'][number]['options'][string];

/** Writes the model of a programme as a fold would, every total of it changed. */
export async function spoil(
  store: Store,
  id: string,
  change: (total: Total) => Partial<Total>,
): Promise<void> {
  const { state } = (await store.models()).find(({ programme: own }) => own === id)!;
  const spoilt = JSON.parse(state) as ModelState;
  for (const { options } of spoilt.linear.blocks)
    for (const [option, total] of Object.entries(options)) options[option] = { ...total, ...change(total) };
  await writeModel(store, { programme: id, state: JSON.stringify(spoilt) });
}

/** Decides for somebody in both programmes, and what they order follows the last of these. */
export async function act(rig: EngineRig, user: string): Promise<void> {
  for (const { id } of [OWN, OTHER]) {
    const { rung, eligible } = await rig.decide({ userId: user }, { programme: id });
    expect(rung).toBe('full');
    expect(eligible.reduce((sum, { propensity }) => sum + propensity, 0)).toBeCloseTo(1, 9);
  }
  await rig.engine.ingest([order(user)]);
}

export async function act1by1(rig: EngineRig, users: readonly string[]): Promise<void> {
  for (const user of users) await act(rig, user);
  await rig.folder.catchUp();
}

/** Trials and orders that the newest model of a programme is made of. */
export function known({ catalogue }: EngineRig, id: string): { trials: number; orders: number } {
  const totals = Object.values(optionTotals(catalogue.states().get(id)!));
  return {
    trials: totals.reduce((sum, { trials }) => sum + trials, 0),
    orders: totals.reduce((sum, { signals }) => sum + (signals[ORDER.signal]?.count ?? 0), 0),
  };
}

export const BROKEN: [string, (total: Total) => Partial<Total>, RegExp][] = [
  [
    'throws',
    () => ({ squares: null as unknown as Total['squares'] }),
    /welcome could not be learned from.*null/,
  ],
  [
    'makes a number that is none',
    () => ({ hours: undefined }),
    /welcome could not be learned from.*hours NaN/,
  ],
];

/** Where a programme falls behind. */
export const STORES: [string, () => Promise<Store>][] = [
  ['memory', () => Promise.resolve(openMemoryStore())],
  ['SQLite', async () => openSqliteStore(await folder())],
];

/** Compares both programmes with what is on record: so many people, who all ordered once. */
export async function expectWhole(rig: EngineRig, people: number, first = OWN): Promise<void> {
  for (const own of [first, OTHER]) {
    expect(known(rig, own.id)).toEqual({ trials: people, orders: people });
    const state = rig.catalogue.model(own.id).state;
    expect(state.arms.treated).toMatchObject({ persons: people, sum: { sum: people } });
    // so much later that nothing is awaited any more
    const { sums } = await sumsByHand(rig.store, own, { from: 0, length: Infinity });
    const { sums: found } = learned(state, own);
    const kept = Object.fromEntries(Object.entries(found).filter(([name]) => name in sums));
    expect(Object.keys(kept).length).toBeGreaterThan(2);
    expect(sumsApart({ counts: {}, sums: kept }, { counts: {}, sums })).toBe(0);
  }
}
