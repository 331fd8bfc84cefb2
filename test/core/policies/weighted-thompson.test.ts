import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GoalSignal, Programme } from '../../../core/domain/programme.ts';
import { emptyState } from '../../../core/learn/model.ts';
import { optionsOf } from '../../../core/policies/policy.ts';
import { addTrials, moveWorth } from '../../support/earned.ts';
import { ANYWHERE, decided, live } from '../../support/decisions.ts';
import { CLICK, LEFT, ORDER, programme, REVENUE, variant } from '../../support/programmes.ts';
import { sum, surprise } from '../../support/statistics.ts';

interface Situation {
  options: { trials: number; hits: number; eligible: boolean }[];
  signals: GoalSignal[];
  silence: boolean;
  floor: number | undefined;
}

const situation: fc.Arbitrary<Situation> = fc.record({
  options: fc.array(
    fc.record({
      trials: fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 20_000 })),
      hits: fc.integer({ min: 0, max: 60 }),
      eligible: fc.boolean(),
    }),
    { minLength: 1, maxLength: 12 },
  ),
  signals: fc.subarray([ORDER, CLICK, LEFT, { ...REVENUE, signal: 'Renewed' }], { minLength: 1 }),
  silence: fc.boolean(),
  floor: fc.option(fc.double({ min: 0, max: 0.12, noNaN: true }), { nil: undefined }),
});

/** A programme in which the ineligible variants are not approved, with what it learned so far. */
function build({ options, signals, silence, floor }: Situation): ReturnType<typeof live> {
  const state = emptyState();
  const variants = options.map(({ trials, hits, eligible }, i) => {
    addTrials(state, `v${i}`, trials);
    for (const [k, { signal }] of signals.entries()) {
      for (let n = 0; n < Math.min(trials, hits) / (k + 1); n++) {
        moveWorth(state, `v${i}`, signal, { before: 0, after: 1 / (1 + (n % 3)) });
      }
    }
    return variant(`v${i}`, eligible ? {} : { approval: undefined });
  });
  const own: Programme = programme({ goal: { signals }, silence, variants });
  return live({ ...own, policy: { kind: 'weighted-thompson', floor } }, state);
}

const someEligible = situation.filter(({ options }) => options.some(({ eligible }) => eligible));

describe('weighted Thompson sampling', () => {
  it('draws each option as often as its logged propensity says', () => {
    const DRAWS = 4_000;
    // 60 tests at p = 0.001 each: their worst is held to p = 0.001 / 60, a deviate of 4.15
    fc.assert(
      fc.property(someEligible, fc.integer(), (drawn, salt) => {
        const on = build(drawn);
        const counts = new Map<string, number>();
        let eligible: { option: string; propensity: number }[] = [];
        for (let i = 0; i < DRAWS; i++) {
          const decision = decided(on, { sendKey: `${salt} ${i}` });
          ({ eligible } = decision);
          counts.set(decision.option, (counts.get(decision.option) ?? 0) + 1);
        }
        expect(sum(eligible.map(({ option }) => counts.get(option) ?? 0))).toBe(DRAWS);
        const cells = eligible.map(({ option, propensity }) => {
          return { count: counts.get(option) ?? 0, expected: propensity * DRAWS };
        });
        expect(surprise(cells)).toBeLessThan(4.15);
      }),
      { seed: 61, numRuns: 60 },
    );
  });

  it('gives every eligible option at least its floor, and all of them together 1', () => {
    fc.assert(
      fc.property(someEligible, (drawn) => {
        const on = build(drawn);
        const eligible = drawn.options.flatMap(({ eligible }, i) => (eligible ? [`v${i}`] : []));
        const options = optionsOf(
          on.programme,
          eligible.map((id) => ({ id })),
        );
        const scored = on.policy.score(options, ANYWHERE);
        expect(scored.map(({ option }) => option)).toEqual([
          ...eligible,
          ...(drawn.silence ? ['silence'] : []),
        ]);
        expect(Math.abs(sum(scored.map(({ propensity }) => propensity)) - 1)).toBeLessThan(1e-12);
        const floor = Math.min(drawn.floor ?? 0.01 / scored.length, 1 / scored.length);
        for (const { propensity } of scored) expect(propensity).toBeGreaterThanOrEqual(floor - 1e-15);
      }),
      { seed: 62, numRuns: 300 },
    );
  });

  it('becomes uniform when the floors of all options do not fit into 1', () => {
    for (const k of [2, 3, 7, 20, 49]) {
      const options = Array.from({ length: k }, (_, i) => ({
        trials: 100,
        hits: i === 0 ? 90 : 0,
        eligible: true,
      }));
      const on = build({ options, signals: [ORDER], silence: false, floor: 0.5 });
      const scored = on.policy.score(
        options.map((_, i) => `v${i}`),
        ANYWHERE,
      );
      for (const { propensity } of scored) expect(propensity).toBeCloseTo(1 / k, 12);
    }
  });

  it('spends 1 % on exploring where no floor is named, however many options there are and however few of them may be sent', () => {
    for (const k of [2, 10, 50]) {
      const options = Array.from({ length: k }, (_, i) => ({
        trials: 50_000,
        hits: i === 0 ? 25_000 : 0,
        eligible: true,
      }));
      const on = build({ options, signals: [ORDER], silence: false, floor: undefined });
      for (const eligible of [2, Math.ceil(k / 2), k]) {
        const some = options.slice(0, eligible).map((_, i) => `v${i}`);
        const [best, ...others] = on.policy.score(some, ANYWHERE);
        for (const { propensity } of others) expect(propensity).toBeCloseTo(0.01 / some.length, 12);
        expect(best!.propensity).toBeCloseTo(0.99 + 0.01 / some.length, 12);
      }
    }
  });

  it('prefers what did better, and hardly ever what certainly did worse', () => {
    const options = [
      { trials: 20_000, hits: 60, eligible: true },
      { trials: 20_000, hits: 5, eligible: true },
      { trials: 200, hits: 0, eligible: true },
    ];
    const on = build({ options, signals: [ORDER], silence: false, floor: 0.001 });
    const [good, bad, unsure] = on.policy.score(['v0', 'v1', 'v2'], ANYWHERE);
    expect(good!.score).toBeGreaterThan(bad!.score);
    expect(good!.propensity).toBeGreaterThan(bad!.propensity);
    expect(unsure!.propensity).toBeGreaterThan(bad!.propensity);
    expect(bad!.propensity).toBeLessThan(0.0011);
  });

  it('works the probabilities out for the set that is eligible now, not for another', () => {
    const options = Array.from({ length: 3 }, (_, i) => ({ trials: 500, hits: 5 * i, eligible: true }));
    const on = build({ options, signals: [ORDER], silence: false, floor: 0.02 });
    const all = on.policy.score(['v0', 'v1', 'v2'], ANYWHERE);
    const two = on.policy.score(['v0', 'v1'], ANYWHERE);
    expect(two[0]!.propensity).toBeGreaterThan(all[0]!.propensity);
    expect(on.policy.score(['v2'], ANYWHERE)).toMatchObject([{ option: 'v2', propensity: 1 }]);
    expect(on.policy.score(['v0', 'v1', 'v2'], ANYWHERE)).toEqual(all);
  });
});
