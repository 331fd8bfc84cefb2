import { describe, expect, it } from 'vitest';
import type { Adjustment, Belief, Learner } from '../../../core/policies/belief.ts';
import { pipeline } from '../../../core/policies/pipeline.ts';
import { thompson, winsOf } from '../../../core/policies/thompson.ts';
import { ANYWHERE } from '../../support/decisions.ts';
import { programme } from '../../support/programmes.ts';

const normal = (mean: number, sd: number): Belief => ({ mean, sd });
const beta = (alpha: number, beta: number, low = 0): Belief => {
  const [mean, n] = [alpha / (alpha + beta), alpha + beta];
  const sd = Math.sqrt((mean * (1 - mean)) / (n + 1));
  return { mean: low + mean, sd, shape: { alpha, beta, low, high: low + 1 } };
};

/** A learner that believes these of a and b, and counts how often it is asked. */
function believing(beliefs: Record<string, Belief>, constant = true): Learner & { asked: number } {
  const learner = {
    name: 'test',
    constant,
    asked: 0,
    believe: (eligible: readonly string[]): Belief[] => {
      learner.asked++;
      return eligible.map((option) => beliefs[option]!);
    },
  };
  return learner;
}

const cost = (of: Record<string, number>, constant = true): Adjustment => ({
  name: 'cost',
  constant,
  of: (option) => -(of[option] ?? 0),
});

const NO_FLOOR = programme({ policy: { kind: 'weighted-thompson', floor: 0 } });

function chances(learner: Learner, adjustments: readonly Adjustment[]): Record<string, number> {
  const policy = pipeline(NO_FLOOR, { learner, adjustments, rule: thompson });
  const scored = policy.score(['a', 'b'], ANYWHERE);
  return Object.fromEntries(scored.map(({ option, propensity }) => [option, propensity]));
}

describe('adjustments', () => {
  it('move an option against the others by what they add to its reward', () => {
    const learner = believing({ a: normal(0.05, 0.01), b: normal(0.04, 0.01) });
    // P(a > b) = Phi(difference / (sd sqrt 2)): Phi(0.7071) and Phi(-0.7071), from tables
    expect(chances(learner, []).a).toBeCloseTo(0.7602, 3);
    expect(chances(learner, [cost({ a: 0.01 })]).a).toBeCloseTo(0.5, 4);
    expect(chances(learner, [cost({ a: 0.01 }), cost({ a: 0.01 })]).a).toBeCloseTo(0.2398, 3);
  });

  it('leave a Beta a Beta where all options move alike, and compare by mean and width where not', () => {
    const learner = believing({ a: beta(3, 97), b: beta(2, 98) });
    const plain = chances(learner, []);
    expect(chances(learner, [cost({ a: 0.5, b: 0.5 })]).a).toBeCloseTo(plain.a!, 9);
    expect(chances(learner, [cost({ a: 0.5 })]).a).toBeLessThan(1e-6);
    const level = chances(believing({ a: beta(300, 9_700), b: beta(200, 9_800) }), [cost({ a: 0.01 })]);
    expect(level.a).toBeCloseTo(0.5, 2);
  });

  it('are in the score, and in what it is the sum of', () => {
    const learner = believing({ a: normal(0.05, 0.01), b: normal(0.04, 0.01) });
    const policy = pipeline(NO_FLOOR, { learner, adjustments: [cost({ a: 0.02 })], rule: thompson });
    expect(policy.score(['a', 'b'], ANYWHERE).map(({ score }) => score)).toEqual([0.05 - 0.02, 0.04]);
    expect(policy.contributions!('a', ANYWHERE)).toEqual([
      { feature: 'constant', value: 1, contribution: 0.05 },
      { feature: 'cost', value: 1, contribution: -0.02 },
    ]);
    expect(policy.contributions!('b', ANYWHERE)).toHaveLength(1);
  });
});

describe('a set of options', () => {
  it('is worked out once where circumstances do not matter, and each time where they do', () => {
    const beliefs = { a: normal(0.05, 0.01), b: normal(0.04, 0.01) };
    const asks = (constant: boolean, adjustments: readonly Adjustment[]): number => {
      const learner = believing(beliefs, constant);
      const policy = pipeline(NO_FLOOR, { learner, adjustments, rule: thompson });
      for (const options of [['a', 'b'], ['a'], ['a', 'b']]) policy.score(options, ANYWHERE);
      return learner.asked;
    };
    expect(asks(true, [])).toBe(2);
    expect(asks(true, [cost({ a: 1 })])).toBe(2);
    expect(asks(true, [cost({ a: 1 }, false)])).toBe(3);
    expect(asks(false, [])).toBe(3);
  });

  it('of normals and Betas is compared as normals', () => {
    const wins = winsOf([beta(3_000, 97_000), normal(0.03, 0.0005)]);
    expect(wins[0]).toBeCloseTo(0.5, 2);
  });
});
