import { describe, expect, it } from 'vitest';
import type { DecideRequest } from '../../../core/domain/decision.ts';
import { newPerson } from '../../../core/domain/person.ts';
import { check } from '../../../core/guardrails/check.ts';
import { programme, variant } from '../../support/programmes.ts';

const variants = [variant('a')];
const NIGHT = { from: '21:00', to: '08:00', fallbackZone: 'Asia/Vladivostok' };
const NOON = Date.parse('2026-11-23T12:00:00Z');
const DAY = Date.parse('2026-11-23T01:00:00Z');

/** What is dropped, and why, of somebody whose traits name a zone. */
function checked(zone: string | undefined, context: DecideRequest['context'], timezone: string) {
  const person = { ...newPerson('p', []), traits: { timezone: { value: timezone, at: 0 } } };
  const own = programme({ variants, guardrails: { quietHours: { ...NIGHT, zone } } });
  const given = { programme: own, person, contacts: [], context };
  const blind = { ...given, blind: true, standings: () => 'open' as const };
  return {
    known: (now: number) => check({ ...given, now }).dropped[0]?.detail,
    unknown: (now: number) => check({ ...blind, now }).dropped[0]?.detail,
  };
}

describe('by whose clock it is', () => {
  const requests: [DecideRequest['context'], string][] = [
    [{ tz: 'Asia/Tokyo' }, '21:00 in Asia/Tokyo is in'],
    [{ tz: '+09:00' }, '21:00 in +09:00 is in'],
    [{ tz: 'Mars/Olympus' }, '22:00 in Asia/Vladivostok (context.tz names no zone) is in'],
    [{ tz: 7 }, '22:00 in Asia/Vladivostok (context.tz names no zone) is in'],
    [{ timezone: 'Asia/Tokyo' }, '22:00 in Asia/Vladivostok (context.tz is missing) is in'],
  ];

  it.each(requests)(
    'the request says where that is declared, whatever the traits say: %j',
    (context, shown) => {
      const { known, unknown } = checked('context.tz', context, 'UTC');
      expect(known(NOON)).toContain(shown);
      expect(known(DAY)).toBeUndefined();
      // nobody has to be looked up for it
      expect(unknown(NOON)).toContain(shown);
      expect(unknown(DAY)).toBeUndefined();
    },
  );

  it('the traits say otherwise, and the reason tells where they name no zone', () => {
    const { known, unknown } = checked(undefined, { timezone: 'UTC' }, 'Mars/Olympus');
    expect(known(NOON)).toContain('22:00 in Asia/Vladivostok (traits.timezone names no zone) is in');
    expect(unknown(DAY)).toBe('the zone of the person cannot be looked up');
  });
});
