import { describe, expect, it } from 'vitest';
import { assign } from '../../../core/decide/assign.ts';
import { draw } from '../../../core/decide/draw.ts';
import { newPerson } from '../../../core/domain/person.ts';
import type { Programme } from '../../../core/domain/programme.ts';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import { programme } from '../../support/programmes.ts';
import { surprise } from '../../support/statistics.ts';

const held = (share: number, id = 'welcome'): Programme =>
  programme({ id, holdout: { kind: 'no-contact', share } });

/** Numbers of the people in the holdout, of `n` people. */
function holdout(of: Programme, n = 20_000): Set<number> {
  const people = Array.from({ length: n }, (_, i) => i);
  return new Set(people.filter((i) => assign(of, newPerson(`p${i}`, [`user:${i}`])) === 'holdout'));
}

describe('assignment', () => {
  it('holds out the share that was asked for', () => {
    for (const share of [0.05, 0.1, 0.5]) {
      const { size } = holdout(held(share));
      // 3.29 standard errors: p > 0.001
      expect(Math.abs(size - 20_000 * share)).toBeLessThan(3.29 * Math.sqrt(20_000 * share * (1 - share)));
    }
    expect(holdout(held(0)).size).toBe(0);
    expect(holdout(programme()).size).toBe(0);
  });

  it('only adds people when the share grows', () => {
    const [small, large] = [holdout(held(0.05)), holdout(held(0.2))];
    expect(small.isSubsetOf(large)).toBe(true);
  });

  it('is independent between programmes', () => {
    const [one, two] = [holdout(held(0.3)), holdout(held(0.3, 'other'))];
    const both = one.intersection(two).size;
    expect(Math.abs(both - 20_000 * 0.09)).toBeLessThan(3.29 * Math.sqrt(20_000 * 0.09 * 0.91));
  });

  it('follows the id a person was first met under, not the ids that came later', () => {
    const of = held(0.5);
    for (let i = 0; i < 200; i++) {
      const arm = assign(of, newPerson('before', [`anonymous:${i}`]));
      expect(assign(of, newPerson('after', [`anonymous:${i}`, `user:${i}`]))).toBe(arm);
    }
  });

  it('never moves anybody whose arm is written', () => {
    for (const arm of ['treated', 'holdout'] as const) {
      const person = { ...newPerson('p', ['user:1']), arms: { welcome: arm } };
      for (const share of [0, 0.5, 1]) expect(assign(held(share), person)).toBe(arm);
      expect(assign(programme(), person)).toBe(arm);
    }
  });
});

describe('draw', () => {
  const options = (...propensities: number[]): { option: string; propensity: number; score: number }[] =>
    propensities.map((propensity, i) => ({ option: `o${i}`, propensity, score: 0 }));

  const at = (u: number, ...propensities: number[]): string =>
    draw(options(...propensities), { uniform: () => u }).option;

  it('gives each option its stretch of [0, 1)', () => {
    expect([0, 0.249, 0.25, 0.749, 0.75, 0.999].map((u) => at(u, 0.25, 0.5, 0.25))).toEqual([
      'o0',
      'o0',
      'o1',
      'o1',
      'o2',
      'o2',
    ]);
  });

  it('never gives an option of probability 0', () => {
    expect([0, 0.5, 0.9999999].map((u) => at(u, 0, 1, 0))).toEqual(['o1', 'o1', 'o1']);
  });

  it('gives what rounding left over to the likeliest', () => {
    expect(at(1 - 2 ** -53, 0.1, 0.6, 0.3 - 1e-12)).toBe('o1');
  });

  it('draws in proportion', () => {
    const shares = [0.01, 0.09, 0.2, 0.7];
    const counts = new Map<string, number>();
    const rng = rngFromNumber(41);
    for (let i = 0; i < 100_000; i++) {
      const { option } = draw(options(...shares), rng);
      counts.set(option, (counts.get(option) ?? 0) + 1);
    }
    const cells = shares.map((share, i) => ({ count: counts.get(`o${i}`) ?? 0, expected: share * 100_000 }));
    expect(surprise(cells)).toBeLessThan(3.09);
  });
});
