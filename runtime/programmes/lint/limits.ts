import type { Cap } from '../../../core/domain/programme.ts';
import { HOUR_MS } from '../../../core/domain/programme.ts';
import { ofPerson } from '../../../core/guardrails/caps.ts';
import { nextOpen, openHours } from '../../../core/guardrails/open-hours.ts';
import { zoneOf } from '../../../core/guardrails/zone.ts';
import type { Check, Finding } from './finding.ts';

/** A cap that leaves room for less than this share of the sends a programme is asked for is hardly meant. */
const LEAST_ROOM = 0.1;
/** Hours that every programme has which does not say how often it is asked: of these nothing follows. */
const USUAL_BUCKET = 24;

const DAY_MS = 24 * HOUR_MS;
const YEAR_DAYS = 365;
/** Days without an open hour that are worth a word. */
const LONG_DAYS = 7;

const capPath = (i: number): string => `guardrails.caps.${i}`;

/** Whether whatever cap `b` refuses, `a` refuses as well. */
function implies(a: Cap, b: Cap): boolean {
  const wider = a.channel === undefined || a.channel === b.channel;
  return a.per === b.per && a.signal === b.signal && wider && a.count <= b.count && a.hours >= b.hours;
}

function capFinding(cap: Cap, i: number, sendBucketHours: number): Finding[] {
  const { count, hours, channel, signal } = cap;
  const path = capPath(i);
  if (count === 0) {
    const where = channel === undefined ? '' : ` on ${channel}`;
    const message = `A cap of 0 lets nothing be sent${where}, ever.`;
    return [{ code: 'cap-zero', path, message, fix: 'Set a count of at least 1, or take the variants out.' }];
  }
  // how many people there are, and how often something happens to them, nobody knows here
  if (!ofPerson(cap) || signal !== undefined || sendBucketHours >= USUAL_BUCKET) return [];
  const asked = hours / sendBucketHours;
  if (count / asked >= LEAST_ROOM) return [];
  const message = `The programme may be asked every ${sendBucketHours} h, which is ${Math.floor(asked)} times in ${hours} h, and the cap allows ${count}: most of its decisions are silence.`;
  const fix =
    'Raise the count, shorten the hours, or set sendBucketHours to what the programme is asked for.';
  return [{ code: 'cap-below-own-need', path, message, fix }];
}

/** Caps that let nothing through, less than the programme itself needs, or what another lets through already. */
export const caps: Check = ({ guardrails, sendBucketHours }) => {
  const all = guardrails.caps ?? [];
  return all.flatMap((cap, i): Finding[] => {
    const other = all.findIndex((one, j) => j !== i && implies(one, cap) && (!implies(cap, one) || j < i));
    if (other === -1) return capFinding(cap, i, sendBucketHours);
    const message = `The cap at ${capPath(other)} is at least as tight: this one never decides.`;
    return [{ code: 'cap-redundant', path: capPath(i), message, fix: 'Leave one of them out.' }];
  });
};

/** Hours of a year from now that are open, as far as it matters whether there are any. */
export const openTimes: Check = ({ guardrails }, { now }) => {
  const rule = guardrails.quietHours;
  const zone = rule && zoneOf(rule.fallbackZone);
  if (!rule || !zone) return [];
  const path = 'guardrails.quietHours';
  const open = nextOpen(openHours(rule), zone, now);
  const days = open === undefined ? Infinity : Math.floor((open - now) / DAY_MS);
  if (open === undefined || days >= YEAR_DAYS) {
    const message = 'Quiet hours, allowed days and blackout dates leave no open hour in a year.';
    return [
      { code: 'no-open-hour', path, message, fix: 'Leave a day out of blackoutDates, or allow more days.' },
    ];
  }
  if (days < LONG_DAYS) return [];
  const message = `Nothing can be sent for ${days} days, until ${new Date(open).toISOString()}.`;
  return [
    {
      code: 'closed-for-long',
      path,
      message,
      fix: 'Nothing, if that is meant; otherwise allow a day before.',
    },
  ];
};
