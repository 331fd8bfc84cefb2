import { describe, expect, it } from 'vitest';
import { explain } from '../../../core/decide/why/explain.ts';
import type { Programme } from '../../../core/domain/programme.ts';
import { linearSumsOf } from '../../../core/learn/linear-state.ts';
import type { ModelState } from '../../../core/learn/model.ts';
import { emptyState } from '../../../core/learn/model.ts';
import { estimatesOf } from '../../../core/measure/estimates.ts';
import { rewardOf, sameRewards } from '../../../core/measure/replay.ts';
import { ANYWHERE, decided, live } from '../../support/decisions.ts';
import { NOON, ORDER, programme, variant } from '../../support/programmes.ts';

const TRIALS = 200_000;
const RATES = { mail: 0.03, sms: 0.034 };
const COST = 0.08;

/** An SMS earns 0.4 % more orders than a mail, and costs 8 cents. */
const sold = (worth: number, changes: Partial<Programme> = {}): Programme =>
  programme({
    variants: [variant('mail'), variant('sms', { channel: 'sms', cost: COST })],
    policy: { kind: 'weighted-thompson', netOfCosts: true },
    arbitration: { value: worth },
    ...changes,
  });

function stateOf(own: Programme): ModelState {
  const state = emptyState();
  const sums = linearSumsOf(own);
  state.linear = sums.empty();
  for (const [option, rate] of Object.entries(RATES)) {
    const trial = { option, context: {}, hour: 0 };
    sums.addTrials(state.linear, trial, TRIALS);
    for (let n = 0; n < rate * TRIALS; n++) {
      sums.moveCredits(state.linear, trial, {}, { [ORDER.signal]: { worth: 1 } });
    }
  }
  return state;
}

const on = (own: Programme): ReturnType<typeof live> => live(own, stateOf(own));

describe.each(['auto', 'weighted-thompson', 'linear-thompson', 'top-two'] as const)(
  '%s net of costs',
  (kind) => {
    // 0.4 % more orders at 10 are worth 4 cents, at 40 they are worth 16
    it.each([
      [10, 'mail'],
      [40, 'sms'],
    ])('at %d an order chooses what earns its cost', (worth, best) => {
      const own = sold(worth, { policy: { kind, netOfCosts: true } });
      const scored = on(own).policy.score(['mail', 'sms'], ANYWHERE);
      const [likeliest] = [...scored].sort((a, b) => b.score - a.score);
      expect(likeliest!.option).toBe(best);
      if (kind !== 'top-two') expect(likeliest!.propensity).toBeGreaterThan(0.98);
      const [mail, sms] = scored.map(({ score }) => score);
      expect(mail).toBeCloseTo(0.03, 4);
      expect(sms).toBeCloseTo(0.034 - COST / worth, 4);
    });

    it('does not look at costs unless it is told to', () => {
      const own = sold(10, { policy: { kind } });
      const [mail, sms] = on(own).policy.score(['mail', 'sms'], ANYWHERE);
      expect(sms!.score).toBeGreaterThan(mail!.score);
    });

    it('says in the report what a decision is worth, in currency', () => {
      const own = sold(10, { policy: { kind, netOfCosts: true } });
      const [mail, sms] = estimatesOf(own, stateOf(own), NOON);
      expect(mail).toMatchObject({ cost: 0 });
      expect(mail!.value).toBeCloseTo(0.3, 3);
      expect(sms!.cost).toBeCloseTo(COST, 12);
      expect(sms!.value).toBeCloseTo(0.34 - 0.08, 3);
      expect(sms!.estimate).toBeCloseTo(0.034, 4);
      if (kind !== 'top-two') expect(mail!.propensity).toBeGreaterThan(0.98);
      const [plain] = estimatesOf(sold(10, { policy: { kind } }), stateOf(own), NOON);
      expect(plain).not.toHaveProperty('value');
    });
  },
);

describe('a decision net of costs', () => {
  const own = sold(10);

  it('says what its options cost and are worth', () => {
    const decision = decided(on(own));
    const { options } = explain(decision, on(own), () => []);
    const sms = options.find(({ option }) => option === 'sms')!;
    expect(sms.score).toBeCloseTo(0.034 - 0.008, 4);
    expect(sms.value).toBeCloseTo(0.34 - 0.08, 3);
    expect(sms.cost).toBeCloseTo(COST, 12);
    const parts = on(own).policy.contributions!('sms', ANYWHERE);
    expect(parts.map(({ feature }) => feature)).toEqual(['constant', 'cost']);
    expect(parts[0]!.contribution + parts[1]!.contribution).toBeCloseTo(sms.score!, 12);
  });

  it('earned what it was credited with less its cost', () => {
    const decision = { ...decided(on(own)), option: 'sms' };
    const credits = [{ signal: ORDER.signal, worth: 1 }];
    expect(rewardOf({ decision, credits }, on(own))).toBeCloseTo(1 - 0.008, 12);
    expect(rewardOf({ decision, credits: [] }, on(own))).toBeCloseTo(-0.008, 12);
    expect(rewardOf({ decision: { ...decision, option: 'mail' }, credits }, on(own))).toBe(1);
  });

  it('is not to be compared with one that costs something else', () => {
    expect(sameRewards(own, sold(10, { silence: true }))).toBe(true);
    expect(sameRewards(own, sold(11))).toBe(false);
    expect(sameRewards(own, sold(10, { policy: { kind: 'weighted-thompson' } }))).toBe(false);
    expect(sameRewards(own, sold(10, { goal: { signals: [{ ...ORDER, weight: 2 }] } }))).toBe(false);
  });
});
