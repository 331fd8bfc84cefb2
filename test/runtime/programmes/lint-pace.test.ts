import { describe, expect, it } from 'vitest';
import type { Guardrails, Programme } from '../../../core/domain/programme.ts';
import { lint } from '../../../runtime/programmes/lint/lint.ts';
import { NOON, programme, variant } from '../../support/programmes.ts';

const found = (changes: Partial<Programme>): [code: string, path: string][] =>
  lint(programme(changes), { now: NOON }).map(({ code, path }) => [code, path]);

describe('a programme is looked over', () => {
  it('for a frequency nobody can have', () => {
    const capped = (least: number, ...caps: Guardrails['caps'] & object) =>
      found({ guardrails: { caps }, frequency: { perDays: 7, least, most: 4 }, sendBucketHours: 24 });
    expect(capped(1, { per: 'person', count: 1, hours: 48 })).toEqual([]);
    expect(capped(1, { per: 'person', count: 3, hours: 168 })).toEqual([
      ['frequency-beyond-cap', 'frequency.most'],
    ]);
    expect(capped(4, { per: 'person-programme', count: 1, hours: 72 })).toEqual([
      ['frequency-beyond-cap', 'frequency.least'],
    ]);
    const email = { per: 'person', channel: 'email', count: 1, hours: 168 } as const;
    expect(capped(1, email)).toEqual([['frequency-beyond-cap', 'frequency.most']]);
    const others: Guardrails['caps'] = [
      { per: 'person-variant', count: 1, hours: 168 },
      { per: 'person', signal: 'Order Completed', count: 1, hours: 168 },
    ];
    expect(capped(1, ...others)).toEqual([]);
    const variants = [variant('a'), variant('b', { channel: 'sms' })];
    const both = { guardrails: { caps: [email] }, frequency: { perDays: 7, least: 1, most: 4 }, variants };
    expect(found(both)).toEqual([]);
  });

  it('and finds nothing in a cap that is slow, where nobody says how often is asked', () => {
    const caps: Guardrails['caps'] = [
      { per: 'person', channel: 'email', count: 2, hours: 720 },
      { per: 'person-programme', count: 1, hours: 8_760 },
      { per: 'person-variant', count: 1, hours: 720 },
    ];
    for (const sendBucketHours of [24, 168])
      expect(found({ guardrails: { caps }, sendBucketHours })).toEqual([]);
  });

  it('for fatigue that is a cap, or that changes nothing', () => {
    const tired = (cost: number, changes: Partial<Programme> = {}) =>
      found({ fatigue: [{ per: 'person', cost, halfLifeHours: 24 }], silence: true, ...changes });
    expect(tired(1)).toEqual([]);
    expect(tired(2)).toEqual([['fatigue-above-worth', 'fatigue.0.cost']]);
    expect(tired(1, { silence: false })).toEqual([['fatigue-without-choice', 'fatigue.0']]);
    const both = [variant('a'), variant('b', { channel: 'sms' })];
    const rule = { per: 'person' as const, channel: 'sms', cost: 1, halfLifeHours: 24 };
    expect(found({ silence: false, variants: both, fatigue: [rule] })).toEqual([]);
  });
});
