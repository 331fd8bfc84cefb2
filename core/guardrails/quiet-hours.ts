import type { QuietHours } from '../domain/programme.ts';
import type { Closure, OpenHours } from './open-hours.ts';
import { closureAt, nextOpen, openHours } from './open-hours.ts';
import type { Guardrail } from './guardrail.ts';
import { unknown } from './guardrail.ts';
import { placeOf, zoneTrait } from './place.ts';
import { clockWords } from './words.ts';

/** A programme is parsed once and asked often. */
const known = new WeakMap<QuietHours, OpenHours>();

function openHoursOf(rule: QuietHours): OpenHours {
  let open = known.get(rule);
  if (!open) known.set(rule, (open = openHours(rule)));
  return open;
}

function words({ because }: Closure, { from, to }: QuietHours): string {
  if (because === 'hours') return `in the quiet hours ${from}-${to}`;
  return because === 'day' ? 'no allowed day' : 'a blackout date';
}

/** Nothing is sent in quiet hours, on days that are not allowed, or on blackout dates, all by the person's own clock. A clock that the request brings need not be looked up. */
export const quietHours: Guardrail = ({ channel }, context) => {
  const rule = context.programme.guardrails.quietHours;
  if (!rule || rule.channels?.includes(channel) === false) return undefined;
  if (context.blind && zoneTrait(rule) !== undefined)
    return unknown('the zone of the person cannot be looked up');
  const place = placeOf(rule, context);
  if (!place) return unknown(`no zone is called ${rule.fallbackZone}`);
  const open = openHoursOf(rule);
  const { now } = context;
  const closure = closureAt(open, now + place.zone.offsetAt(now));
  if (!closure) return undefined;
  const until = nextOpen(open, place.zone, now);
  const free = until === undefined ? 'not within a year' : new Date(until).toISOString();
  const where = place.because === undefined ? place.name : `${place.name} (${place.because})`;
  const detail = `${clockWords(now, place.zone)} in ${where} is ${words(closure, rule)}, next allowed ${free}`;
  return { detail, until, state: closure.because, zone: place.name };
};
