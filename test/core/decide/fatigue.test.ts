import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Contact } from '../../../core/contracts/records.ts';
import type { LiveProgramme } from '../../../core/decide/decide.ts';
import { explain } from '../../../core/decide/why/explain.ts';
import type { Decision } from '../../../core/domain/decision.ts';
import type { FatigueRule } from '../../../core/domain/fatigue.ts';
import type { Programme } from '../../../core/domain/programme.ts';
import { emptyState } from '../../../core/learn/model.ts';
import { decided, live } from '../../support/decisions.ts';
import { addTrials, moveWorth } from '../../support/earned.ts';
import { DAY, HOUR, NOON, programme, variant } from '../../support/programmes.ts';

const contact = (at: number, changes: Partial<Contact> = {}): Contact => ({
  ...{ person: 'p', at, decision: `d${at}`, programme: 'welcome', channel: 'email', variant: 'a' },
  ...changes,
});

const OWN = programme({
  silence: true,
  variants: [variant('a'), variant('b'), variant('s', { channel: 'sms' })],
});

const fatigueOf = (fatigue: FatigueRule[], contacts: Contact[], changes: Partial<Programme> = {}) =>
  decided(live({ ...OWN, fatigue, ...changes }), { contacts }).fatigue;

/** A model on which every option had a thousand trials with so many orders. */
function earning(own: Programme, orders: Record<string, number>): LiveProgramme {
  const state = emptyState();
  for (const [option, count] of Object.entries(orders)) {
    addTrials(state, option, 1_000);
    for (let i = 0; i < count; i++) moveWorth(state, option, 'Order Completed', { before: 0, after: 1 });
  }
  return live(own, state, 1);
}

const scores = ({ eligible }: Decision): Record<string, number> =>
  Object.fromEntries(eligible.map(({ option, score }) => [option, score]));

describe('fatigue that a programme declares', () => {
  const person: FatigueRule = { per: 'person', cost: 0.08, halfLifeHours: 24 };
  const same: FatigueRule = { per: 'variant', cost: 0.4, halfLifeHours: 48 };

  it('takes the cost of every contact off every variant, half of it after a half-life; none off silence', () => {
    const contacts = [
      contact(NOON),
      contact(NOON - DAY, { programme: '', variant: undefined, channel: 'sms' }),
    ];
    expect(fatigueOf([person], contacts)).toEqual({ a: 0.12, b: 0.12, s: 0.12 });
    const twoDays = [contact(NOON - 2 * DAY)];
    expect(fatigueOf([same], twoDays)).toEqual({ a: 0.2 });
    expect(fatigueOf([same, person], twoDays)).toEqual({ a: 0.2 + 0.02, b: 0.02, s: 0.02 });
    expect(fatigueOf([same], [contact(NOON, { programme: 'another' })])).toBeUndefined();
    expect(fatigueOf([person], [])).toBeUndefined();
  });

  it('is of one channel where it says so, and forgets what was aborted, released or long ago', () => {
    const texts: FatigueRule = { ...person, channel: 'sms' };
    expect(fatigueOf([texts], [contact(NOON)])).toBeUndefined();
    expect(fatigueOf([texts], [contact(NOON, { channel: 'sms', variant: 's' })])).toEqual({ s: 0.08 });
    for (const gone of [
      contact(NOON, { state: 'aborted' }),
      contact(NOON - HOUR, { releasesAt: NOON }),
      contact(NOON - 10 * DAY),
    ]) {
      expect(fatigueOf([person], [gone])).toBeUndefined();
    }
    expect(fatigueOf([person], [contact(NOON - 10 * DAY + 1)])!.a).toBeCloseTo(0.08 / 1024, 8);
  });

  it('lowers the score by just that, and with it the probability', () => {
    const own = { ...OWN, fatigue: [same] };
    const on = earning(own, { a: 300, b: 200, s: 100, silence: 100 });
    const [fresh, tired] = [decided(on), decided(on, { contacts: [contact(NOON - DAY)] })];
    expect(fresh.fatigue).toBeUndefined();
    expect(scores(tired).a).toBeCloseTo(scores(fresh).a! - 0.4 / Math.SQRT2, 12);
    for (const option of ['b', 's', 'silence']) expect(scores(tired)[option]).toBe(scores(fresh)[option]);
    const chance = (of: Decision, option: string): number =>
      of.eligible.find((scored) => scored.option === option)!.propensity;
    expect(chance(fresh, 'a')).toBeGreaterThan(0.98);
    expect(chance(tired, 'a')).toBeLessThan(0.01);
    expect(chance(tired, 'b')).toBeGreaterThan(0.98);
  });

  it('does not depend on the order in which contacts were loaded, and leaves a holdout as it is', () => {
    const hours = fc.array(fc.double({ min: 0, max: 300, noNaN: true }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(hours, (ages) => {
        const contacts = ages.map((age) => contact(NOON - age * HOUR));
        expect(fatigueOf([person, same], [...contacts].reverse())).toEqual(
          fatigueOf([person, same], contacts),
        );
      }),
      { seed: 5, numRuns: 200 },
    );
    const held = { holdout: { kind: 'random' as const, share: 1 } };
    expect(fatigueOf([person], [contact(NOON)], held)).toBeUndefined();
  });

  it('is told by the explanation, with the day on which the person would have rested enough', () => {
    const own = { ...OWN, variants: [variant('a')], fatigue: [{ ...person, cost: 0.5 }] };
    const on = earning(own, { a: 300, silence: 100 });
    const decision = decided(on, { contacts: [contact(NOON)] });
    expect(decision.option).toBe('silence');
    const { options, recomputed, smallestChange, otherChanges } = explain(decision, on, () => []);
    expect(recomputed).toBe(true);
    expect(options).toMatchObject([
      { option: 'a', fate: 'not-chosen', fatigue: 0.5 },
      { option: 'silence', fate: 'chosen' },
    ]);
    // 0.3 less 0.25 is below what silence earns a day later, less 0.125 it is above it two days later
    const texts = [smallestChange, ...otherChanges].map((change) => change?.text);
    expect(texts).toContain('a would have been chosen on wednesday 2026-11-25 12:00 UTC');
    expect(texts.join()).not.toContain('tuesday');
  });
});
