import type { Programme } from '../../../core/domain/programme.ts';
import { DAY, LEFT, ORDER, programme, variant } from '../programmes.ts';
import { changesNear } from './clocks.ts';

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);
const isoAt = (at: number): string => new Date(at).toISOString();

/** The day before clocks are changed somewhere, and once where none are. */
export const STARTS = [
  '2026-12-07', // nowhere
  '2027-03-13', // North America, forward
  '2027-03-27', // Europe, forward
  '2027-04-03', // Australia and New Zealand, back; Lord Howe by half an hour
  '2027-09-25', // New Zealand, forward
  '2027-10-02', // Australia, forward
  '2027-10-30', // Europe, back
  '2027-11-06', // North America, back
].map((day) => Date.parse(`${day}T15:00:00Z`));

/** Plans ahead, where nights, one day of the week and one date are closed. */
const ahead = (start: number): Programme =>
  programme({
    id: 'ahead',
    goal: { signals: [ORDER, LEFT] },
    silence: true,
    variants: [
      variant('dear', { cost: 0.3, endsAt: isoAt(start + 2.5 * DAY) }),
      variant('mail', { cost: 0.1 }),
      variant('text', { channel: 'sms', cost: 0.2, startsAt: isoAt(start + 1.25 * DAY) }),
      variant('push', { channel: 'push' }),
    ],
    timing: { horizonHours: 30 },
    holdout: { kind: 'random', share: 0.1 },
    guardrails: {
      quietHours: {
        ...{ from: '20:30', to: '09:00', fallbackZone: 'Europe/Berlin' },
        allowedDays: ['tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'],
        blackoutDates: [dayOf(start + 3 * DAY)],
        channels: ['email', 'sms'],
      },
      caps: [
        { per: 'person', channel: 'email', count: 2, hours: 20 },
        { per: 'programme', channel: 'sms', count: 9, hours: 9 },
        { per: 'person', count: 4, hours: 44 },
        { per: 'person-variant', count: 1, hours: 16 },
        { per: 'person', signal: 'Order Completed', count: 2, hours: 30 },
      ],
      budget: { perDay: 3, zone: 'America/Los_Angeles' },
      releaseAfterHours: 7,
    },
  });

/** Puts off until it is day by the clock that the request brings, as often as each person's frequency allows. */
const later = (start: number): Programme =>
  programme({
    id: 'later',
    goal: { signals: [ORDER, LEFT] },
    silence: true,
    fallback: 'a',
    holdout: { kind: 'business-as-usual', share: 0.1 },
    variants: [variant('a'), variant('b', { channel: 'push' })],
    guardrails: {
      quietHours: {
        ...{ from: '19:15', to: '10:45', zone: 'context.tz', fallbackZone: 'Pacific/Chatham', defer: true },
        blackoutDates: [dayOf(start + 2 * DAY)],
      },
      suppressAfterIgnored: { count: 2, hours: 30 },
      caps: [{ per: 'variant', count: 12, hours: 6 }],
    },
    frequency: { perDays: 2, least: 1, most: 3 },
  });

/** Plans half a day ahead, and puts off for not much longer what cannot be sent in it. */
const both = (start: number): Programme =>
  programme({
    id: 'both',
    goal: { signals: [ORDER, LEFT] },
    variants: [variant('a', { cost: 0.2 }), variant('b', { channel: 'sms' }), variant('c')],
    timing: { horizonHours: 12, stepHours: 3, mostOptions: 10 },
    guardrails: {
      quietHours: {
        ...{ from: '14:30', to: '08:30', fallbackZone: 'Australia/Lord_Howe', defer: true, deferHours: 20 },
        blackoutDates: [dayOf(start + DAY)],
      },
      restAfterSignal: [{ signal: 'unhappy', hours: 15 }],
      caps: [{ per: 'person-programme', channel: 'sms', count: 1, hours: 30 }],
      budget: { perDay: 2, total: 40, zone: 'Asia/Kolkata' },
      releaseAfterHours: 5,
    },
    frequency: { perDays: 1, least: 0, most: 2 },
  });

/** Programmes of which each plans ahead, puts off, or does both. */
export const planned = (start: number): Programme[] => [ahead(start), later(start), both(start)];

/** What a trait or a request says of somebody's clock, and the zone that it names; none: that of the programme stands in. */
export interface Clock {
  told: unknown;
  zone?: string | undefined;
}

/** Every zone there is, an offset, and what is none. */
const CLOCKS: readonly Clock[] = [
  ...Intl.supportedValuesOf('timeZone').map((zone) => ({ told: zone, zone })),
  { told: '+05:45', zone: 'Asia/Kathmandu' },
  { told: 'UTC-9', zone: 'Pacific/Gambier' },
  { told: 'Mars/Olympus' },
  { told: '' },
  { told: 7 },
];

/** All of them, and once more those that are changed in the two days from `start` on. */
export function clocksFrom(start: number): Clock[] {
  const changed = CLOCKS.filter(({ zone }) => zone !== undefined && changesNear(zone, start + DAY));
  const often = Math.max(1, Math.round(CLOCKS.length / (changed.length + 1)));
  return [...CLOCKS, ...Array.from({ length: often }, () => changed).flat()];
}
