import { describe, expect, it } from 'vitest';
import type { Programme } from '../../../core/domain/programme.ts';
import { linearSumsOf } from '../../../core/learn/linear-state.ts';
import type { ModelState } from '../../../core/learn/model.ts';
import { emptyState } from '../../../core/learn/model.ts';
import { estimatesOf } from '../../../core/measure/estimates.ts';
import { ANYWHERE, decided, live } from '../../support/decisions.ts';
import { NOON, ORDER, programme } from '../../support/programmes.ts';

const NEW = { share: 0.1, trials: 300 };

/** A state in which options had so many trials, and so many of them an order. */
function earnedState(own: Programme, options: Record<string, [trials: number, orders: number]>): ModelState {
  const state = emptyState();
  const sums = linearSumsOf(own);
  state.linear = sums.empty();
  for (const [option, [trials, orders]] of Object.entries(options)) {
    const trial = { option, context: {}, hour: 0 };
    if (trials > 0) sums.addTrials(state.linear, trial, trials);
    for (let n = 0; n < orders; n++)
      sums.moveCredits(state.linear, trial, {}, { [ORDER.signal]: { worth: 1, delay: 0 } });
  }
  return state;
}

/** What a and b earned is known; c has been decided on so often and did better by far. */
const on = (trials: number, changes: Partial<Programme> = {}): ReturnType<typeof live> => {
  const own = programme({ policy: { kind: 'weighted-thompson', newOptions: NEW }, ...changes });
  return live(
    own,
    earnedState(own, { a: [4_000, 120], b: [4_000, 100], c: [trials, Math.round(trials * 0.2)] }),
  );
};

const chances = (asked: ReturnType<typeof live>, options = ['a', 'b', 'c']): number[] =>
  asked.policy.score(options, ANYWHERE).map(({ propensity }) => propensity);
const sum = (all: readonly number[]): number => all.reduce((total, x) => total + x, 0);

describe('a new option', () => {
  it('gets no more than its share until it was decided on often enough', () => {
    const free = chances(on(200, { policy: { kind: 'weighted-thompson' } }));
    expect(free[2]).toBeGreaterThan(0.9);
    const held = chances(on(200));
    expect(held[2]).toBeCloseTo(0.1, 12);
    expect(sum(held)).toBeCloseTo(1, 12);
    // the others keep their proportions
    expect(held[0]! / held[1]!).toBeCloseTo(free[0]! / free[1]!, 9);
    expect(chances(on(299))[2]).toBeCloseTo(0.1, 12);
    expect(chances(on(300))[2]).toBeGreaterThan(0.9);
  });

  it('is drawn as is on record, which says that it was held back', () => {
    const asked = on(200);
    const draws = 4_000;
    let count = 0;
    for (let i = 0; i < draws; i++) count += Number(decided(asked, { sendKey: `${i}` }).option === 'c');
    expect(Math.abs(count - 0.1 * draws)).toBeLessThan(4.5 * Math.sqrt(draws * 0.09));
    expect(decided(asked).policy).toMatch(/new options are held back/);
    expect(decided(on(300)).policy).not.toMatch(/held back/);
  });

  it('is not held against others that are new, nor alone', () => {
    const fresh = chances(on(0), ['c']);
    expect(fresh).toEqual([1]);
    const own = programme({ policy: { kind: 'weighted-thompson', newOptions: NEW } });
    const all = chances(live(own));
    for (const chance of all) expect(chance).toBeCloseTo(1 / 3, 6);
  });

  it('is in the report with the share it gets', () => {
    for (const kind of ['auto', 'weighted-thompson', 'linear-thompson'] as const) {
      const own = programme({ policy: { kind, newOptions: NEW } });
      const state = earnedState(own, { a: [4_000, 120], b: [4_000, 100], c: [200, 40] });
      const estimates = estimatesOf(own, state, NOON);
      expect(estimates[2]!.propensity).toBeCloseTo(0.1, 9);
      expect(sum(estimates.map(({ propensity }) => propensity))).toBeCloseTo(1, 9);
    }
  });
});
