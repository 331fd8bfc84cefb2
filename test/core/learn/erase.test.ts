import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DomainEvent } from '../../../core/domain/event.ts';
import { valueOf } from '../../../core/maths/compensated-sum.ts';
import type { EngineRig } from '../../support/engine-rig.ts';
import { engineRig } from '../../support/engine-rig.ts';
import type { Learned } from '../../support/model-states.ts';
import { learned, sumsApart } from '../../support/model-states.ts';
import { CLICK, CONTEXT, LEFT, NOON, programme, REVENUE, variant } from '../../support/programmes.ts';
import { ITEMS, LETTER, slotted } from '../../support/slots.ts';
import { deliverMessily, eventsOf, idsOf, makeDecisions, traffic } from '../../support/traffic.ts';
import { toAliases } from '../../../runtime/engine/asked.ts';

const PROGRAMME = programme({
  goal: { signals: [REVENUE, CLICK, LEFT] },
  silence: true,
  variants: [variant('a'), variant('b')],
  holdout: { kind: 'random', share: 0.3 },
});

const CONTEXTUAL = (['linear-thompson', 'fading'] as const).map((id) => ({
  ...PROGRAMME,
  ...CONTEXT,
  id,
  policy: { kind: 'linear-thompson' as const, halfLifeDays: id === 'fading' ? 20 : undefined },
}));

const SLOTTED = { ...PROGRAMME, id: 'slotted', variants: [slotted('a', LETTER), slotted('b', ITEMS)] };

const GONE = 0;

const stateOf = ({ catalogue }: EngineRig): Learned => learned(catalogue.model('welcome').state, PROGRAMME);

/** One deletion for each id of a person, as a platform sends them. */
const deletions = (human: number): DomainEvent[] =>
  idsOf(human).map((person, i) => {
    return { type: 'delete', source: 'segment', id: `delete ${human} ${i}`, at: NOON, person };
  });

describe('a person who is erased', () => {
  const seeds = fc.integer({ min: 0, max: 1e6 });

  it.each([PROGRAMME, ...CONTEXTUAL, SLOTTED])(
    'leaves the model as if they had never been there: $id',
    async (own) => {
      const of = ({ catalogue }: EngineRig): Learned => learned(catalogue.model(own.id).state, own);
      await fc.assert(
        fc.asyncProperty(seeds, seeds, async (seed, salt) => {
          const world = traffic(seed, [own.id]);
          const rig = await engineRig({ programmes: [own] });
          const decisions = await makeDecisions(rig, world.asks);
          await deliverMessily(rig, [...eventsOf(world, decisions), ...deletions(GONE)], salt);
          await rig.engine.ingest(deletions(GONE).map((event) => ({ ...event, id: `${event.id} again` })));
          await rig.folder.catchUp();

          const rest = await engineRig({ programmes: [own] });
          const others = world.asks.filter(({ human }) => human !== GONE);
          await makeDecisions(rest, others);
          const events = eventsOf(world, decisions).filter((_, i) => world.happenings[i]!.human !== GONE);
          await deliverMessily(rest, events, salt);

          expect(of(rig).counts).toEqual(of(rest).counts);
          expect(sumsApart(of(rig), of(rest))).toBeLessThan(1e-9);
        }),
        { seed: 81, numRuns: own === PROGRAMME ? 120 : 40 },
      );
    },
  );

  it('is gone from what is kept: profile, decisions, signals, credits', async () => {
    const world = traffic(4, ['welcome'], 3);
    const rig = await engineRig({ programmes: [PROGRAMME] });
    const decisions = await makeDecisions(rig, world.asks);
    await deliverMessily(rig, eventsOf(world, decisions), 4);
    for (const person of idsOf(GONE)) await rig.engine.erase(toAliases(person), NOON);
    await rig.folder.catchUp();
    for (const person of idsOf(GONE)) expect(await rig.store.person(toAliases(person)[0]!)).toBeNull();
    for (const [i, { human }] of world.asks.entries()) {
      const found = await rig.store.decision(decisions[i]!.id);
      expect(found === null).toBe(human === GONE);
    }
  });
});

describe('erasing in the same moment as everything else', () => {
  const EMPTY: Learned = { counts: {}, sums: {} };
  const order: DomainEvent = {
    ...{ type: 'signal', source: 's', id: 'o', at: NOON + 1, person: { userId: 'u' } },
    ...{ name: REVENUE.signal, values: { revenue: 500 } },
  };
  const alias: DomainEvent = {
    ...{ type: 'alias', source: 's', id: 'a', at: NOON },
    ...{ person: { userId: 'u' }, previous: { anonymousId: 'a' } },
  };
  const erase: DomainEvent = { type: 'delete', source: 's', id: 'd', at: NOON, person: { userId: 'u' } };

  it('takes back what a first decision of the same batch counted', async () => {
    const rig = await engineRig({ programmes: [PROGRAMME] });
    await Promise.all([rig.decide({ userId: 'u' }), rig.engine.ingest([order, erase])]);
    expect(rig.batches).toEqual([2]);
    await rig.folder.catchUp();
    expect(stateOf(rig).counts).toEqual(EMPTY.counts);
  });

  it('reaches both people who became one in the same batch', async () => {
    const rig = await engineRig({ programmes: [PROGRAMME] });
    await rig.decide({ userId: 'u' });
    await rig.decide({ anonymousId: 'a' });
    await rig.engine.ingest([alias, order, erase]);
    await rig.folder.catchUp();
    expect(stateOf(rig).counts).toEqual(EMPTY.counts);
    for (const known of ['user:u', 'anonymous:a']) expect(await rig.store.person(known)).toBeNull();
    expect((await rig.store.counts()).persons).toBe(0);
  });

  it('reaches everybody the deletion names', async () => {
    const rig = await engineRig({ programmes: [PROGRAMME] });
    await rig.decide({ userId: 'u' });
    await rig.decide({ anonymousId: 'a' });
    await rig.engine.ingest([{ ...erase, person: { userId: 'u', anonymousId: 'a' } }]);
    await rig.folder.catchUp();
    expect(stateOf(rig).counts).toEqual(EMPTY.counts);
  });

  it('lets the person come back as somebody new, who keeps one counter', async () => {
    const rig = await engineRig({ programmes: [PROGRAMME] });
    await rig.engine.ingest([alias, { ...order, id: 'o2' }]);
    rig.clock.now += 1;
    const [before] = await Promise.all([
      rig.decide({ userId: 'u' }, { send: 's1' }),
      rig.engine.ingest([erase]),
      rig.decide({ anonymousId: 'a' }, { send: 's2' }),
    ]);
    rig.clock.now += 1;
    const after = await rig.decide({ anonymousId: 'a' }, { send: 's2' });
    const later = await rig.decide({ anonymousId: 'a' }, { send: 's3' });
    expect(after.person).toBe(later.person);
    expect(after.person).not.toBe(before.person);
    await rig.folder.catchUp();
    const { treated, holdout } = rig.catalogue.model('welcome').state.arms;
    expect(treated.persons + holdout.persons).toBe(1);
    expect(valueOf(treated.sum) + valueOf(holdout.sum)).toBe(0);
    expect(await rig.decide({ userId: 'u' }, { send: 's9' })).toMatchObject({
      action: expect.any(String) as string,
    });
  });
});
