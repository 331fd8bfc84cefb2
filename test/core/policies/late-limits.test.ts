import { describe, expect, it } from 'vitest';
import type { Programme } from '../../../core/domain/programme.ts';
import { hourOf } from '../../../core/learn/blocks.ts';
import { effectiveSums } from '../../../core/learn/effective.ts';
import type { LinearTrial } from '../../../core/learn/linear-state.ts';
import { linearSumsOf } from '../../../core/learn/linear-state.ts';
import { emptyState } from '../../../core/learn/model.ts';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import { limitStates } from '../../../core/policies/limits.ts';
import { HOUR, LEFT, NOON, ORDER, programme, variant } from '../../support/programmes.ts';

const SIGNAL = LEFT.signal;
const GOAL: Programme['goal'] = { signals: [ORDER, LEFT], limits: [{ signal: SIGNAL, atMost: 0.003 }] };
const OWN = programme({ goal: GOAL, variants: [variant('a'), variant('b')] });
const FIRST = hourOf(NOON);

/** How many of 1,000 messages a day with `b` were sent until it was beyond, whose signals come `mean` hours late on average. */
function sentUntilBeyond(rate: number, mean: number, seed: number): number {
  const rng = rngFromNumber(seed);
  const [state, sums] = [emptyState(), linearSumsOf(OWN)];
  state.linear = sums.empty();
  const told = (hour: number) => limitStates(OWN, effectiveSums(OWN, state, hour * HOUR), 'b')[0]!;
  let awaited: { trial: LinearTrial; delay: number }[] = [];
  let sent = 0;
  for (let day = 0; day < 20; day++) {
    for (let hour = FIRST + 24 * day; hour < FIRST + 24 * day + 10; hour += 2) {
      const due = ({ trial, delay }: (typeof awaited)[number]): boolean => trial.hour + delay <= hour;
      for (const { trial, delay } of awaited.filter(due))
        sums.moveCredits(state.linear, trial, {}, { [SIGNAL]: { worth: 1, delay: delay * HOUR } });
      awaited = awaited.filter((own) => !due(own));
      if (told(hour).dropped) return sent;
      for (const [option, of] of [
        ['a', 0.001],
        ['b', rate],
      ] as const) {
        const trial = { option, context: {}, hour };
        sums.addTrials(state.linear, trial, 200);
        const left = Array.from({ length: 200 }, () => rng.uniform()).filter((u) => u < of);
        awaited.push(...left.map(() => ({ trial, delay: -mean * Math.log(1 - rng.uniform()) })));
      }
      sent += 200;
    }
  }
  return Infinity;
}

const runs = (rate: number, mean: number): number[] =>
  Array.from({ length: 30 }, (_, i) => sentUntilBeyond(rate, mean, 100 + i)).sort((a, b) => a - b);

describe('a limit of a signal that comes late', () => {
  it('does not take what may still come for what does not', () => {
    // 3,000 where every message counts as one that nothing came of until it does
    expect(runs(0.006, 24)[15]).toBeLessThan(2_600);
  });

  it('does not take what is rare for late: an option at half the limit stays', () => {
    for (const mean of [0.01, 2, 24]) {
      expect(runs(0.0015, mean).filter(Number.isFinite).length).toBeLessThanOrEqual(2);
    }
  });

  it('counts all messages whose windows are closed, and no more of the others than there are', () => {
    const [state, sums] = [emptyState(), linearSumsOf(OWN)];
    state.linear = sums.empty();
    const trial = { option: 'b', context: {}, hour: FIRST };
    sums.addTrials(state.linear, trial, 500);
    for (let i = 0; i < 20; i++)
      sums.moveCredits(state.linear, trial, {}, { [SIGNAL]: { worth: 1, delay: 20 * HOUR } });
    const at = (hours: number) => limitStates(OWN, effectiveSums(OWN, state, NOON + hours * HOUR), 'b')[0]!;
    expect(at(200)).toMatchObject({ trials: 500, count: 20, counted: 500 });
    expect(at(30)).toMatchObject({ trials: 500, count: 20 });
    expect(at(30).counted).toBeGreaterThan(300);
    expect(at(30).counted).toBeLessThan(450);
  });
});
