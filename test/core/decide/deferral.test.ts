import { expect, it } from 'vitest';
import { newPerson } from '../../../core/domain/person.ts';
import type { QuietHours } from '../../../core/domain/programme.ts';
import { decided, live } from '../../support/decisions.ts';
import { daysOfChange, localClock } from '../../support/local-clock.ts';
import { HOUR, MINUTE, programme } from '../../support/programmes.ts';

const FROM = Date.parse('2026-01-01T00:00:00Z');
const TO = Date.parse('2028-01-01T00:00:00Z');

it('in every zone, on the days its clocks are changed, a send is put off to the first minute that is not quiet, and sent then', () => {
  const rule: QuietHours = { from: '22:30', to: '02:30', fallbackZone: 'UTC', defer: true };
  const own = live(programme({ guardrails: { quietHours: rule } }));
  const european = daysOfChange('Europe/Berlin', FROM, TO);
  let putOff = 0;
  for (const name of Intl.supportedValuesOf('timeZone')) {
    const clock = localClock(name);
    const isQuiet = (at: number): boolean => {
      const { minute } = clock(at);
      return minute >= 22 * 60 + 30 || minute < 2 * 60 + 30;
    };
    const person = { ...newPerson('p', ['user:u']), traits: { timezone: { value: name, at: 0 } } };
    const days = daysOfChange(name, FROM, TO);
    for (const day of days.length > 0 ? days : european) {
      // seconds as well: what is put off begins with a minute all the same
      for (let at = day - 3 * HOUR; at < day + 26 * HOUR; at += 37 * MINUTE + 1_000) {
        const { action, retryAt } = decided(own, { person, now: at });
        expect([name, at, action, retryAt !== undefined]).toEqual([
          ...[name, at],
          ...(isQuiet(at) ? ['silence', true] : ['send', false]),
        ]);
        if (retryAt === undefined) continue;
        expect([isQuiet(retryAt), isQuiet(retryAt - 1)]).toEqual([false, true]);
        for (let between = at; between < retryAt; between += 15 * MINUTE) expect(isQuiet(between)).toBe(true);
        expect(decided(own, { person, now: retryAt }).action).toBe('send');
        putOff++;
      }
    }
  }
  expect(putOff).toBeGreaterThan(5_000);
}, 120_000);
