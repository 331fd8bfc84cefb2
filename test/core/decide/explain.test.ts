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
