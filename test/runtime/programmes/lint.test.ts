import { describe, expect, it } from 'vitest';
import type { Guardrails, Programme } from '../../../core/domain/programme.ts';
import { lint } from '../../../runtime/programmes/lint/lint.ts';
import { SAMPLE } from '../../../runtime/programmes/sample.ts';
import { programmeSchema, toProgramme } from '../../../runtime/programmes/schema.ts';
import { DAY, NOON, programme, variant } from '../../support/programmes.ts';

const found = (changes: Partial<Programme>): [code: string, path: string][] =>
  lint(programme(changes), { now: NOON }).map(({ code, path }) => [code, path]);
const guarded = (guardrails: Guardrails, changes: Partial<Programme> = {}) =>
  found({ guardrails, ...changes });
const AUTO = { kind: 'auto' } as const;
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
    expect(found({ variants, guardrails, endsAt: day(9), policy: AUTO })).toEqual([]);
  });

  it('and nothing is found in the sample everybody begins with', () => {
    const sample = toProgramme(programmeSchema.parse(SAMPLE));
    const variants = sample.variants.map((own) => {
      return { ...own, approval: { ...variant('a').approval!, contentHash: own.contentHash } };
    });
    expect(found({ ...sample, variants })).toEqual([]);
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
    const all = found({ variants }).map(([code]) => code);
    expect(all).toEqual(['cost-without-budget', 'cost-without-budget', 'cost-not-counted']);
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
    expect(guarded(guardrails, { variants, policy: AUTO })).toEqual([
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
    const caps: Guardrails['caps'] = [{ per: 'person', channel: 'email', count: 1, hours: 24 }];
    const capped = { variants, fallback: 'a', guardrails: { caps } };
    expect(found(capped)).toEqual([['fallback-needs-person', 'fallback']]);
    expect(found({ ...capped, whenAway: 'fallback-uncapped' })).toEqual([]);
    expect(found({ ...capped, whenAway: 'silence' })).toEqual([]);
    expect(found({ variants, whenAway: 'fallback' })).toEqual([['away-without-fallback', 'whenAway']]);
    // it will be found in the same save in which it is not approved yet, since no other may follow
    expect(found({ ...capped, fallback: 'b' })).toEqual([
      ['fallback-not-approved', 'fallback'],
      ['fallback-needs-person', 'fallback'],
    ]);
    expect(found({ holdout: { kind: 'business-as-usual', share: 0.1 } })).toEqual([
      ['holdout-without-fallback', 'fallback'],
    ]);
    expect(found({ variants: variants.slice(1) })).toEqual([['nothing-approved', 'variants']]);
  });

  it('for rules that look at the request in another way than it is declared', () => {
    const context: Programme['context'] = {
      plan: { type: 'category', values: ['free', 'pro'] },
      days: { type: 'number', min: 0, max: 365 },
    };
    const codes = (eligible: string): string[] =>
      found({ context, guardrails: { eligible } }).map(([code]) => code);
    for (const fine of ['context.plan == "pro"', 'context.plan in ["free", "pro"]', '30 < context.days']) {
      expect(codes(`${fine} && context.days <= 365`)).toEqual([]);
    }
    expect(codes('context.plan > 3')).toEqual(['context-type']);
    expect(codes('context.plan < "pro"')).toEqual(['context-type']);
    expect(codes('context.days == "30"')).toEqual(['context-type']);
    expect(codes('"gold" == context.plan || context["plan"] in ["pro", "Free"]')).toEqual([
      ...['context-value', 'context-value'],
    ]);
    expect(codes('context.days > 400 && context.days != -1')).toEqual(['context-value', 'context-value']);
    expect(codes('has(context.plam) && context.plan == "pro"')).toEqual(['context-undeclared']);
    // of a programme that declares nothing, nothing is said
    expect(guarded({ eligible: 'context.plan > 3' })).toEqual([]);
    const variants = [variant('a'), variant('b', { channel: 'sms', eligible: 'context.plan == "x"' })];
    const eligibleByChannel = { sms: 'context.days == true' };
    expect(found({ context, variants, guardrails: { eligibleByChannel }, policy: AUTO })).toEqual([
      ['context-type', 'guardrails.eligibleByChannel.sms'],
      ['context-value', 'variants.1.eligible'],
    ]);
  });

  it('for money, queues and codes that leave nothing, or that nothing takes of', () => {
    const cheap = [variant('a', { cost: 0.1 }), variant('b', { cost: 3 })];
    const budget = { perDay: 2, total: 50, zone: 'UTC' };
    const dear = cheap.slice(1);
    expect(guarded({ budget }, { variants: dear })).toEqual([['budget-below-cost', 'variants.0.cost']]);
    expect(guarded({ budget: { total: 3 } }, { variants: dear })).toEqual([]);
    expect(guarded({ budget })).toEqual([['budget-without-cost', 'guardrails.budget']]);
    expect(found({ variants: cheap.slice(0, 1) })).toEqual([['cost-without-budget', 'variants.0.cost']]);
    const netOfCosts = { kind: 'weighted-thompson', netOfCosts: true } as const;
    expect(found({ variants: cheap.slice(0, 1), policy: netOfCosts })).toEqual([]);
    const calls = [variant('call', { channel: 'sales', route: { queue: 'sales' } })];
    const queues = { sales: { atOnce: 0, hours: 2 }, post: {} };
    expect(guarded({ queues }, { variants: calls })).toEqual([
      ['queue-zero', 'guardrails.queues.sales.atOnce'],
      ['queue-without-variants', 'guardrails.queues.post'],
    ]);
    const gifts = ['full', 'spent', 'none'].map((coupon) => variant(coupon, { coupon }));
    const pools = [
      { pool: 'full', codes: 5, free: 1 },
      { pool: 'spent', codes: 5, free: 0 },
    ];
    const seen = lint(programme({ variants: gifts }), { now: NOON, pools });
    expect(seen.map(({ code, path, message }) => [code, path, message])).toEqual([
      [
        'pool-empty',
        'variants.1.coupon',
        'All 5 codes of the pool spent are handed out: variant spent cannot be sent.',
      ],
      ['pool-empty', 'variants.2.coupon', 'The pool none has no codes: variant none cannot be sent.'],
    ]);
  });

  it('for variants that are never chosen, or that are the same', () => {
    const policy = { kind: 'fixed-split', shares: { a: 1, b: 0, c: 2 } } as const;
    expect(found({ policy })).toEqual([['variant-unreachable', 'policy.shares.b']]);
    const { contentHash } = variant('a');
    const variants = [variant('a'), variant('b', { contentHash, approval: variant('a').approval })];
    expect(found({ variants })).toEqual([['variants-alike', 'variants.1.content']]);
    expect(found({ variants: [variants[0]!, { ...variants[1]!, channel: 'sms' }] })).toEqual([]);
  });

  it('and a cap by signal is no cap of contacts', () => {
    const caps: Guardrails['caps'] = [
      { per: 'person', signal: 'Order Completed', count: 1, hours: 720 },
      { per: 'person', count: 30, hours: 720 },
      { per: 'programme', count: 1, hours: 720 },
      { per: 'person', signal: 'Order Completed', count: 2, hours: 720 },
    ];
    expect(guarded({ caps })).toEqual([['cap-redundant', 'guardrails.caps.3']]);
  });

  it('and every finding says what to do', () => {
    const guardrails: Guardrails = { caps: [{ per: 'person', count: 1, hours: 72 }] };
    const all = lint(programme({ guardrails, sendBucketHours: 1 }), { now: NOON });
    expect(all).toEqual([
      {
        code: 'cap-below-own-need',
        path: 'guardrails.caps.0',
        message:
          'The programme may be asked every 1 h, which is 72 times in 72 h, and the cap allows 1: most of its decisions are silence.',
        fix: 'Raise the count, shorten the hours, or set sendBucketHours to what the programme is asked for.',
      },
    ]);
  });
});
