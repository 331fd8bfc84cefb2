import { expect, it } from 'vitest';
import { decide } from '../../../core/decide/decide.ts';
import { explain } from '../../../core/decide/why/explain.ts';
import type { Decision } from '../../../core/domain/decision.ts';
import { newPerson } from '../../../core/domain/person.ts';
import { emptyState } from '../../../core/learn/model.ts';
import { liveOf } from '../../../runtime/engine/live.ts';
import { remedies } from '../../../runtime/engine/remedies.ts';
import { NOON, programme, variant } from '../../support/programmes.ts';

/** What would have led to a message under a rule, asked on a Monday at noon. */
function suggested(eligible: string, traits: Record<string, unknown> = {}): string[] {
  const own = programme({ variants: [variant('a')], guardrails: { eligible } });
  const live = liveOf(own, { version: 0, state: emptyState() });
  const held = Object.entries(traits).map(([name, value]) => [name, { value, at: NOON }] as const);
  const person = { ...newPerson('p', ['user:u']), traits: Object.fromEntries(held) };
  const request = { programme: own.id, person: {}, context: {} };
  const decision = decide(request, { person, contacts: [], sendKey: 'k', now: NOON }, live, 'seed');
  const recorded = JSON.parse(JSON.stringify(decision)) as Decision;
  const { smallestChange, otherChanges } = explain(recorded, live, remedies);
  return [...(smallestChange ? [smallestChange] : []), ...otherChanges].map(({ text }) =>
    text.replace('a would have been chosen ', ''),
  );
}

it.each([
  ['now.getHours() >= 18', 'on monday 2026-11-23 18:00 UTC'],
  ['now.getHours() < 9', 'on tuesday 2026-11-24 00:00 UTC'],
  ['now.getDayOfWeek() == 2', 'on tuesday 2026-11-24 00:00 UTC'],
  ['now.getDayOfWeek() == 2 && now.getHours() >= 9', 'on tuesday 2026-11-24 09:00 UTC'],
  ['now.getDayOfWeek() in [0, 6] && now.getMinutes() >= 30', 'on saturday 2026-11-28 00:30 UTC'],
  ['now.getMonth() == 0', 'on friday 2027-01-01 00:00 UTC'],
  ['now >= timestamp("2026-11-24T09:00:00Z")', 'on tuesday 2026-11-24 09:00 UTC'],
  ['now - timestamp("2026-11-23T11:00:00Z") > duration("1h30m")', 'on monday 2026-11-23 12:31 UTC'],
])('%s names the next time at which it holds', (rule, when) => {
  expect(suggested(rule)[0]).toBe(when);
});

it('names the field inside a trait, and leaves the others as they are', () => {
  const traits = { address: { country: 'US', zip: '1' } };
  expect(suggested('traits.address.country == "DE"', traits)).toEqual([
    'if traits.address.country were "DE"',
  ]);
  expect(suggested('traits.address.country == "DE"')).toEqual(['if traits.address.country were "DE"']);
  expect(suggested('traits.address.country == "DE" && traits.address.zip == "1"', traits)).toEqual([
    'if traits.address.country were "DE"',
  ]);
});

it('of fields that are compared with each other takes the value of the other one', () => {
  const some = suggested('traits.spent > traits.limit', { spent: 3, limit: 10 });
  expect(some).toEqual(['if traits.spent were 11', 'if traits.limit were 2']);
  expect(suggested('traits.country == traits.home', { country: 'DE', home: 'US' })).toEqual([
    'if traits.country were "US"',
    'if traits.home were "DE"',
  ]);
  expect(suggested('traits.a > traits.b')).toEqual([]);
});
