import { describe, expect, it } from 'vitest';
import { arbitrate } from '../../../core/decide/arbitrate.ts';
import { explain } from '../../../core/decide/why/explain.ts';
import type { Decision } from '../../../core/domain/decision.ts';
import { newPerson } from '../../../core/domain/person.ts';
import type { Programme } from '../../../core/domain/programme.ts';
import { decided, live } from '../../support/decisions.ts';
import { DAY, HOUR, NOON, programme, variant } from '../../support/programmes.ts';

const nothing = (): [] => [];
const explained = (decision: Decision, of: Programme) =>
  explain(JSON.parse(JSON.stringify(decision)) as Decision, live(of), nothing);
const sent = (at: number) => ({ person: 'p', at, decision: `d${at}`, programme: '', channel: 'email' });

describe('the explanation of a decision', () => {
  it('names the time at which all guardrails together would let it pass', () => {
    const own = programme({
      variants: [variant('a')],
      guardrails: {
        caps: [{ per: 'person', channel: 'email', count: 1, hours: 48 }],
        quietHours: { from: '20:00', to: '08:00', fallbackZone: 'UTC' },
      },
    });
    // free again at 23:00 on Monday, when it is quiet
    const told = explained(decided(live(own), { contacts: [sent(NOON + 11 * HOUR - 2 * DAY)] }), own);
    expect(told.smallestChange).toMatchObject({
      text: 'a would have been chosen on tuesday 2026-11-24 08:00 UTC',
      changes: [{ kind: 'time', at: Date.parse('2026-11-24T08:00:00Z') }],
    });
  });

  it('tells several things that all had to be otherwise, and no more than those', () => {
    const own = programme({
      variants: [variant('a', { approval: undefined })],
      guardrails: { consent: { email: 'marketing' } },
    });
    const person = { ...newPerson('p', ['user:u']), consent: { value: {}, at: NOON } };
    const { smallestChange, options, summary } = explained(decided(live(own), { person }), own);
    expect(summary).toBe('nothing: no variant could be sent (dropped: 1 by approval)');
    expect(smallestChange?.changes).toEqual([
      { kind: 'approval' },
      { kind: 'consent', purposes: ['marketing'] },
    ]);
    expect(options).toMatchObject([
      { option: 'a', fate: 'dropped', wouldTake: 'if it were approved, and with consent to marketing' },
    ]);
  });

  it('of a decision from before facts were recorded tells what there is, and suggests nothing', () => {
    const own = programme({ variants: [variant('a'), variant('b', { approval: undefined })] });
    const old = { ...decided(live(own)), read: undefined };
    const dropped = [{ option: 'b', rule: 'approval', detail: 'not approved yet' }];
    const told = explained({ ...old, dropped }, own);
    expect(told.smallestChange).toBeUndefined();
    expect(told.recomputed).toBeUndefined();
    expect(told.options).toMatchObject([
      { option: 'a', fate: 'chosen', propensity: 1 },
      { option: 'b', fate: 'dropped', detail: 'not approved yet' },
    ]);
    expect(told.funnel).toEqual({
      ...{ candidates: 2, dropped: { approval: 1 }, chosen: 1 },
      ...{ notChosen: {}, lostInArbitration: 0 },
    });
  });

  it('says when nothing that is known would have changed it', () => {
    const own = programme({ variants: [variant('a')] });
    const told = explained(decided(live(own)), own);
    expect(told).toMatchObject({ recomputed: true, smallestChange: undefined, otherChanges: [] });
  });

  it('of fifty variants ends soon, and still finds what is smallest', () => {
    const variants = Array.from({ length: 50 }, (_, i) => variant(`v${i}`));
    const caps = [{ per: 'person' as const, count: 1, hours: 24 }];
    const own = programme({ variants, guardrails: { caps } });
    const told = explained(decided(live(own), { contacts: [sent(NOON - HOUR)] }), own);
    expect(told.smallestChange?.changes).toEqual([{ kind: 'time', at: NOON + 23 * HOUR }]);
    expect(told.otherChanges[0]?.changes).toMatchObject([{ kind: 'contacts', fewer: 1 }]);
  });
});

describe('what a marketer reads', () => {
  const quiet = { from: '20:00', to: '08:00', fallbackZone: 'America/New_York' };
  const night = { now: Date.parse('2026-11-24T04:00:00Z') };
  const inBerlin = {
    ...newPerson('p', ['user:u']),
    traits: { timezone: { value: 'Europe/Berlin', at: NOON } },
  };

  it('has times by the clock of the person and by that of everybody', () => {
    const own = programme({ variants: [variant('a')], guardrails: { quietHours: quiet } });
    const { smallestChange } = explained(decided(live(own), { ...night, person: inBerlin }), own);
    expect(smallestChange?.text).toBe(
      'a would have been chosen on tuesday 2026-11-24 08:00 in Europe/Berlin (2026-11-24T07:00Z)',
    );
    expect(explained(decided(live(own), night), own).smallestChange?.text).toBe(
      'a would have been chosen on tuesday 2026-11-24 08:00 in America/New_York (2026-11-24T13:00Z)',
    );
  });

  it('says until when a send is put off', () => {
    const quietHours = { ...quiet, defer: true };
    const own = programme({ variants: [variant('a')], guardrails: { quietHours } });
    expect(explained(decided(live(own), { ...night, person: inBerlin }), own).summary).toBe(
      'nothing yet: put off until tuesday 2026-11-24 08:00 in Europe/Berlin (2026-11-24T07:00Z) (dropped: 1 by quiet-hours)',
    );
  });

  it('says of a variant that was asked for by name what is against that one', () => {
    const own = programme({ variants: [variant('a'), variant('b', { startsAt: '2026-12-01T00:00:00Z' })] });
    const told = explained(decided(live(own), { request: { pin: 'b' } }), own);
    expect(told.summary).toBe(
      'nothing: b was asked for by name, and dates is against it (starts at 2026-12-01T00:00:00Z)',
    );
  });

  it('does not call one option a draw', () => {
    const own = programme({ variants: [variant('a')] });
    expect(explained(decided(live(own)), own).summary).toBe('a on email: it is all there is to choose from');
  });

  it('counts one as one', () => {
    const suppressAfterIgnored = { count: 1, hours: 48 };
    const own = programme({ variants: [variant('a')], guardrails: { suppressAfterIgnored } });
    const told = explained(decided(live(own), { contacts: [sent(NOON - HOUR)] }), own);
    expect(told.options[0]).toMatchObject({
      detail: '1 email contact without a reaction, 1 is enough; rests until 2026-11-25T11:00:00.000Z',
    });
  });
});

describe('too little of what all persons share', () => {
  const short = (
    own: Parameters<typeof variant>[1],
    guardrails: Programme['guardrails'],
    taken: Record<string, number>,
  ): string[] => {
    const of = programme({ variants: [variant('a', own)], guardrails });
    const resources = new Map(
      Object.entries(taken).map(([key, amount]) => [key, { key, taken: amount, asOf: NOON, codes: [] }]),
    );
    const { smallestChange, otherChanges } = explained(decided(live(of), { resources }), of);
    return [smallestChange!, ...otherChanges].map(({ text }) => text);
  };
  const would = (words: string): string => `a would have been chosen with ${words}`;

  it('is told in the words of each', () => {
    const budget = { perDay: 10, zone: 'UTC' };
    expect(short({ cost: 0.5 }, { budget }, { 'budget/welcome/day/2026-11-23': 9_537_000 })).toContain(
      would('0.037 less spent of the budget of a day in UTC'),
    );
    expect(short({ coupon: 'p1' }, {}, { 'pool/p1': 0 })).toContain(would('1 code more in the pool p1'));
    const queues = { sales: { atOnce: 2, hours: 24 } };
    expect(short({ route: { queue: 'sales' } }, { queues }, { 'queue/sales/now': 2 })).toContain(
      would('1 hand-over less to sales at once'),
    );
    const caps = [{ per: 'programme' as const, channel: 'email', count: 2, hours: 24 }];
    expect(short({}, { caps }, { 'cap/welcome/*/email/24': 3 })).toContain(
      would('2 email contacts less of this programme with anybody in 24 h'),
    );
  });
});

it('of programmes that competed speaks of the one that answered, asked alone', () => {
  const tomorrow = new Date(NOON + DAY).toISOString();
  const shares = { a: 0.001, c: 1 };
  const own = programme({
    id: 'own',
    variants: [variant('a'), variant('c', { startsAt: tomorrow })],
    policy: { kind: 'fixed-split', shares },
  });
  const other = programme({ id: 'other', variants: [variant('b', { startsAt: tomorrow })] });
  const facts = { person: newPerson('p', ['user:u']), contacts: [], sendKey: 'k', now: NOON };
  const request = { programme: ['own', 'other'], person: { userId: 'u' }, context: {} };
  const { answer } = arbitrate(request, facts, [live(own), live(other)], 'seed');
  expect(explained(answer, own).smallestChange?.text).toBe(
    'c would have been chosen on tuesday 2026-11-24 12:00 UTC, had own been asked alone',
  );
});
