import { expect, test } from 'vitest';
import type { Found } from '../../bench/learn/bias/measure.ts';
import { measured } from '../../bench/learn/bias/measure.ts';
import { SEGMENTS, WORLDS } from '../../bench/learn/bias/worlds.ts';

const SEEDS = [0, 1, 2];

const meanOf = (found: readonly Found[], name: string): number =>
  found.reduce((sum, own) => sum + own.get(name)!, 0) / found.length;

test('rates of options that are new are about right in every segment a day later, though one answers after 2 hours and another after 48', () => {
  const found = SEEDS.map((seed) => measured(WORLDS['b: delays differ'], 'new options', seed));
  for (const segment of SEGMENTS) {
    expect(Math.abs(meanOf(found, `bias | ${segment} | served | 24`))).toBeLessThan(0.1);
    expect(Math.abs(meanOf(found, `bias | ${segment} | by cell | 24`))).toBeLessThan(0.1);
  }
  expect(meanOf(found, 'lost | all | served | 24') - meanOf(found, 'lost | all | by cell | 24')).toBeLessThan(
    0.01,
  );
});

test('rates of a new programme are too high for a day, since nobody knows what comes later, and right once windows are closed', () => {
  const found = SEEDS.map((seed) => measured(WORLDS['a: rates differ'], 'campaign', seed));
  for (const segment of SEGMENTS) {
    const bias = (age: number): number => meanOf(found, `bias | ${segment} | served | ${age}`);
    expect(bias(24)).toBeGreaterThan(0.1);
    expect(bias(24)).toBeLessThan(0.5);
    expect(Math.abs(bias(169))).toBeLessThan(0.05);
  }
});
