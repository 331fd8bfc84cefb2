import { describe, expect, it } from 'vitest';
import type { Programme } from '../../../core/domain/programme.ts';
import { hourOf } from '../../../core/learn/blocks.ts';
import { linearSumsOf } from '../../../core/learn/linear-state.ts';
import type { ModelState } from '../../../core/learn/model.ts';
import { emptyState } from '../../../core/learn/model.ts';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import { estimatesOf } from '../../../core/measure/estimates.ts';
import { optionsOf } from '../../../core/policies/policy.ts';
import { decided, live } from '../../support/decisions.ts';
import { CONTEXT, DAY, LEFT, NOON, ORDER, programme } from '../../support/programmes.ts';

type Context = Record<string, string | number>;

interface Past {
  option: string;
  context?: Context;
  n: number;
  rate: number;
  signal?: string;
}

const AUTO: Partial<Programme> = { ...CONTEXT, policy: { kind: 'auto', floor: 0.01 } };

/** Every k-th decision had the signal, so that rates are exact. */
function stateOf(own: Programme, past: readonly Past[]): ModelState {
  const state = emptyState();
  const sums = linearSumsOf(own);
  state.linear = sums.empty();
  for (const { option, context = {}, n, rate, signal = ORDER.signal } of past) {
    const trial = { option, context, hour: hourOf(NOON - 8 * DAY) };
    sums.addTrials(state.linear, trial, n);
    for (let i = 0; i < rate * n; i++) sums.moveCredits(state.linear, trial, {}, { [signal]: { worth: 1 } });
  }
  return state;
}

function build(past: readonly Past[], changes: Partial<Programme> = {}): ReturnType<typeof live> {
  const own = programme({ ...AUTO, ...changes });
  return live(own, stateOf(own, past));
}

function scored(on: ReturnType<typeof live>, context: Context = {}) {
  const options = optionsOf(on.programme, on.programme.variants);
  const all = on.policy.score(options, { context, at: NOON });
  return Object.fromEntries(all.map((own) => [own.option, own]));
}

const RATES = {
  free: { a: 0.1, b: 0.02, c: 0.01 },
  pro: { a: 0.02, b: 0.1, c: 0.01 },
};
const SEGMENTS: Past[] = Object.entries(RATES).flatMap(([plan, rates]) =>
  Object.entries(rates).map(([option, rate]) => ({
    option,
    context: { plan, days: plan === 'free' ? 30 : 300 },
    n: 2_000,
    rate,
  })),
);

describe('auto', () => {
  it('gives each segment what it prefers, and says what it believes and why', () => {
    const on = build(SEGMENTS);
    for (const [plan, best] of [
      ['free', 'a'],
      ['pro', 'b'],
    ] as const) {
      const context = { plan, days: plan === 'free' ? 30 : 300 };
      const all = scored(on, context);
      expect(all[best]!.propensity).toBeGreaterThan(0.95);
      for (const [option, rate] of Object.entries(RATES[plan])) {
        expect(all[option]!.score).toBeCloseTo(rate, 2);
        expect(all[option]!.propensity).toBeGreaterThanOrEqual(0.01);
        const parts = on.policy.contributions!(option, { context, at: NOON });
        const sum = parts.reduce((total, { contribution }) => total + contribution, 0);
        expect(sum).toBeCloseTo(all[option]!.score, 12);
      }
    }
    expect(decided(on, { request: { context: { plan: 'free', days: 30 } } }).policy).toMatch(
      /^auto; .*error/,
    );
  });

  it('draws as often as it logs, in every context', () => {
    const on = build(SEGMENTS.map((past) => ({ ...past, n: past.n / 50 })));
    const rng = rngFromNumber(12);
    let [expected, variance, drawn] = [0, 0, 0];
    for (let i = 0; i < 3_000; i++) {
      const context = { plan: rng.uniform() < 0.5 ? 'free' : 'pro', days: 365 * rng.uniform() };
      const { option, eligible } = decided(on, { request: { context }, sendKey: `${i}` });
      const p = eligible.find((own) => own.option === 'a')!.propensity;
      expected += p;
      variance += p * (1 - p);
      drawn += Number(option === 'a');
    }
    expect(Math.abs(drawn - expected) / Math.sqrt(variance)).toBeLessThan(4);
  });

  it('is a policy for programmes without context, too, and works each set of options out once', () => {
    const past = [
      { option: 'a', n: 4_000, rate: 0.05 },
      { option: 'b', n: 4_000, rate: 0.03 },
      { option: 'c', n: 4_000, rate: 0.03 },
    ];
    const on = build(past, { context: undefined, crosses: undefined });
    const all = scored(on);
    expect(all.a!.propensity).toBeGreaterThan(0.97);
    expect(all.b!.score).toBeCloseTo(0.03, 3);
    expect(on.policy.contributions).toBeUndefined();
    const asked = ['a', 'b'];
    const score = (): unknown => on.policy.score(asked, { context: { plan: 'x' }, at: NOON });
    expect(score()).toBe(score());
  });

  it('gives every option its chance before anything is known', () => {
    for (const own of Object.values(scored(build([]), { plan: 'pro' }))) {
      expect(own.propensity).toBeCloseTo(1 / 3, 4);
      expect(own.score).toBeCloseTo(1 / 30, 2);
    }
  });

  it('weighs signals as the goal does, and counts what is against it', () => {
    const past: Past[] = ['a', 'b', 'c'].map((option) => ({ option, n: 4_000, rate: 0.1 }));
    const own = programme({ ...AUTO, goal: { signals: [ORDER, LEFT] } });
    const state = stateOf(own, past);
    const sums = linearSumsOf(own);
    const trial = { option: 'a', context: {}, hour: hourOf(NOON - 8 * DAY) };
    for (let i = 0; i < 40; i++) sums.moveCredits(state.linear, trial, {}, { [LEFT.signal]: { worth: 1 } });
    const all = scored(live(own, state));
    expect(all.a!.score).toBeCloseTo(0.1 + (40 * LEFT.weight) / 4_000, 2);
    expect(all.b!.score).toBeCloseTo(0.1, 2);
    expect(all.a!.propensity).toBeLessThan(0.05);
  });

  it('knows what an option earns that no signal counts for', () => {
    const goal = { signals: [{ ...ORDER, silence: false }] };
    const on = build([...SEGMENTS, { option: 'silence', n: 500, rate: 0 }], { silence: true, goal });
    expect(scored(on, { plan: 'free', days: 30 }).silence).toMatchObject({ score: 0, propensity: 0.01 });
  });

  it('goes by averages until the sums of another context are there, and says so', () => {
    const on = build(SEGMENTS);
    const other = { ...on.programme, crosses: undefined };
    const then = live(other, stateOf(on.programme, SEGMENTS));
    expect(then.policy.method).toMatch(/^auto; .*; the context is not known yet$/);
    expect(scored(then, { plan: 'pro' }).a!.score).toBeCloseTo(0.06, 2);
    expect(live(other).policy.method).toMatch(/^auto; .*1e-3$/);
  });

  it('is reported in an average context, with what each feature adds', () => {
    const on = build(SEGMENTS);
    const report = estimatesOf(on.programme, stateOf(on.programme, SEGMENTS), NOON);
    const [a] = report;
    expect(a!.estimate).toBeCloseTo(0.06, 2);
    expect(a!.interval.low).toBeLessThan(0.06);
    expect(a!.interval.high).toBeGreaterThan(0.06);
    expect(a!.coefficients!.find(({ feature }) => feature === 'plan = free')!.estimate).toBeGreaterThan(0);
    expect(report.reduce((sum, { propensity }) => sum + propensity, 0)).toBeCloseTo(1, 9);
    const plain = build([{ option: 'a', n: 1_000, rate: 0.05 }], { context: undefined, crosses: undefined });
    const [only] = estimatesOf(
      plain.programme,
      stateOf(plain.programme, [{ option: 'a', n: 1_000, rate: 0.05 }]),
      NOON,
    );
    expect(only!.coefficients).toBeUndefined();
    expect(only!.estimate).toBeCloseTo(0.05, 2);
  });
});
