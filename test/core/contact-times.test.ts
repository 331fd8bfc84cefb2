import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Contact } from '../../core/contracts/records.ts';
import type { Decision } from '../../core/domain/decision.ts';
import type { SignalEvent } from '../../core/domain/event.ts';
import { standing } from '../../core/guardrails/contacts.ts';
import { applyEvent } from '../../core/ingest/apply-event.ts';
import { WorkingSet } from '../../core/people/working-set.ts';
import { HOUR, MINUTE, NOON, programme, variant } from '../support/programmes.ts';
import { decided, live } from '../support/decisions.ts';

const RELEASE = 6 * HOUR;

const event = ([name, at]: readonly [name: string, at: number], i: number): SignalEvent => ({
  ...{ type: 'signal', source: 's', id: `${i}`, at, person: { userId: 'u' }, name, values: {} },
  send: '1',
});

/** The contacts that stand in the end, when a decision comes after so many of the events that are told of its send. */
function after(
  made: Decision,
  told: readonly SignalEvent[],
  { place = 0, releases = true }: { place?: number; releases?: boolean } = {},
): Contact[] {
  const none = { persons: [], aliases: [], deciders: [], decisions: [], contacts: [], seen: [] };
  const set = new WorkingSet(none, () => 'p');
  set.person(['user:u'], 0);
  const tell = (own: SignalEvent): unknown =>
    applyEvent(own, set, ({ userId }) => (userId === undefined ? [] : [`user:${userId}`]));
  told.slice(0, place).forEach(tell);
  set.record({ decision: made, first: true }, releases ? NOON + RELEASE : undefined);
  told.slice(place).forEach(tell);
  return standing(set.contacts('p'), NOON);
}

const MADE = decided(live(programme({ variants: [variant('a')] })), { request: { send: '1' } });
const PLANNED = { ...MADE, sendAt: NOON + 5 * HOUR };
const NAMES = ['email_sent', 'email_delivered', 'email_opened'];

it('whatever is told of a send, in whatever order, and whenever its decision comes, the contact is the same', () => {
  const tells = fc.array(fc.tuple(fc.constantFrom(...NAMES), fc.integer({ min: -3, max: 20 })), {
    minLength: 1,
    maxLength: 5,
  });
  fc.assert(
    fc.property(tells, fc.nat(), fc.constantFrom(MADE, PLANNED), (some, seed, made) => {
      const all = some.map(([name, hour], i) => event([name, NOON + hour * HOUR], i));
      const [own] = after(made, all);
      const other = all.toSorted((a, b) => ((Number(a.id) * 7 + seed) % 5) - ((Number(b.id) * 7 + seed) % 5));
      expect(after(made, other)).toEqual([own]);
      // what somebody did with a message of which nothing else is known makes no contact
      const place = other.findIndex(({ name }) => name !== 'email_opened') + 1;
      const opened = other.slice(0, place).some(({ name }) => name === 'email_opened');
      const late = after(made, other, { place: opened ? 0 : place });
      expect(late).toEqual([own]);
    }),
    { seed: 41, numRuns: 300 },
  );
});

/** What was told, and after how long the contact counts from. */
const COUNTS: [what: string, made: Decision, told: (readonly [string, number])[], from: number][] = [
  ['is sent late', MADE, [['email_sent', 2 * HOUR]], 2 * HOUR],
  ['is sent by a clock that knows seconds only', MADE, [['email_sent', -999]], 0],
  [
    'is delivered before it is sent, by another clock',
    MADE,
    [
      ['email_delivered', HOUR],
      ['email_sent', 2 * HOUR],
    ],
    2 * HOUR,
  ],
  ['is opened, and nothing says when it was sent', MADE, [['email_opened', 2 * HOUR]], 2 * HOUR],
  ['is opened long after it must have been sent', MADE, [['email_opened', 20 * HOUR]], RELEASE],
  ['is planned, and sent then', PLANNED, [['email_sent', 5 * HOUR - MINUTE]], 5 * HOUR],
  ['is planned, and sent later', PLANNED, [['email_sent', 6 * HOUR]], 6 * HOUR],
  ['is planned, and sent at once all the same', PLANNED, [['email_sent', MINUTE]], MINUTE],
  ['is planned, and sent at once by a clock that is behind', PLANNED, [['email_sent', -MINUTE]], 0],
];

it.each(COUNTS)('a contact that %s counts from then', (_, made, told, from) => {
  const events = told.map(([name, at], i) => event([name, NOON + at], i));
  for (const all of [events, events.toReversed()])
    expect(after(made, all)).toMatchObject([{ at: NOON + from, state: 'sent' }]);
});

it('an opening says nothing of when a message was sent where sends are not reported', () => {
  const opened = event(['email_opened', NOON + 20 * HOUR], 0);
  const [own] = after(MADE, [opened], { releases: false });
  expect(own!.at).toBe(NOON);
});
