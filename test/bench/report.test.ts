import { describe, expect, it } from 'vitest';
import { markdown } from '../../bench/learn/markdown.ts';
import { ASKED } from '../../bench/learn/reference.ts';
import type { Measured } from '../../bench/learn/report.ts';
import { relations } from '../../bench/learn/relations.ts';
import { comparison } from '../../bench/learn/report.ts';
import { bestSetting, SETTINGS, VOWPAL_WABBIT } from '../../bench/learn/vowpal-wabbit.ts';

/** The default policy loses `times` as much as the best setting of Vowpal Wabbit, in two seeds. */
const rowOf = (world: string, times: number): Measured => {
  const value = times * bestSetting(world)!.mean;
  return { world, policy: 'auto', values: [value, value] };
};

describe('the comparison with Vowpal Wabbit', () => {
  it('is with seven settings in every world that has a target', () => {
    expect(SETTINGS).toHaveLength(7);
    for (const world of Object.keys(ASKED)) expect(Object.keys(VOWPAL_WABBIT[world]!)).toEqual(SETTINGS);
    expect(bestSetting('R3')).toMatchObject({ name: 'squarecb 1000', mean: 55.7 });
  });

  it('is over every world, and says which ones are missing and where it loses', () => {
    const rows = Object.keys(ASKED).map((world) => rowOf(world, world === 'R3' ? 2 : 0.5));
    const [ratio] = /0\.\d+/.exec(comparison(rows))!;
    expect(Number(ratio)).toBeCloseTo(0.5 * 4 ** (1 / 8), 3);
    expect(comparison(rows)).toContain('Above it by more than a standard error: R3');
    const some = comparison(rows.filter(({ world }) => world !== 'R3'));
    expect(some).toContain('R3 not played');
    expect(some).toContain(': 0.500');
    expect(some).toContain('no world');
  });

  it('is not made of other policies', () => {
    expect(comparison([{ world: 'E1', policy: 'UCB1', values: [1, 2] }])).toBe('');
  });
});

it('the page has a row for every setting, and the targets beside the default policy only', () => {
  const page = markdown({ '0-1': [rowOf('E1', 1), { world: 'E1', policy: 'UCB1', values: [760, 760] }] });
  for (const name of SETTINGS) expect(page).toContain(`| VW ${name} |`);
  expect(page).toMatch(/\| E1 \| auto \| 160 ± 0.0 .*p90 ≤ 200 \| 1.00 \(regcb elim 1e-4\)/);
  expect(page).toMatch(/\| E1 \| UCB1 \| 760 ± 0.0 \| 760 \| 760 \| {2}\| {2}\| 760 \|/);
});

describe('what is asked of several rows together', () => {
  const late: Measured = { world: 'E3', policy: 'auto', values: [110, 120, 130, 120] };
  const soon: Measured = { world: 'E2', policy: 'auto', values: [100, 100, 100, 100] };

  it('is found with the doubt of its seeds', () => {
    const [own, ...others] = relations([late, soon]);
    expect(others).toEqual([]);
    expect(own).toMatchObject({ asked: '≤ 1.12' });
    expect(own!.found).toBeCloseTo(1.2, 12);
    // of a mean the jackknife is the standard error: that of 110, 120, 130, 120 is sqrt(200 / 3 / 4)
    expect(own!.se).toBeCloseTo(Math.sqrt(200 / 3 / 4) / 100, 12);
  });

  it('varies less where seeds are hard for both', () => {
    const [own] = relations([late, { ...soon, values: [55, 60, 65, 60] }]);
    expect(own!.found).toBeCloseTo(2, 12);
    expect(own!.se).toBeCloseTo(0, 12);
  });
});
