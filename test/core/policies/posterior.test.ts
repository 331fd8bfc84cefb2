import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GoalSignal } from '../../../core/domain/programme.ts';
import type { ModelState } from '../../../core/learn/model.ts';
import { emptyState } from '../../../core/learn/model.ts';
import { rewardRange } from '../../../core/policies/posterior.ts';
import { addTrials, believed, moveWorth } from '../../support/earned.ts';
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

  it('has the sum of their means and of their variances, inside the possible range', () => {
    const counts = fc.record({
      trials: fc.integer({ min: 10, max: 100_000 }),
      hits: fc.integer({ min: 0, max: 10 }),
    });
    fc.assert(
      fc.property(fc.array(counts, { minLength: 3, maxLength: 3 }), ([x, y, z]) => {
        const state = emptyState();
        const rows = [x!, y!, z!];
        addTrials(state, 'a', x!.trials);
        goals.forEach((goal, i) => {
          for (let n = 0; n < rows[i]!.hits; n++) moveWorth(state, 'a', goal.signal, { before: 0, after: 1 });
        });
        const alone = goals.map((goal: GoalSignal) =>
          believed(programme({ goal: { signals: [goal] } }), state, 'a'),
        );
        const both = believed(programme({ goal: { signals: goals } }), state, 'a');
        const mean = alone.reduce((sum, p) => sum + p.mean, 0);
        const variance = alone.reduce((sum, p) => sum + p.variance, 0);
        expect(both.mean).toBeCloseTo(mean, 10);
        expect(both.variance).toBeCloseTo(variance, 10);
        const { alpha, beta, low, high } = both;
        const n = alpha + beta;
        expect(low + ((high - low) * alpha) / n).toBeCloseTo(mean, 8);
        expect(((high - low) ** 2 * alpha * beta) / (n * n * (n + 1))).toBeCloseTo(variance, 8);
      }),
      { seed: 51, numRuns: 100 },
    );
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
