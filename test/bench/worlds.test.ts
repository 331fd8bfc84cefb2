import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { knownPersons, lateOutcomes, swappedPersons } from '../../bench/learn/worlds/contexts.ts';
import { fixedRates, swappedRates } from '../../bench/learn/worlds/fixed-rates.ts';
import { bestChances } from '../../bench/learn/worlds/world.ts';

const digest = (numbers: Float64Array): string =>
  createHash('sha256')
    .update(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength))
    .digest('hex')
    .slice(0, 16);

const mean = (numbers: Float64Array): number => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;

// first 16 digits of the SHA-256 of the reference study's arrays, seed 0 (November 2026)
describe('the worlds of the reference study, bit by bit', () => {
  it('E1', () => {
    const { chances, luck } = fixedRates(0);
    expect([digest(chances), digest(luck)]).toEqual(['f5e649d372d27dd0', '28013ef4326ebf82']);
  });

  it('E2', () => {
    const world = knownPersons(0);
    expect(digest(world.contexts)).toBe('0960d495b84891c8');
    expect(digest(world.chances)).toBe('77855752f1e60036');
    expect(digest(world.luck)).toBe('0fbbb1925c2dffdd');
    // the study's own summary of seed 0: oracle 0.0800, uniform 0.0424
    expect(mean(bestChances(world))).toBeCloseTo(0.08, 4);
    expect(mean(world.chances)).toBeCloseTo(0.0424, 4);
  });

  it('E3 is E2 with late outcomes', () => {
    const late = lateOutcomes(3);
    expect(digest(late.chances)).toBe(digest(knownPersons(3).chances));
    expect([late.delay, late.refresh]).toEqual([2_500, 250]);
  });

  it('E4a turns the rates over at half time', () => {
    const { chances, rounds, options } = swappedRates(0);
    const before = chances.slice(0, options);
    const after = chances.slice((rounds / 2) * options, (rounds / 2 + 1) * options);
    expect([...after]).toEqual([...before].map((p) => 0.06 - p));
    expect(digest(chances.slice(0, options))).toBe(digest(fixedRates(0).chances.slice(0, options)));
  });

  it('E4b lets options trade places at half time', () => {
    const [world, steady] = [swappedPersons(1), knownPersons(1)];
    const row = (chances: Float64Array, t: number) => [...chances.slice(t * 8, t * 8 + 8)];
    expect(row(world.chances, 24_999)).toEqual(row(steady.chances, 24_999));
    const later = row(steady.chances, 25_000);
    expect(row(world.chances, 25_000)).toEqual([...later.slice(4), ...later.slice(0, 4)]);
  });
});
