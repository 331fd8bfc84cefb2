import { describe, expect, it } from 'vitest';
import type { Programme } from '../../../core/domain/programme.ts';
import { hourOf } from '../../../core/learn/blocks.ts';
import { linearSumsOf } from '../../../core/learn/linear-state.ts';
import type { ModelState } from '../../../core/learn/model.ts';
import { emptyState } from '../../../core/learn/model.ts';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import { optionsOf } from '../../../core/policies/policy.ts';
import { policyOf } from '../../../core/policies/policy-of.ts';
import { decided, live } from '../../support/decisions.ts';
import { CONTEXT, DAY, LEFT, NOON, ORDER, programme, variant } from '../../support/programmes.ts';

type Context = Record<string, string | number | boolean>;
const SETTLED = NOON + 8 * DAY; // nothing that was decided by noon is awaited any more

const LINEAR: Partial<Programme> = { ...CONTEXT, policy: { kind: 'linear-thompson', floor: 0.01 } };

/** Outcomes of `n` decisions on each option, made `daysAgo` before noon. */
interface Past {
  option: string;
  context: Context;
  n: number;
  rate: number;
  daysAgo?: number;
}

/** What a programme learned from its past: every k-th decision is an order, so that rates are exact. */
function stateOf(own: Programme, past: readonly Past[]): ModelState {
  const state = emptyState();
  const sums = linearSumsOf(own);
  state.linear = sums.empty();
  for (const { option, context, n, rate, daysAgo = 0 } of past) {
    const trial = { option, context, hour: hourOf(NOON - daysAgo * DAY) };
    sums.addTrials(state.linear, trial, n);
    const credits = { [ORDER.signal]: { worth: 1 } };
    for (let i = 0; i < rate * n; i++) sums.moveCredits(state.linear, trial, {}, credits);
  }
  return state;
}

function build(past: readonly Past[], changes: Partial<Programme> = {}): ReturnType<typeof live> {
  const own = programme({ ...LINEAR, ...changes });
  return live(own, stateOf(own, past));
}

const scored = (
  on: ReturnType<typeof live>,
  context: Context,
  at = SETTLED,
): Record<string, { propensity: number; score: number }> => {
  const options = optionsOf(on.programme, on.programme.variants);
  return Object.fromEntries(on.policy.score(options, { context, at }).map((own) => [own.option, own]));
};

/** Free customers like a, pro customers like b, nobody likes c. */
const SEGMENTS: Past[] = [
  { option: 'a', context: { plan: 'free', days: 30 }, n: 2_000, rate: 0.1 },
  { option: 'b', context: { plan: 'free', days: 30 }, n: 2_000, rate: 0.02 },
  { option: 'a', context: { plan: 'pro', days: 300 }, n: 2_000, rate: 0.02 },
  { option: 'b', context: { plan: 'pro', days: 300 }, n: 2_000, rate: 0.1 },
  { option: 'c', context: { plan: 'pro', days: 300 }, n: 2_000, rate: 0.01 },
  { option: 'c', context: { plan: 'free', days: 30 }, n: 2_000, rate: 0.01 },
];

describe('linear Thompson sampling of a programme', () => {
  it('gives each segment what it prefers, and estimates what it earns there', () => {
    const on = build(SEGMENTS);
    const free = scored(on, { plan: 'free', days: 30 });
    const pro = scored(on, { plan: 'pro', days: 300 });
    expect(free.a!.propensity).toBeGreaterThan(0.95);
    expect(pro.b!.propensity).toBeGreaterThan(0.95);
    expect(free.a!.score).toBeCloseTo(0.1, 2);
    expect(free.b!.score).toBeCloseTo(0.02, 2);
    for (const own of [free, pro]) {
      const propensities = Object.values(own).map(({ propensity }) => propensity);
      expect(propensities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
      expect(Math.min(...propensities)).toBeGreaterThanOrEqual(0.01);
    }
  });

  it('is not led astray by a context that says nothing', () => {
    const rates = { a: 0.05, b: 0.03, c: 0.03 };
    const past = Object.entries(rates).flatMap(([option, rate]) =>
      ['free', 'pro'].flatMap((plan) =>
        [30, 200, 350].map((days) => ({ option, context: { plan, days }, n: 1_000, rate })),
      ),
    );
    const on = build(past);
    for (const context of [{ plan: 'free', days: 10 }, { plan: 'pro', days: 300 }, {}] as Context[]) {
      const { a, b } = scored(on, context);
      expect(a!.score).toBeCloseTo(0.05, 3);
      expect(b!.score).toBeCloseTo(0.03, 3);
      expect(a!.propensity).toBeGreaterThan(0.97);
    }
  });

  it('does not give an option up because its first hundred trials had bad luck', () => {
    const context = { plan: 'pro', days: 100 };
    const past = [
      { option: 'a', context, n: 1_000, rate: 0.03 },
      { option: 'b', context, n: 100, rate: 0 },
    ];
    const on = build(past, {
      variants: [variant('a'), variant('b')],
      policy: { kind: 'linear-thompson', floor: 0 },
    });
    expect(scored(on, context).b!.propensity).toBeGreaterThan(0.001);
  });

  it('decides whatever a request carries: levels nobody declared, numbers as text, nothing at all', () => {
    const on = build(SEGMENTS);
    const contexts: Context[] = [
      {},
      { plan: 'enterprise' },
      { plan: '', days: '' },
      { plan: true, days: 'many' },
      { days: Number.NaN },
      { days: Infinity, plan: 'x'.repeat(10_000) },
      { page: 'start', constructor: 'x' },
      JSON.parse('{"__proto__": 5}') as Context,
    ];
    for (const context of contexts) {
      const own = Object.values(scored(on, context));
      expect(own.reduce((sum, { propensity }) => sum + propensity, 0)).toBeCloseTo(1, 12);
      expect(own.every(({ score }) => Number.isFinite(score))).toBe(true);
    }
    expect(scored(on, { plan: 'pro', days: '300' })).toEqual(scored(on, { plan: 'pro', days: 300 }));
    expect(scored(on, { plan: 'pro', days: 5_000 })).toEqual(scored(on, { plan: 'pro', days: 365 }));
  });

  it('draws as often as it logs, in every context', () => {
    const on = build(SEGMENTS.map((past) => ({ ...past, n: past.n / 100 })));
    const rng = rngFromNumber(12);
    let [expected, variance, drawn] = [0, 0, 0];
    for (let i = 0; i < 3_000; i++) {
      const context = { plan: rng.uniform() < 0.5 ? 'free' : 'pro', days: 365 * rng.uniform() };
      const { option, eligible } = decided(on, { request: { context }, sendKey: `${i}`, now: SETTLED });
      const p = eligible.find((own) => own.option === 'a')!.propensity;
      expected += p;
      variance += p * (1 - p);
      drawn += Number(option === 'a');
    }
    expect(Math.abs(drawn - expected) / Math.sqrt(variance)).toBeLessThan(4);
  });

  it('says what each score is the sum of', () => {
    const on = build(SEGMENTS);
    for (const context of [{ plan: 'pro', days: 80 }, {}, { plan: 'enterprise' }] as Context[]) {
      for (const option of ['a', 'b', 'c']) {
        const parts = on.policy.contributions!(option, { context, at: SETTLED });
        const total = parts.reduce((sum, { contribution }) => sum + contribution, 0);
        expect(total).toBeCloseTo(scored(on, context)[option]!.score, 12);
      }
    }
    const names = on.policy.contributions!('a', { context: { plan: 'pro', days: 80 }, at: SETTLED });
    expect(names.map(({ feature }) => feature)).toEqual([
      'constant',
      'days',
      'days far from its middle',
      'plan = pro',
      'plan = pro and days',
    ]);
    const unknown = on.policy.contributions!('a', { context: { plan: 'enterprise' }, at: SETTLED });
    expect(unknown.map(({ feature }) => feature)).toContain('plan = another');
    expect(unknown.map(({ feature }) => feature)).toContain('days missing');
  });

  it('weighs signals as the goal does now, and counts what is against it', () => {
    const own = programme({ ...LINEAR, goal: { signals: [ORDER, LEFT] } });
    const past = [
      { option: 'a', context: { plan: 'pro' }, n: 1_000, rate: 0.1 },
      { option: 'b', context: { plan: 'pro' }, n: 1_000, rate: 0.1 },
    ];
    const state = stateOf(own, past);
    const trial = { option: 'a', context: { plan: 'pro' }, hour: hourOf(NOON) };
    const left = { [LEFT.signal]: { worth: 1 } };
    for (let i = 0; i < 10; i++) linearSumsOf(own).moveCredits(state.linear, trial, {}, left);
    const { a, b } = scored(live(own, state), { plan: 'pro' });
    expect(a!.score).toBeCloseTo(0.1 - 0.05, 2);
    expect(b!.score).toBeCloseTo(0.1, 2);
    const milder = { ...own, goal: { signals: [ORDER, { ...LEFT, weight: -0.01 }] } };
    expect(scored(live(milder, state), { plan: 'pro' }).a!.score).toBeCloseTo(0.1, 2);
  });

  it('goes by what the options earned until the sums of another context are there', () => {
    const on = build(SEGMENTS);
    const state = stateOf(on.programme, SEGMENTS);
    const other = { ...on.programme, crosses: undefined };
    const policy = policyOf(other, { programme: 'welcome', version: 1, state });
    expect(policy.method).toMatch(/^weighted-thompson; .*; the context is not known yet$/);
    expect(policy.score(['a', 'b'], { context: {}, at: SETTLED })).toHaveLength(2);
    const fresh = policyOf(other, { programme: 'welcome', version: 0, state: emptyState() });
    expect(fresh.method).toMatch(/^linear-thompson; /);
    for (const { propensity } of fresh.score(['a', 'b', 'c'], { context: {}, at: SETTLED })) {
      expect(propensity).toBeCloseTo(1 / 3, 4);
    }
  });
});

describe('a half-life', () => {
  const fading = (halfLifeDays: number): Partial<Programme> => ({
    policy: { kind: 'linear-thompson', halfLifeDays },
  });
  const context = { plan: 'pro', days: 100 };

  it('makes what happened lately outweigh what used to be', () => {
    const past = [
      { option: 'a', context, n: 4_000, rate: 0.1, daysAgo: 90 },
      { option: 'b', context, n: 4_000, rate: 0.05, daysAgo: 90 },
      { option: 'a', context, n: 1_000, rate: 0.02 },
      { option: 'b', context, n: 1_000, rate: 0.05 },
    ];
    // of so few no change is noticed
    const kept = scored(build(past.map((own) => ({ ...own, n: own.n / 20 }))), context);
    const faded = scored(build(past, { ...fading(10), variants: [variant('a'), variant('b')] }), context);
    expect(kept.a!.score).toBeGreaterThan(kept.b!.score);
    expect(faded.a!.score).toBeCloseTo(0.02, 2);
    expect(faded.b!.propensity).toBeGreaterThan(0.9);
  });

  it('counts a trial half after one, wherever in time the programme lives', () => {
    const trial = { option: 'a', context, n: 100, rate: 0.1 };
    for (const years of [0, 5, 40]) {
      const at = SETTLED + years * 365 * DAY;
      const on = (daysAgo: number, n: number): ReturnType<typeof live> =>
        build([{ ...trial, n, daysAgo: daysAgo - years * 365 }], fading(7));
      const whole = scored(on(0, 100), context, at).a!.score;
      const half = scored(on(7, 200), context, at).a!.score;
      expect(half).toBeCloseTo(whole, 12);
      expect(scored(on(7, 100), context, at).a!.score).toBeLessThan(whole);
    }
  });

  it('leaves weights and sums finite over decades of traffic, and equal to those of one origin', () => {
    const own = programme({ ...LINEAR, ...fading(1) });
    const days = Array.from({ length: 40 }, (_, i) => i * 300);
    const state = stateOf(
      own,
      days.map((day) => ({ option: 'a', context, n: 10, rate: 0.1, daysAgo: 12_000 - day })),
    );
    expect(state.linear.blocks.every(({ options }) => Number.isFinite(options.a!.information[0]))).toBe(true);
    const late = { option: 'a', context, n: 10, rate: 0.1, daysAgo: 300 };
    const score = (of: ModelState): number =>
      policyOf(own, { programme: 'welcome', version: 1, state: of }).score(['a'], {
        context,
        at: SETTLED,
      })[0]!.score;
    expect(score(state)).toBeCloseTo(score(stateOf(own, [late])), 12);
  });
});
