import { describe, expect, it } from 'vitest';
import type { Compared } from '../../../../core/learn/models/past-weight.ts';
import { weighPast } from '../../../../core/learn/models/past-weight.ts';

/** Coins; what one unit of log-odds is near the average rate of them. */
const UNIT = 0.03 * 0.97;
const THERE = [0.01, 0.02, 0.03, 0.04, 0.05];

const compared = (
  there: readonly number[],
  here: readonly number[],
  trials: number,
  past = 5_000,
): Compared[] =>
  there.map((mean, i) => ({
    own: { trials, mean: here[i]! },
    past: { trials: past, mean },
    noise: mean * (1 - mean),
    spread: 0,
  }));

describe('what options did elsewhere', () => {
  it('counts before anything is known here, and however much there is of it for no more than it may be off', () => {
    const counted = [500, 5_000, 5e9].map((past) => weighPast(compared(THERE, THERE, 0, past), UNIT));
    for (const { related, factor } of counted) {
      expect(related).toBeCloseTo(0.5, 12);
      expect(factor).toBe(1);
    }
    // an option of 3 % whose log-odds may be off by a quarter says as much as some 550 trials of it
    const [few, many, endless] = counted.map(({ trials }) => trials[2]!);
    expect(few).toBeLessThan(many!);
    expect(many).toBeLessThan(endless!);
    expect(endless).toBeLessThan(1_000);
  });

  it('is believed the more the more of it turns out as it was', () => {
    const sure = [0, 300, 3_000].map((trials) => weighPast(compared(THERE, THERE, trials), UNIT).related);
    expect(sure[1]).toBeGreaterThan(sure[0]!);
    expect(sure[2]).toBeGreaterThan(0.98);
  });

  it('is given up where the options turn out to be the other way round', () => {
    const reversed = THERE.toReversed();
    const sure = [0, 300, 3_000].map((trials) => weighPast(compared(THERE, reversed, trials), UNIT).related);
    expect(sure[1]).toBeLessThan(0.2);
    expect(sure[2]).toBeLessThan(1e-3);
  });

  it('is weighed however much speaks for it or against it', () => {
    const there = Array.from({ length: 50 }, (_, i) => 0.01 + 0.001 * i);
    const [same, other] = [there, there.map((rate) => (rate > 0.035 ? 0.001 : 0.9))].map((here) =>
      weighPast(compared(there, here, 1e7), UNIT),
    );
    expect(same!.related).toBeCloseTo(1, 9);
    expect(other!.related).toBe(0);
    for (const { trials, factor } of [same!, other!]) {
      expect(factor).toBeGreaterThan(0);
      for (const own of trials) expect(own > 0 && own < 5_000).toBe(true);
    }
  });

  it('may have been of better times: all options earn less by one factor, and it still holds', () => {
    const { related, factor } = weighPast(
      compared(
        THERE,
        THERE.map((rate) => 0.8 * rate),
        10_000,
      ),
      UNIT,
    );
    expect(factor).toBeGreaterThan(0.75);
    expect(factor).toBeLessThan(0.9);
    expect(related).toBeGreaterThan(0.95);
  });
});
