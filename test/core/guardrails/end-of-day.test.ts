import { expect, it } from 'vitest';
import { NEVER } from '../../../core/domain/resource.ts';
import { endOfDay } from '../../../core/guardrails/end-of-day.ts';
import { rngFromText } from '../../../core/maths/xoshiro.ts';
import { DAY, HOUR, MINUTE } from '../../support/programmes.ts';

it('is midnight on the clocks of the zone, also on days that are shorter or longer', () => {
  const ends = (zone: string, at: string): string => new Date(endOfDay(zone)(Date.parse(at))).toISOString();
  expect(ends('UTC', '2026-11-23T23:59:59.999Z')).toBe('2026-11-24T00:00:00.000Z');
  expect(ends('+05:30', '2026-11-23T18:30:00Z')).toBe('2026-11-24T18:30:00.000Z');
  // Berlin: 23 hours on 29 March 2026, 25 on 25 October
  expect(ends('Europe/Berlin', '2026-03-28T23:00:00Z')).toBe('2026-03-29T22:00:00.000Z');
  expect(ends('Europe/Berlin', '2026-10-24T22:00:00Z')).toBe('2026-10-25T23:00:00.000Z');
  // Beirut skips the first hour of 29 March 2026
  expect(ends('Asia/Beirut', '2026-03-28T12:00:00Z')).toBe('2026-03-28T22:00:00.000Z');
});

it('is in every zone the first moment that shows another date, on days of all seasons', () => {
  const rng = rngFromText('days');
  for (const timeZone of Intl.supportedValuesOf('timeZone')) {
    const format = new Intl.DateTimeFormat('en-CA', { timeZone });
    for (let i = 0; i < 12; i++) {
      const at = Date.parse('2026-01-01T00:00:00Z') + Math.floor(rng.uniform() * 365 * DAY);
      const end = endOfDay(timeZone)(at);
      const today = format.format(at);
      expect(end).toBeGreaterThan(at);
      expect([timeZone, format.format(end - 1)]).toEqual([timeZone, today]);
      expect([timeZone, format.format(end)]).not.toEqual([timeZone, today]);
      // nothing else in between: clocks are never changed for less than a quarter of an hour
      for (let moment = at; moment < end; moment += HOUR / 4 + MINUTE) {
        expect(format.format(moment)).toBe(today);
      }
    }
  }
});

it('never comes where the zone cannot be read', () => {
  expect(endOfDay('Mars')(0)).toBe(NEVER);
  expect(endOfDay(undefined)(0)).toBe(NEVER);
});
