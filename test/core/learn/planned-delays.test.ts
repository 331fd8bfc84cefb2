import { expect, it } from 'vitest';
import { hourOf } from '../../../core/learn/blocks.ts';
import { effectiveSums } from '../../../core/learn/effective.ts';
import { linearSumsOf } from '../../../core/learn/linear-state.ts';
import { emptyState } from '../../../core/learn/model.ts';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import { HOUR, NOON, ORDER, programme, variant } from '../../support/programmes.ts';

it('a trial is awaited from when its message is planned for, not from when that was decided', () => {
  const own = programme({
    ...{ variants: [variant('a')], timing: { horizonHours: 48 } },
    goal: { signals: [{ ...ORDER, windowHours: 24 }] },
  });
  const [sums, state, rng] = [linearSumsOf(own), emptyState(), rngFromNumber(7)];
  state.linear = sums.empty();
  const [hours, perHour, rate] = [240, 60, 0.3];
  // three of ten buy two hours after something is sent, which is up to two days after it was decided
  for (let i = 0; i < hours * perHour; i++) {
    const [hour, wait] = [Math.floor(i / perHour), Math.floor(rng.uniform() * 48)];
    const trial = { option: 'a', context: {}, hour: hourOf(NOON) + hour };
    sums.addTrials(state.linear, trial, 1);
    const bought = rng.uniform() < rate && hour + wait + 3 <= hours;
    if (bought)
      sums.moveCredits(state.linear, trial, {}, { [ORDER.signal]: { worth: 1, delay: (wait + 2) * HOUR } });
  }
  const { options, pending } = effectiveSums(own, state, NOON + hours * HOUR);
  const learned = options.a!.responses[ORDER.signal]![0]! / options.a!.information[0]!;
  expect(Math.abs(learned / rate - 1)).toBeLessThan(0.03);
  expect(pending.a!.trials).toBeGreaterThan(48 * perHour);
});
