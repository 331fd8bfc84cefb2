import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Contact } from '../../../core/contracts/records.ts';
import { newPerson } from '../../../core/domain/person.ts';
import { firstObjection } from '../../../core/guardrails/check.ts';
import { checkTimes } from '../../../core/guardrails/check-times.ts';
import type { GuardContext } from '../../../core/guardrails/guardrail.ts';
import { HOUR, NOON, programme, variant } from '../../support/programmes.ts';

const nobody = newPerson('p', ['user:u']);

const contact = (at: number, channel: string, by: string): Contact => ({
  ...{ person: 'p', at, decision: `dec_${at}`, programme: 'welcome', channel, variant: by },
});

it('leaves open what guardrails leave open when each pair is asked about alone', () => {
  const ago = fc.integer({ min: -60, max: 40 });
  const world = fc.record({
    contacts: fc.array(fc.tuple(ago, fc.constantFrom('email', 'sms'), fc.constantFrom('a', 'b')), {
      maxLength: 8,
    }),
    caps: fc.array(
      fc.record({
        per: fc.constantFrom('person' as const, 'person-programme' as const, 'person-variant' as const),
        channel: fc.constantFrom(undefined, 'email', 'sms'),
        count: fc.integer({ min: 1, max: 3 }),
        hours: fc.integer({ min: 1, max: 60 }),
      }),
      { maxLength: 3 },
    ),
    starts: ago,
    ends: fc.integer({ min: 1, max: 60 }),
    from: fc.integer({ min: 0, max: 23 }),
    hours: fc.integer({ min: 1, max: 22 }),
    ignored: fc.integer({ min: 1, max: 4 }),
  });
  const at = (hours: number): string => new Date(NOON + hours * HOUR).toISOString();
  const clock = (hour: number): string => `${String(hour % 24).padStart(2, '0')}:00`;
  fc.assert(
    fc.property(world, ({ contacts, caps, starts, ends, from, hours, ignored }) => {
      const own = programme({
        variants: [
          variant('a'),
          variant('b'),
          variant('early', { endsAt: at(ends) }),
          variant('late', { startsAt: at(starts), channel: 'sms' }),
          variant('text', { channel: 'sms' }),
        ],
        guardrails: {
          caps,
          quietHours: {
            from: clock(from),
            to: clock(from + hours),
            fallbackZone: 'Europe/Berlin',
            channels: ['email'],
          },
          suppressAfterIgnored: { count: ignored, hours: 20 },
        },
      });
      const given: GuardContext = {
        programme: own,
        person: nobody,
        contacts: contacts.map(([ago, channel, by]) => contact(NOON + ago * HOUR, channel, by)),
        now: NOON,
      };
      const times = Array.from({ length: 49 }, (_, i) => NOON + i * HOUR);
      const { open, allowed, dropped } = checkTimes(given, times);
      for (const one of own.variants) {
        const alone = times.flatMap((now, i) => (firstObjection(one, { ...given, now }) ? [] : [i]));
        expect([one.id, open.get(one.id)]).toEqual([one.id, alone]);
        expect(allowed.includes(one)).toBe(alone.length > 0);
      }
      expect(dropped).toEqual(
        own.variants.filter((one) => !allowed.includes(one)).map((one) => firstObjection(one, given)),
      );
    }),
    { seed: 51, numRuns: 300 },
  );
});
