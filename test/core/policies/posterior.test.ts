import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GoalSignal, Programme } from '../../../core/domain/programme.ts';
import type { ModelState } from '../../../core/learn/model.ts';
import { emptyState } from '../../../core/learn/model.ts';
import { rewardRange, scaleOf } from '../../../core/policies/posterior.ts';
import { addTrials, believed, credit, moveWorth } from '../../support/earned.ts';
import { ANYWHERE, live } from '../../support/decisions.ts';
import { CLICK, LEFT, ORDER, programme, REVENUE } from '../../support/programmes.ts';

interface Record {
  trials: number;
  worth: number[];
}

/** A state in which each option had some trials and some worths of one signal. */
function stateOf(signal: string, options: { [option: string]: Record }, state = emptyState()): ModelState {
  for (const [option, { trials, worth }] of Object.entries(options)) {
    addTrials(state, option, trials);
    for (const after of worth) moveWorth(state, option, signal, { before: 0, after });
  }
  return state;
}

/** Trials of one option that had the same signals. */
interface Kind {
  trials: number;
  had: readonly GoalSignal[];
}

const earnedBy = (had: readonly GoalSignal[]): number => had.reduce((sum, goal) => sum + scaleOf(goal), 0);

/** A state of trials that had several signals at once. */
function together(options: { [option: string]: readonly Kind[] }): ModelState {
  const state = emptyState();
  for (const [option, kinds] of Object.entries(options)) {
    for (const { trials, had } of kinds) {
      addTrials(state, option, trials);
      const credits = Object.fromEntries(had.map(({ signal }) => [signal, { worth: 1 }]));
      for (let n = 0; n < trials; n++) credit(state, option, credits);
    }
  }
  return state;
}

const ones = (n: number): number[] => Array.from({ length: n }, () => 1);

describe('belief about one signal', () => {
  it('is the exact Beta posterior of its trials and successes', () => {
    const state = stateOf(ORDER.signal, {
      a: { trials: 400, worth: ones(12) },
      b: { trials: 100, worth: ones(1) },
    });
    const own = believed(programme(), state, 'a');
    // prior: 30 trials at the pooled rate, which itself begins as 1 in 30
    const rate = (1 + 13) / (30 + 500);
    expect(own.alpha).toBeCloseTo(30 * rate + 12, 8);
    expect(own.beta).toBeCloseTo(30 * (1 - rate) + 388, 8);
    expect(own.mean).toBeCloseTo(own.alpha / (own.alpha + own.beta), 12);
    expect([own.low, own.high]).toEqual([0, 1]);
  });

  it('starts as 1 in 30 for every option, known or not', () => {
    for (const option of ['a', 'b', 'silence', 'new']) {
      const own = believed(programme(), emptyState(), option);
      expect(own.alpha).toBeCloseTo(1, 10);
      expect(own.beta).toBeCloseTo(29, 10);
    }
  });

  it('turns over for a signal that should not happen', () => {
    const goal = { signals: [{ ...ORDER, weight: -2 }] };
    const state = stateOf(ORDER.signal, { a: { trials: 100, worth: ones(40) } });
    const good = believed(programme(), state, 'a');
    const bad = believed(programme({ goal }), state, 'a');
    expect(bad.mean).toBeCloseTo(-2 * good.mean, 12);
    expect([bad.low, bad.high]).toEqual([-2, 0]);
    expect(bad.alpha).toBeCloseTo(good.beta, 6);
    expect(bad.beta).toBeCloseTo(good.alpha, 6);
  });

  it('counts a value as its share of the cap', () => {
    const state = stateOf(ORDER.signal, { a: { trials: 200, worth: [0.5, 1, 0.25] } });
    const own = believed(programme({ goal: { signals: [REVENUE] } }), state, 'a');
    // the prior begins with one order of the usual size, which is (0.25 + 1 + 0.0625) / 1.75
    const rate = (0.75 + 1.75) / 230;
    expect(own.mean).toBeCloseTo((5 * (30 * rate + 1.75)) / 230, 12);
    expect(own.high).toBe(5);
  });
});

describe('belief about several signals', () => {
  const goals = [ORDER, CLICK, LEFT];

  it('has the mean and the variance of what the trials earned, however the signals go together', () => {
    const kinds = fc.array(
      fc.record({
        trials: fc.integer({ min: 0, max: 300 }),
        had: fc.subarray(goals),
      }),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(kinds, (rows) => {
        const own = programme({ goal: { signals: goals } });
        const both = believed(own, together({ a: rows }), 'a');
        // the prior's 30 trials are like the option's, which are all there are, and 30 of which each signal was in one by itself
        const all = rows.reduce((sum, { trials }) => sum + trials, 0);
        const mean = (of: (reward: number) => number): number =>
          rows.reduce((sum, { trials, had }) => sum + trials * of(earnedBy(had)), 0);
        const first = goals.reduce((sum, goal) => sum + scaleOf(goal), 0) / 30;
        const spread = goals.reduce((sum, goal) => sum + scaleOf(goal) ** 2 * (1 / 30 - 1 / 900), 0);
        const pooled = (own: number, begun: number): number => (30 * begun + own) / (30 + all);
        const [m, q] = [
          pooled(
            mean((x) => x),
            first,
          ),
          pooled(
            mean((x) => x * x),
            spread + first * first,
          ),
        ];
        const [sum, squares] = [30 * m + mean((x) => x), 30 * q + mean((x) => x * x)];
        const n = 30 + all;
        expect(both.mean).toBeCloseTo(sum / n, 10);
        expect(both.variance).toBeCloseTo((squares / n - (sum / n) ** 2) / (n + 1), 10);
        const { alpha, beta, low, high } = both;
        const shape = alpha + beta;
        expect(alpha).toBeGreaterThan(0);
        expect(beta).toBeGreaterThan(0);
        expect(low + ((high - low) * alpha) / shape).toBeCloseTo(both.mean, 8);
        expect(((high - low) ** 2 * alpha * beta) / (shape * shape * (shape + 1))).toBeCloseTo(
          both.variance,
          8,
        );
      }),
      { seed: 51, numRuns: 80 },
    );
  });

  it('doubts more where signals come together, and draws an option that may be the best as often as it is', () => {
    const goal = { signals: [ORDER, { ...CLICK, weight: 1 }] };
    const of = (had: number, both: boolean): Kind[] => {
      const rest = { trials: 2_000 - (both ? had : 2 * had), had: [] };
      return both
        ? [{ trials: had, had: goal.signals }, rest]
        : [{ trials: had, had: [ORDER] }, { trials: had, had: [goal.signals[1]!] }, rest];
    };
    const bought = (both: boolean): ModelState => together({ a: of(44, both), b: of(58, both) });
    const sd = (both: boolean): number =>
      Math.sqrt(believed(programme({ goal }), bought(both), 'a').variance);
    // by hand: the variance of what one trial earns is 4 p (1 - p) where they come together, 2 p (1 - 2 p) where never
    const p = 44 / 2_000;
    expect(sd(true) / Math.sqrt((4 * p * (1 - p)) / 2_000)).toBeCloseTo(1, 1);
    expect(sd(false) / Math.sqrt((2 * p * (1 - 2 * p)) / 2_000)).toBeCloseTo(1, 1);
    // two signals that are one are that one
    const share = (own: Programme): number => {
      const { policy } = live(own, bought(true));
      return policy.score(['a', 'b'], ANYWHERE)[0]!.propensity;
    };
    const one = share(programme({ goal: { signals: [ORDER] } }));
    expect(one).toBeGreaterThan(0.05);
    expect(share(programme({ goal }))).toBeCloseTo(one, 2);
  });

  it('knows the least and the greatest reward of a decision', () => {
    const range = rewardRange(programme({ goal: { signals: [REVENUE, CLICK, LEFT] } }));
    expect(range.low).toBeCloseTo(-5, 12);
    expect(range.high).toBeCloseTo(5.2, 12);
  });
});

describe('belief in odd states', () => {
  it('is a proper Beta even where signals were folded before their decisions', () => {
    for (const state of [
      stateOf(ORDER.signal, { a: { trials: 0, worth: ones(100) } }),
      stateOf(ORDER.signal, { a: { trials: 3, worth: ones(100) }, b: { trials: 1, worth: [] } }),
      stateOf(ORDER.signal, { a: { trials: 1e7, worth: [] } }),
      stateOf(ORDER.signal, { a: { trials: 1e6, worth: ones(1000) }, b: { trials: 0, worth: [] } }),
    ]) {
      for (const option of ['a', 'b']) {
        const { alpha, beta, mean } = believed(programme(), state, option);
        expect(alpha).toBeGreaterThan(0);
        expect(beta).toBeGreaterThan(0);
        expect(mean).toBeGreaterThan(0);
        expect(mean).toBeLessThan(1);
      }
    }
  });

  it('does not mind what rounding left of a worth that was taken back', () => {
    const state = stateOf(ORDER.signal, { a: { trials: 50, worth: [0.1, 0.2, 0.3] } });
    for (const before of [0.3, 0.1, 0.2]) moveWorth(state, 'a', ORDER.signal, { before, after: 0 });
    const clean = believed(programme(), stateOf(ORDER.signal, { a: { trials: 50, worth: [] } }), 'a');
    expect(believed(programme(), state, 'a').mean).toBeCloseTo(clean.mean, 12);
  });
});

describe('belief about silence', () => {
  const goal = { signals: [{ ...ORDER, silence: false }, LEFT] };
  const options = { a: { trials: 400, worth: ones(12) }, silence: { trials: 5_000, worth: ones(900) } };

  it('leaves out a signal that does not count for it, also from what all options have in common', () => {
    const state = stateOf(ORDER.signal, options);
    const left = { signals: [LEFT] };
    const silence = believed(programme({ goal }), state, 'silence');
    expect(silence.mean).toBeCloseTo(believed(programme({ goal: left }), state, 'silence').mean, 12);
    expect(believed(programme(), state, 'silence').mean).toBeGreaterThan(0.17);
    const alone = stateOf(ORDER.signal, { a: options.a });
    const only = { signals: [{ ...ORDER, silence: false }] };
    expect(believed(programme({ goal: only }), state, 'a')).toEqual(
      believed(programme({ goal: only }), alone, 'a'),
    );
  });

  it('is sure of nothing where no signal counts for it', () => {
    const only = { signals: [{ ...ORDER, silence: false }] };
    const own = believed(programme({ goal: only }), stateOf(ORDER.signal, options), 'silence');
    expect([own.mean, own.variance]).toEqual([0, 0]);
    expect(own.alpha / (own.alpha + own.beta)).toBeLessThan(1e-5);
    const bad = { signals: [{ ...LEFT, silence: false }] };
    const best = believed(programme({ goal: bad }), stateOf(LEFT.signal, options), 'silence');
    expect(best.low + (best.high - best.low) * (best.alpha / (best.alpha + best.beta))).toBeCloseTo(0, 3);
  });
});
