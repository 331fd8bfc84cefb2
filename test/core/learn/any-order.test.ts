import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Programme } from '../../../core/domain/programme.ts';
import type { EngineRig } from '../../support/engine-rig.ts';
import { engineRig } from '../../support/engine-rig.ts';
import type { Learned } from '../../support/model-states.ts';
import { learned, sumsApart } from '../../support/model-states.ts';
import { CLICK, CONTEXT, LEFT, programme, REVENUE, variant } from '../../support/programmes.ts';
import { ITEMS, LETTER, slotted } from '../../support/slots.ts';
import { deliverMessily, eventsOf, makeDecisions, traffic } from '../../support/traffic.ts';

const LEARNERS: Partial<Programme>[] = [
  { id: 'welcome' },
  { id: 'winback', ...CONTEXT, policy: { kind: 'linear-thompson' } },
  { id: 'fading', ...CONTEXT, policy: { kind: 'linear-thompson', halfLifeDays: 20 } },
  { id: 'slotted', variants: [slotted('a', LETTER), slotted('b', ITEMS)] },
];
const PROGRAMMES: Programme[] = LEARNERS.map((own) =>
  programme({
    variants: [variant('a'), variant('b')],
    ...own,
    goal: { signals: [REVENUE, CLICK, LEFT] },
    silence: true,
    holdout: { kind: 'random', share: 0.3 },
  }),
);
const NAMES = PROGRAMMES.map(({ id }) => id);

const states = ({ catalogue }: EngineRig): Learned[] =>
  PROGRAMMES.map((own) => learned(catalogue.model(own.id).state, own));

/** The events one by one in the order of time, folded once at the end. */
async function inOrder(seed: number): Promise<Learned[]> {
  const world = traffic(seed, NAMES);
  const rig = await engineRig({ programmes: PROGRAMMES });
  const decisions = await makeDecisions(rig, world.asks);
  const events = eventsOf(world, decisions).sort((a, b) => a.at - b.at);
  for (const event of events) await rig.engine.ingest([event]);
  await rig.folder.catchUp();
  return states(rig);
}

async function messily(seed: number, salt: number): Promise<Learned[]> {
  const world = traffic(seed, NAMES);
  const rig = await engineRig({ programmes: PROGRAMMES });
  const decisions = await makeDecisions(rig, world.asks);
  await deliverMessily(rig, eventsOf(world, decisions), salt);
  return states(rig);
}

function expectSame(found: Learned[], expected: Learned[]): void {
  expect(found.map(({ counts }) => counts)).toEqual(expected.map(({ counts }) => counts));
  for (const [i, state] of found.entries()) expect(sumsApart(state, expected[i]!)).toBeLessThan(1e-12);
}

describe('T3, T5: what was learned', () => {
  it('is something: the traffic below earns rewards in both arms', async () => {
    const both = await inOrder(1);
    const names = both.flatMap(({ counts, sums }) => [...Object.keys(counts), ...Object.keys(sums)]);
    expect(names.filter((name) => name.startsWith('information 1 of')).length).toBeGreaterThan(2);
    expect(names.filter((name) => name.endsWith('pieces of b')).length).toBeGreaterThan(20);
    for (const name of ['trials a', 'trials b', 'trials silence', 'persons treated', 'persons holdout']) {
      expect(names).toContain(name);
    }
    expect(names.filter((name) => /^Order Completed of|^response 0/.test(name)).length).toBeGreaterThan(6);
    for (const arm of ['treated', 'holdout']) {
      expect(both.some(({ sums }) => sums[`squares ${arm}`]! > 0)).toBe(true);
    }
  });

  it(
    'does not depend on duplicates, order, batches, folds, or when people turn out to be one',
    { timeout: 90_000 },
    async () => {
      const seeds = fc.integer({ min: 0, max: 1e6 });
      await fc.assert(
        fc.asyncProperty(seeds, seeds, async (seed, salt) => {
          expectSame(await messily(seed, salt), await inOrder(seed));
        }),
        { seed: 71, numRuns: 250 },
      );
    },
  );
});
