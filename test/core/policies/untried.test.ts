import { describe, expect, it } from 'vitest';
import { emptyState } from '../../../core/learn/model.ts';
import { estimatesOf } from '../../../core/measure/estimates.ts';
import { addTrials, moveWorth } from '../../support/earned.ts';
import { live } from '../../support/decisions.ts';
import { NOON, ORDER, programme } from '../../support/programmes.ts';

const KINDS = ['auto', 'weighted-thompson', 'linear-thompson', 'shared-linear-thompson'] as const;

/** Two options with so many orders in 2,000 decisions each, and a third that is new. */
function withNewcomer(kind: (typeof KINDS)[number], rate: number) {
  const state = emptyState();
  for (const option of ['a', 'b']) {
    addTrials(state, option, 2_000);
    for (let n = 0; n < 2_000 * rate; n++) moveWorth(state, option, ORDER.signal, { before: 0, after: 1 });
  }
  const own = programme({ policy: { kind } });
  return { on: live(own, state), estimate: estimatesOf(own, state, NOON)[2]! };
}

describe.each(KINDS)('an option nobody has tried (%s)', (kind) => {
  it.each([0.02, 0.15])(
    'is believed to earn what options earn there, give or take what is plausible: %d',
    (rate) => {
      const { on, estimate } = withNewcomer(kind, rate);
      const { score, propensity } = on.policy.score(['a', 'b', 'c'], { context: {}, at: NOON })[2]!;
      expect(score).toBeGreaterThan(0.8 * rate);
      expect(score).toBeLessThan(1.25 * rate);
      expect(propensity).toBeGreaterThan(0.02);
      expect(propensity).toBeLessThan(0.6);
      // of 30 trials the standard error
      expect(estimate.interval.high).toBeLessThan(rate + 3 * Math.sqrt((rate * (1 - rate)) / 30));
    },
  );
});
