import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { QuietHours, Weekday } from '../../../core/domain/programme.ts';
import { WEEKDAYS } from '../../../core/domain/programme.ts';
import type { Person } from '../../../core/domain/person.ts';
import { newPerson } from '../../../core/domain/person.ts';
import { check } from '../../../core/guardrails/check.ts';
import type { GuardContext } from '../../../core/guardrails/guardrail.ts';
import { closureAt, nextOpen, openHours } from '../../../core/guardrails/open-hours.ts';
import { quietHours } from '../../../core/guardrails/quiet-hours.ts';
import { zoneOf } from '../../../core/guardrails/zone.ts';
import { daysOfChange, localClock } from '../../support/local-clock.ts';
import { DAY, HOUR, MINUTE, programme, variant } from '../../support/programmes.ts';

const NIGHT: QuietHours = { from: '21:00', to: '08:00', fallbackZone: 'Europe/Berlin' };

function context(rule: QuietHours, now: string | number, timezone?: unknown): GuardContext {
  const at = typeof now === 'number' ? now : Date.parse(now);
  const traits: Person['traits'] = timezone === undefined ? {} : { timezone: { value: timezone, at: 0 } };
  const own = programme({ variants: [variant('a')], guardrails: { quietHours: rule } });
  return { programme: own, person: { ...newPerson('p', []), traits }, contacts: [], now: at };
}

/** Why nothing is sent, or undefined. */
function reason(rule: QuietHours, now: string | number, timezone?: unknown): string | undefined {
  const { allowed, dropped } = check(context(rule, now, timezone));
  expect(allowed.length + dropped.length).toBe(1);
  return dropped[0]?.detail;
}

const nextIn = (detail: string | undefined): number => Date.parse(/next allowed (\S+)$/.exec(detail!)![1]!);

describe('quiet hours', () => {
  it('go over midnight, with the first minute and without the last', () => {
    // Berlin is one hour ahead of UTC in November
    for (const [now, quiet] of [
      ['2026-11-23T19:59:59.999Z', false],
      ['2026-11-23T20:00:00.000Z', true],
      ['2026-11-23T23:00:00.000Z', true],
      ['2026-11-24T06:59:59.999Z', true],
      ['2026-11-24T07:00:00.000Z', false],
    ] as const) {
      expect([now, reason(NIGHT, now) !== undefined]).toEqual([now, quiet]);
    }
  });

  it('say the local time and when they end', () => {
    expect(reason(NIGHT, '2026-11-23T21:10:30Z')).toBe(
      'monday 2026-11-23 22:10 in Europe/Berlin is in the quiet hours 21:00-08:00, next allowed 2026-11-24T07:00:00.000Z',
    );
  });

  it('say so as values', () => {
    expect(check(context(NIGHT, '2026-11-23T21:10:30Z')).dropped[0]).toMatchObject({
      rule: 'quiet-hours',
      state: 'hours',
      zone: 'Europe/Berlin',
      until: Date.parse('2026-11-24T07:00:00.000Z'),
    });
  });

  it.each([
    ['America/New_York', '2026-11-24T02:30:00Z', '21:30 in America/New_York'],
    ['+05:30', '2026-11-23T16:00:00Z', '21:30 in +05:30'],
    ['-0800', '2026-11-24T05:00:00Z', '21:00 in -0800'],
    ['UTC+2', '2026-11-23T20:00:00Z', '22:00 in UTC+2'],
    ['UTC', '2026-11-23T21:00:00Z', '21:00 in UTC'],
    [undefined, '2026-11-23T20:00:00Z', '21:00 in Europe/Berlin'],
    ['Mars/Olympus', '2026-11-23T20:00:00Z', '21:00 in Europe/Berlin'],
    ['+99:00', '2026-11-23T20:00:00Z', '21:00 in Europe/Berlin'],
    [7, '2026-11-23T20:00:00Z', '21:00 in Europe/Berlin'],
  ])('are by the clock of %s', (timezone, now, shown) => {
    expect(reason(NIGHT, now, timezone)).toContain(shown);
  });

  it('take the zone from the trait that is declared', () => {
    const rule = { ...NIGHT, zone: 'traits.tz' };
    const given = context(rule, '2026-11-23T12:00:00Z');
    given.person.traits.tz = { value: 'Asia/Tokyo', at: 0 };
    expect(check(given).dropped[0]?.detail).toContain('21:00 in Asia/Tokyo');
  });

  it('hold for the channels that are named', () => {
    expect(reason({ ...NIGHT, channels: ['sms'] }, '2026-11-23T23:00:00Z')).toBeUndefined();
    expect(reason({ ...NIGHT, channels: ['sms', 'email'] }, '2026-11-23T23:00:00Z')).toBeDefined();
  });

  it('object when the person cannot be looked up, or the zone is none', () => {
    const { dropped } = check({
      ...context(NIGHT, '2026-11-23T12:00:00Z'),
      blind: true,
      standings: () => 'open',
    });
    expect(dropped[0]).toMatchObject({ rule: 'quiet-hours' });
    expect(reason({ ...NIGHT, fallbackZone: 'Nowhere' }, '2026-11-23T12:00:00Z')).toBe(
      'no zone is called Nowhere',
    );
  });

  it('end where the clocks are put forward over their end', () => {
    // 2027-03-28 in Berlin: 01:59:59 is followed by 03:00:00, at 01:00 UTC
    const rule = { ...NIGHT, from: '00:00', to: '02:30' };
    expect(nextIn(reason(rule, '2027-03-28T00:30:00Z'))).toBe(Date.parse('2027-03-28T01:00:00Z'));
    expect(reason(rule, '2027-03-28T01:00:00Z')).toBeUndefined();
  });

  it('come twice where clocks show them twice', () => {
    // 2026-10-25 in Berlin: 02:00 to 02:59 from 00:00 to 00:59 UTC, and again from 01:00 UTC
    const rule = { ...NIGHT, from: '02:15', to: '02:45' };
    expect(nextIn(reason(rule, '2026-10-25T00:20:00Z'))).toBe(Date.parse('2026-10-25T00:45:00Z'));
    expect(reason(rule, '2026-10-25T00:50:00Z')).toBeUndefined();
    expect(nextIn(reason(rule, '2026-10-25T01:20:00Z'))).toBe(Date.parse('2026-10-25T01:45:00Z'));
  });
});

describe('allowed days and blackout dates', () => {
  const rule: QuietHours = {
    ...NIGHT,
    allowedDays: ['monday', 'thursday', 'friday'],
    blackoutDates: ['2026-11-27', '2026-11-30'],
  };

  it('close whole local days, and say when the next open one begins to be open', () => {
    expect(reason(rule, '2026-11-27T10:00:00Z')).toMatch(/^friday 2026-11-27 11:00 in .* is a blackout date/);
    const saturday = reason(rule, '2026-11-27T23:30:00Z');
    expect(saturday).toMatch(/^saturday 2026-11-28 00:30 in Europe\/Berlin is no allowed day/);
    // Monday is a blackout date, so that Thursday after the night is next
    expect(nextIn(saturday)).toBe(Date.parse('2026-12-03T07:00:00Z'));
  });

  it('are looked past for as long as a year', () => {
    const first = Date.parse('2026-11-23');
    const blackoutDates = Array.from({ length: 366 }, (_, i) => {
      return new Date(first + i * DAY).toISOString().slice(0, 10);
    });
    const year: QuietHours = { fallbackZone: 'UTC', blackoutDates };
    expect(nextIn(reason(year, '2026-11-23T12:00:00Z'))).toBe(first + 366 * DAY);
  });
});

const FROM = Date.parse('2026-01-01T00:00:00Z');
const TO = Date.parse('2028-01-01T00:00:00Z');
/** Days of zones whose clocks are never changed. */
const EUROPEAN = daysOfChange('Europe/Berlin', FROM, TO);

describe('in every zone there is, on the days its clocks are changed', () => {
  const rule = {
    ...NIGHT,
    from: '22:30',
    to: '02:30',
    allowedDays: WEEKDAYS.filter((d) => d !== 'saturday'),
  };

  it('nothing is sent in quiet hours, and nothing is held back outside of them', () => {
    const zones = Intl.supportedValuesOf('timeZone');
    expect(zones.length).toBeGreaterThan(400);
    const open = openHours(rule);
    let asked = 0;
    let changed = 0;
    for (const name of zones) {
      const clock = localClock(name);
      const zone = zoneOf(name)!;
      const own = daysOfChange(name, FROM, TO);
      changed += own.length;
      for (const day of own.length > 0 ? own : EUROPEAN) {
        for (let at = day - 2 * HOUR; at < day + 26 * HOUR; at += 5 * MINUTE) {
          const { weekday, minute } = clock(at);
          const quiet = minute >= 22 * 60 + 30 || minute < 2 * 60 + 30 || weekday === 6;
          const closed = closureAt(open, at + zone.offsetAt(at)) !== undefined;
          if (closed !== quiet) expect([name, new Date(at).toISOString(), closed]).toEqual([name, '', quiet]);
          asked++;
        }
      }
    }
    expect(changed).toBeGreaterThan(400);
    expect(asked).toBeGreaterThan(500_000);
  }, 120_000);

  it('the next allowed time is the first minute that is allowed', () => {
    const places = [
      'Europe/Berlin',
      'America/St_Johns',
      'Australia/Lord_Howe',
      'Africa/Casablanca',
      'Asia/Tehran',
    ];
    const times = fc.tuple(
      fc.constantFrom(...places),
      fc.boolean(),
      fc.integer({ min: -24 * 60, max: 48 * 60 }),
    );
    const rules = fc.tuple(
      fc.integer({ min: 0, max: 1439 }),
      fc.integer({ min: 0, max: 1439 }),
      fc.subarray<Weekday>([...WEEKDAYS], { minLength: 2 }),
    );
    fc.assert(
      fc.property(times, rules, ([name, first, minutes], [from, to, allowedDays]) => {
        const days = daysOfChange(name, FROM, FROM + 366 * DAY);
        const at = (days[first ? 0 : days.length - 1] ?? EUROPEAN[0]!) + minutes * MINUTE;
        const clock = localClock(name);
        const isOpen = (moment: number): boolean => {
          const { weekday, minute } = clock(moment);
          const quiet = from < to ? minute >= from && minute < to : minute >= from || minute < to;
          return (from === to || !quiet) && allowedDays.includes(WEEKDAYS[weekday]!);
        };
        let expected = at;
        while (!isOpen(expected)) expected += MINUTE;
        const hours = from === to ? {} : { from: timeText(from), to: timeText(to) };
        const open = openHours({ ...hours, allowedDays, fallbackZone: 'UTC' });
        expect(nextOpen(open, zoneOf(name)!, at)).toBe(expected);
      }),
      { seed: 52, numRuns: 150 },
    );
  }, 120_000);
});

const timeText = (minutes: number): string =>
  [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':');

it('asking costs little', () => {
  const zones = ['Europe/Berlin', 'America/New_York', 'Asia/Tokyo', '+05:30'].map((name) =>
    context(NIGHT, 0, name),
  );
  const rounds = 50_000;
  const run = (): number => {
    const start = process.cpuUsage();
    for (let i = 0; i < rounds; i++) {
      const given = zones[i % zones.length]!;
      given.now = Date.parse('2026-11-23T00:00:00Z') + i * 20;
      quietHours(given.programme.variants[0]!, given);
    }
    return process.cpuUsage(start).user / rounds;
  };
  // us of processor time, half of the calls with a reason; the best of three, so that warming up does not count
  expect(Math.min(run(), run(), run())).toBeLessThan(5);
});
