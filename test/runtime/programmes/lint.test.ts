import { describe, expect, it } from 'vitest';
import type { Guardrails, Programme } from '../../../core/domain/programme.ts';
import { lint } from '../../../runtime/programmes/lint/lint.ts';
import { truthOf } from '../../../runtime/programmes/lint/satisfiable.ts';
import { DAY, NOON, programme, variant } from '../../support/programmes.ts';

const found = (changes: Partial<Programme>): [code: string, path: string][] =>
  lint(programme(changes), NOON).map(({ code, path }) => [code, path]);
const guarded = (guardrails: Guardrails, changes: Partial<Programme> = {}) =>
  found({ guardrails, ...changes });
const day = (n: number): string => new Date(NOON + n * DAY).toISOString();

describe('a programme is looked over', () => {
  it('and nothing is found where there is nothing', () => {
    const guardrails: Guardrails = {
      eligible: "traits.country in ['DE', 'FR'] && !has(traits.employee)",
      consent: { email: 'marketing' },
      caps: [
        { per: 'person', channel: 'email', count: 3, hours: 168 },
        { per: 'person', count: 1, hours: 12 },
        { per: 'person-variant', count: 1, hours: 168 },
      ],
      quietHours: {
        from: '21:00',
        to: '08:00',
        fallbackZone: 'Europe/Berlin',
        blackoutDates: ['2026-11-23'],
      },
    };
    const variants = [variant('a', { endsAt: day(3) }), variant('b', { eligible: 'traits.plan == "pro"' })];
    expect(found({ variants, guardrails, endsAt: day(9) })).toEqual([]);
  });

  it('for what is over, or never begins', () => {
    const variants = [variant('a'), variant('b', { endsAt: day(-1) }), variant('c', { startsAt: day(4) })];
    expect(found({ variants, endsAt: day(2) })).toEqual([
      ['variant-unreachable', 'variants.1.endsAt'],
      ['variant-unreachable', 'variants.2.endsAt'],
    ]);
    expect(found({ endsAt: day(-2) })).toEqual([['dates-over', 'endsAt']]);
    expect(found({ startsAt: day(3), endsAt: day(2) })).toEqual([['dates-over', 'endsAt']]);
  });

  it.each<[string, Guardrails, string]>([
    ['a cap of 0', { caps: [{ per: 'person', channel: 'email', count: 0, hours: 1 }] }, 'cap-zero'],
    [
      'a cap the programme cannot live with',
      { caps: [{ per: 'person', count: 1, hours: 720 }] },
      'cap-below-own-need',
    ],
    ['a rule nobody fulfils', { eligible: 'traits.age > 40 && traits.age < 30' }, 'rule-never'],
    ['a rule everybody fulfils', { eligible: 'true || traits.vip' }, 'rule-always'],
  ])('for %s', (_, guardrails, code) => {
    expect(guarded(guardrails).map(([own]) => own)).toEqual([code]);
  });

  it('for messages that cost more than anything that can come of them is worth', () => {
    const variants = [variant('a', { cost: 10 }), variant('b', { cost: 10.01 })];
    const policy = { kind: 'weighted-thompson' as const, netOfCosts: true };
    expect(found({ variants, policy, arbitration: { value: 10 } })).toEqual([
      ['cost-above-worth', 'variants.1.cost'],
    ]);
    expect(found({ variants })).toEqual([]);
  });

  it('for caps of which one never decides', () => {
    const caps: Guardrails['caps'] = [
      { per: 'person', count: 3, hours: 168 },
      { per: 'person', channel: 'email', count: 4, hours: 100 },
      { per: 'person', count: 3, hours: 168 },
    ];
    expect(guarded({ caps })).toEqual([
      ['cap-redundant', 'guardrails.caps.1'],
      ['cap-redundant', 'guardrails.caps.2'],
    ]);
  });

  it('for rules of a variant or a channel that contradict or repeat those above', () => {
    const variants = [
      variant('a', { eligible: 'traits.country == "US"' }),
      variant('b', { eligible: "traits.country in ['DE', 'FR']" }),
      variant('c', { channel: 'sms', eligible: 'has(traits.phone)' }),
    ];
    const guardrails = {
      eligible: "traits.country in ['DE', 'FR']",
      eligibleByChannel: { sms: '!has(traits.phone)' },
    };
    expect(guarded(guardrails, { variants })).toEqual([
      ['rules-contradict', 'variants.0.eligible'],
      ['rule-repeats', 'variants.1.eligible'],
      ['rules-contradict', 'variants.2.eligible'],
    ]);
  });

  it('for hours that leave none, or none soon', () => {
    const dates = (n: number): string[] => Array.from({ length: n }, (_, i) => day(i).slice(0, 10));
    const rule = { fallbackZone: 'UTC' };
    expect(guarded({ quietHours: { ...rule, blackoutDates: dates(366) } })).toEqual([
      ['no-open-hour', 'guardrails.quietHours'],
    ]);
    expect(guarded({ quietHours: { ...rule, blackoutDates: dates(20) } })).toEqual([
      ['closed-for-long', 'guardrails.quietHours'],
    ]);
    expect(guarded({ quietHours: { ...rule, blackoutDates: dates(3) } })).toEqual([]);
  });

  it('for channels that are named and have no variant, or have one and no consent', () => {
    const guardrails: Guardrails = {
      consent: { Email: 'marketing' },
      eligibleByChannel: { sms: 'has(traits.phone)' },
      caps: [{ per: 'person', channel: 'push', count: 1, hours: 24 }],
      quietHours: { channels: ['email', 'fax'], fallbackZone: 'UTC' },
    };
    expect(guarded(guardrails)).toEqual([
      ['channel-without-variants', 'guardrails.consent.Email'],
      ['channel-without-variants', 'guardrails.eligibleByChannel.sms'],
      ['channel-without-variants', 'guardrails.caps.0.channel'],
      ['channel-without-variants', 'guardrails.quietHours.channels.1'],
      ['channel-without-consent', 'guardrails.consent'],
    ]);
  });

  it('for a fallback that cannot stand in', () => {
    const variants = [variant('a'), variant('b', { approval: undefined })];
    expect(found({ variants, fallback: 'b' })).toEqual([['fallback-not-approved', 'fallback']]);
    expect(found({ variants, fallback: 'a', guardrails: { eligible: 'traits.vip' } })).toEqual([
      ['fallback-needs-person', 'fallback'],
    ]);
    expect(found({ holdout: { kind: 'business-as-usual', share: 0.1 } })).toEqual([
      ['holdout-without-fallback', 'fallback'],
    ]);
    expect(found({ variants: variants.slice(1) })).toEqual([['nothing-approved', 'variants']]);
  });

  it('and every finding says what to do', () => {
    const all = lint(programme({ guardrails: { caps: [{ per: 'person', count: 1, hours: 720 }] } }), NOON);
    expect(all).toEqual([
      {
        code: 'cap-below-own-need',
        path: 'guardrails.caps.0',
        message:
          'The programme may be asked every 24 h, which is 30 times in 720 h, and the cap allows 1: most of its decisions are silence.',
        fix: 'Raise the count, shorten the hours, or set sendBucketHours to what the programme is asked for.',
      },
    ]);
  });
});

describe('whether rules can hold', () => {
  it.each<[string, ReturnType<typeof truthOf>]>([
    ['traits.age >= 18', 'sometimes'],
    ['traits.age > 18 && traits.age < 19', 'sometimes'],
    ['traits.age >= 18 && traits.age < 18', 'never'],
    ['traits.a == "x" && traits.a == "y"', 'never'],
    ['traits.a == "x" || traits.a != "x" || !has(traits.a)', 'always'],
    ['traits.a == "x" || traits.a != "x"', 'sometimes'],
    ['has(traits.a) && !has(traits.a)', 'never'],
    ['traits.vip && !traits.vip', 'never'],
    ['"x" in traits.tags && !("x" in traits.tags)', 'never'],
    ['"x" in traits.tags && !("y" in traits.tags)', 'sometimes'],
    ['history.count("o", "3d") > 3 && history.count("o", "3d") < 4', 'never'],
    ['history.count("o", "3d") >= 3 && context.plan in ["a", "b"]', 'sometimes'],
    ['context.plan == "a" && (context.plan == "b" || context.plan == "c")', 'never'],
    ['!(traits.a == 1 || traits.a != 1)', 'never'],
    ['true', 'always'],
    ['1 > 2', 'never'],
    ['-1 > traits.a', 'sometimes'],
    // of these nothing is said: they compare two things, or do more than compare
    ['traits.a > traits.b && traits.a < traits.b', undefined],
    ['size(traits.a) > 3 && size(traits.a) < 2', undefined],
    ['traits.a.b == 1 && traits.a.b == 2', undefined],
    ['now > timestamp("2026-01-01T00:00:00Z")', undefined],
    ['history.count("o", "3d") > 3 && history.count("o", "2d") > 4', undefined],
    ['traits.a > "a" && traits.a < "b"', undefined],
    ['history.lastVariant() == "a"', undefined],
  ])('%s: %s', (rule, truth) => {
    expect(truthOf([rule])).toBe(truth);
  });

  it('of several at once', () => {
    expect(truthOf(['traits.age >= 18', 'traits.age < 18.0'])).toBe('never');
    expect(truthOf(['traits.age >= 18', 'traits.age < 20'])).toBe('sometimes');
  });
});
