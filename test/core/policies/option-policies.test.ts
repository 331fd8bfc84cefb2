import { describe, expect, it } from 'vitest';
import type { PolicyChoice } from '../../../core/domain/programme.ts';
import { emptyState } from '../../../core/learn/model.ts';
import { addTrials, moveWorth } from '../../support/earned.ts';
import { ANYWHERE, decided, live } from '../../support/decisions.ts';
import { ORDER, programme, variant } from '../../support/programmes.ts';

const RATES = { a: 0.05, b: 0.03, c: 0.01 };
const TRIALS = 4_000;

/** A programme that saw its three options earn 5, 3 and 1 % of 4,000 trials each. */
function build(policy: PolicyChoice, silence = false): ReturnType<typeof live> {
  const state = emptyState();
  for (const [option, rate] of Object.entries(RATES)) {
    addTrials(state, option, TRIALS);
    for (let n = 0; n < rate * TRIALS; n++) moveWorth(state, option, ORDER.signal, { before: 0, after: 1 });
  }
  return live(programme({ policy, silence }), state);
}

const propensities = (on: ReturnType<typeof live>, eligible = ['a', 'b', 'c']): number[] =>
  on.policy.score(eligible, ANYWHERE).map(({ propensity }) => propensity);

describe('a fixed split', () => {
  const shares = { a: 1, b: 2, c: 5 };

  it('keeps its shares whatever the options earn, and says so in the record', () => {
    const on = build({ kind: 'fixed-split', shares });
    expect(propensities(on)).toEqual([1 / 8, 2 / 8, 5 / 8]);
    expect(propensities(build({ kind: 'fixed-split' }))).toEqual([1 / 3, 1 / 3, 1 / 3]);
    const decision = decided(on);
    expect(decision.policy).toBe('fixed-split; exact');
    expect(decision.learn).toBe(true);
    expect(decision.eligible.find(({ option }) => option === 'a')!.score).toBeCloseTo(0.05, 2);
  });

  it('gives the share of an option that is not eligible to the others in proportion', () => {
    expect(propensities(build({ kind: 'fixed-split', shares }), ['a', 'b'])).toEqual([1 / 3, 2 / 3]);
    const left = build({ kind: 'fixed-split', shares: { ...shares, a: 0 } });
    expect(propensities(left, ['a'])).toEqual([1]);
  });

  it('is drawn by its shares, silence included', () => {
    const on = build({ kind: 'fixed-split', shares: { a: 0, b: 1, c: 0, silence: 3 } }, true);
    const counts: Record<string, number> = {};
    for (let i = 0; i < 4_000; i++) {
      const { option } = decided(on, { sendKey: `${i}` });
      counts[option] = (counts[option] ?? 0) + 1;
    }
    expect(Object.keys(counts).sort()).toEqual(['b', 'silence']);
    // 1,000 expected, 4.5 standard deviations
    expect(Math.abs(counts.b! - 1_000)).toBeLessThan(125);
  });
});

describe('top-two Thompson sampling', () => {
  it('goes on comparing the best with its challenger where weighted Thompson has made up its mind', () => {
    const weighted = propensities(build({ kind: 'weighted-thompson', floor: 0.01 }));
    const on = build({ kind: 'top-two', floor: 0.01 });
    const topTwo = propensities(on);
    expect(weighted[0]).toBeGreaterThan(0.97);
    expect(topTwo[0]).toBeCloseTo(0.495, 1);
    expect(topTwo[1]).toBeGreaterThan(0.4);
    expect(topTwo[2]).toBeGreaterThanOrEqual(0.01);
    expect(topTwo.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
    expect(decided(on).policy).toMatch(/^top-two; .*error/);
  });

  it('has nothing to compare where one option is eligible', () => {
    const on = live(programme({ policy: { kind: 'top-two' }, variants: [variant('a')] }));
    expect(decided(on)).toMatchObject({ option: 'a', propensity: 1 });
  });
});
