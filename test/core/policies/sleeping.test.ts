import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../core/domain/decision.ts';
import type { DomainEvent } from '../../../core/domain/event.ts';
import type { Programme } from '../../../core/domain/programme.ts';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import type { Believed } from '../../../core/measure/compared-contexts.ts';
import { estimatesOf } from '../../../core/measure/estimates.ts';
import type { EngineRig } from '../../support/engine-rig.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { DAY, HOUR, NOON, ORDER, programme, variant } from '../../support/programmes.ts';

const OWN = programme({
  policy: { kind: 'auto' },
  goal: { signals: [{ ...ORDER, windowHours: 20 }] },
  variants: [variant('gold', { eligible: 'traits.loyal == "yes"' }), variant('plain')],
});

/** The loyal order three times as readily, whatever they get; gold is worse than plain by a quarter. */
const rateOf = (loyal: boolean, option: string): number =>
  (loyal ? 0.3 : 0.1) * (option === 'gold' ? 0.75 : 1);

const PEOPLE = 400;
const isLoyal = (person: number): boolean => person % 3 === 0;

async function told(rig: EngineRig): Promise<void> {
  const events = Array.from({ length: PEOPLE }, (_, i): DomainEvent => {
    const traits = { loyal: isLoyal(i) ? 'yes' : 'no' };
    return {
      type: 'identify',
      source: 's',
      id: `i${i}`,
      at: NOON - DAY,
      person: { userId: `u${i}` },
      traits,
      consent: { texts: isLoyal(i) },
    };
  });
  await rig.engine.ingest(events);
}

/** So many days on which everybody is decided for; resolves with the decisions of the last. */
async function days(rig: EngineRig, count: number): Promise<Decision[]> {
  const rng = rngFromNumber(6);
  let decisions: Decision[] = [];
  for (let day = 0; day < count; day++) {
    decisions = await Promise.all(
      Array.from({ length: PEOPLE }, (_, i) => rig.decide({ userId: `u${i}` }, { send: `${day}` })),
    );
    rig.clock.now += HOUR;
    const orders = decisions.flatMap(({ id, option }, i): DomainEvent[] => {
      if (rng.uniform() >= rateOf(isLoyal(i), option)) return [];
      const order = { type: 'signal' as const, source: 's', id: `o${day} ${i}`, at: rig.clock.now };
      return [{ ...order, person: { userId: `u${i}` }, name: ORDER.signal, decisionId: id, values: {} }];
    });
    await rig.engine.ingest(orders);
    await rig.folder.catchUp();
    rig.clock.now += DAY - HOUR;
  }
  return decisions;
}

const goldShare = (decisions: readonly Decision[]): number => {
  const loyal = decisions.filter((_, i) => isLoyal(i));
  return loyal.filter(({ option }) => option === 'gold').length / loyal.length;
};

async function played(
  changes: Partial<Programme>,
): Promise<{ rig: EngineRig; last: Decision[]; own: Programme }> {
  const own = { ...OWN, ...changes };
  const rig = await engineRig({ programmes: [own] });
  await told(rig);
  return { rig, own, last: await days(rig, 25) };
}

describe('an offer that only the loyal may have', () => {
  it.each(['auto', 'linear-thompson', 'shared-linear-thompson'] as const)(
    'is compared under %s with what else the loyal would have done, though nothing is declared',
    async (kind) => {
      const { rig, own, last } = await played({ policy: { kind } });
      expect(goldShare(last)).toBeLessThan(0.2);
      const options = estimatesOf(own, rig.catalogue.model(own.id).state, rig.clock.now);
      const [gold, plain] = options;
      const { share, instead } = gold!.eligible!;
      // of the loyal, a third of all, and beside what else they would have done
      const near = ({ estimate, interval }: Believed, truth: number): void => {
        expect(interval.low).toBeLessThan(truth);
        expect(interval.high).toBeGreaterThan(truth);
        expect(Math.abs(estimate - truth)).toBeLessThan(truth / 4);
      };
      near(gold!, rateOf(true, 'gold'));
      near(instead!, rateOf(true, 'plain'));
      expect(instead).toMatchObject({ option: 'plain' });
      expect(gold!.estimate).toBeLessThan(instead!.estimate);
      expect(share).toBeCloseTo(1 / 3, 2);
      // of everybody
      near(plain!, (rateOf(true, 'plain') + 2 * rateOf(false, 'plain')) / 3);
      expect(plain!.eligible).toBeUndefined();
      // how likely each is for somebody who may have both, as it was for the loyal
      expect(gold!.propensity + plain!.propensity).toBeCloseTo(1, 9);
      expect(Math.abs(gold!.propensity - goldShare(last))).toBeLessThan(0.1);
    },
  );

  it('is no rule but what people consented to: texts are compared with what else those would have done who let themselves be texted', async () => {
    const variants = [variant('gold', { channel: 'sms' }), variant('plain')];
    const { last } = await played({ variants, guardrails: { consent: { sms: 'texts' } } });
    expect(last.every(({ option }, i) => isLoyal(i) || option === 'plain')).toBe(true);
    expect(goldShare(last)).toBeLessThan(0.2);
  });

  it('seems better than it is to a policy that knows no context', async () => {
    const { last } = await played({ policy: { kind: 'weighted-thompson' } });
    expect(goldShare(last)).toBeGreaterThan(0.9);
  });

  it('is on record with whether the person may have it, which no request can say', async () => {
    const rig = await engineRig({ programmes: [OWN] });
    await told(rig);
    const may = async (person: number): Promise<unknown> =>
      (await rig.decide({ userId: `u${person}` }, { context: { 'may have gold': 'as I say' } })).context;
    expect([await may(0), await may(1)]).toEqual([{ 'may have gold': true }, { 'may have gold': false }]);
  });
});
