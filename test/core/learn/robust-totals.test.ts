import { describe, expect, it } from 'vitest';
import { believableSums, effectiveSums } from '../../../core/learn/effective.ts';
import { linearSumsOf } from '../../../core/learn/linear-state.ts';
import type { ModelState } from '../../../core/learn/model.ts';
import { emptyState, optionTotals } from '../../../core/learn/model.ts';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import type { Programme } from '../../../core/domain/programme.ts';
import { estimatesOf } from '../../../core/measure/estimates.ts';
import { ANYWHERE, live } from '../../support/decisions.ts';
import { CLICK, NOON, programme, REVENUE, variant } from '../../support/programmes.ts';

/** Orders are worth some ten thousandths of the cap as a rule: nothing keeps one from being worth a thousand of them. */
const CAP = 500_000;
const GOAL = { signals: [{ ...REVENUE, cap: CAP, weight: 1 }, CLICK] };
const TRIALS = 5_000;
const SIGNAL = REVENUE.signal;

type Orders = Record<string, number[]>;

/** 4 % of the trials of an option order for about so much. */
function orders(worth: number, seed: number): number[] {
  const rng = rngFromNumber(seed);
  return Array.from({ length: 0.04 * TRIALS }, () => worth * Math.exp(0.4 * rng.normal()));
}

function stateOf(own: Programme, earned: Orders, { cap = CAP, trials = TRIALS } = {}): ModelState {
  const state = emptyState();
  const sums = linearSumsOf(own);
  state.linear = sums.empty();
  for (const [option, values] of Object.entries(earned)) {
    const trial = { option, context: {}, hour: 0 };
    sums.addTrials(state.linear, trial, trials);
    for (const value of values)
      sums.moveCredits(state.linear, trial, {}, { [SIGNAL]: { worth: value / cap } });
  }
  return state;
}

const own = (changes: Partial<Programme> = {}): Programme =>
  programme({ goal: GOAL, variants: [variant('a'), variant('b')], ...changes });

const USUAL: Orders = { a: orders(60, 1), b: orders(50, 2) };
/** The worse of the two has one order of 50,000. */
const ONE_HUGE: Orders = { ...USUAL, b: [...USUAL.b!, 50_000] };
const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / TRIALS;

describe.each(['auto', 'weighted-thompson', 'linear-thompson', 'top-two'] as const)(
  '%s for revenue',
  (kind) => {
    const asked = own({ policy: { kind } });

    it('expects what is earned, and knows the better from the worse', () => {
      const [a, b] = estimatesOf(asked, stateOf(asked, USUAL), NOON);
      expect(Math.abs(a!.estimate / mean(USUAL.a!) - 1)).toBeLessThan(0.1);
      expect(Math.abs(b!.estimate / mean(USUAL.b!) - 1)).toBeLessThan(0.1);
      expect(a!.estimate).toBeGreaterThan(b!.estimate);
      // it begins with the noise of a coin that falls for the cap, and is long in unlearning that
      if (kind === 'linear-thompson') return;
      expect(a!.interval.low).toBeGreaterThan(0);
      expect(a!.interval.high).toBeLessThan(2 * a!.estimate);
    });

    it('is not turned by one order of a thousand times the rest, which turns the averages', () => {
      expect(mean(ONE_HUGE.b!)).toBeGreaterThan(4 * mean(ONE_HUGE.a!));
      const scored = live(asked, stateOf(asked, ONE_HUGE)).policy.score(['a', 'b'], ANYWHERE);
      const [a, b] = scored;
      expect(a!.score).toBeGreaterThan(b!.score);
      if (kind !== 'top-two') expect(a!.propensity).toBeGreaterThan(b!.propensity);
      // one of 201 logarithms is ln(1000) higher
      const before = live(asked, stateOf(asked, USUAL)).policy.score(['a', 'b'], ANYWHERE);
      expect(b!.score / a!.score / (before[1]!.score / before[0]!.score)).toBeLessThan(1.06);
    });
  },
);

it.each(['auto', 'shared-linear-thompson'] as const)('%s is as sure whatever the cap is', (kind) => {
  const some = { a: USUAL.a!.slice(0, 24), b: USUAL.a!.slice(100, 112) };
  const chance = (cap: number): number => {
    const asked = own({ goal: { signals: [{ ...REVENUE, cap, weight: 1 }] }, policy: { kind } });
    const state = stateOf(asked, some, { cap, trials: 600 });
    return live(asked, state).policy.score(['a', 'b'], ANYWHERE)[0]!.propensity;
  };
  expect(chance(1_000)).toBeGreaterThan(0.9);
  expect(Math.abs(chance(CAP) - chance(1_000))).toBeLessThan(0.02);
});

describe('the sums a value is learned from', () => {
  it('are what they were when the order is taken back, whatever came in between', () => {
    const asked = own();
    const [state, never] = [stateOf(asked, USUAL), stateOf(asked, USUAL)];
    const sums = linearSumsOf(asked);
    const trial = { option: 'b', context: {}, hour: 0 };
    sums.moveCredits(state.linear, trial, {}, { [SIGNAL]: { worth: 0.1 } });
    const later = { [SIGNAL]: { worth: 0.7 }, [CLICK.signal]: { worth: 1 } };
    sums.moveCredits(state.linear, trial, { [SIGNAL]: { worth: 0.1 } }, later);
    expect(state.linear.blocks).not.toEqual(never.linear.blocks);
    sums.moveCredits(state.linear, trial, later, {});
    expect(believableSums(asked, state, NOON)).toEqual(believableSums(asked, never, NOON));
    expect(state.linear.blocks).toEqual(never.linear.blocks);
  });

  it('are told as what came in: the report counts signals, not what is kept beside them', () => {
    const asked = own();
    const state = stateOf(asked, ONE_HUGE);
    const { signals } = optionTotals(state).b!;
    expect(Object.keys(signals)).toEqual([SIGNAL]);
    expect(signals[SIGNAL]!.count).toBe(201);
    expect(signals[SIGNAL]!.worth * CAP).toBeCloseTo(
      ONE_HUGE.b!.reduce((sum, x) => sum + x, 0),
      -4,
    );
  });

  it('are those of the worths themselves where no signal carries a value', () => {
    const asked = own({ goal: { signals: [CLICK] } });
    const state = stateOf(asked, USUAL);
    expect(believableSums(asked, state, NOON)).toMatchObject(effectiveSums(asked, state, NOON));
  });
});
