import type { QuietHours } from '../domain/programme.ts';
import { TRAITS, WEEKDAYS } from '../domain/programme.ts';
import type { Closure, OpenHours } from './open-hours.ts';
import { closureAt, nextOpen, openHours, weekdayOf } from './open-hours.ts';
import type { GuardContext, Guardrail } from './guardrail.ts';
import { unknown } from './guardrail.ts';
import type { Zone } from './zone.ts';
import { zoneOf } from './zone.ts';

/** A programme is parsed once and asked often. */
const known = new WeakMap<QuietHours, OpenHours>();

function openHoursOf(rule: QuietHours): OpenHours {
  let open = known.get(rule);
  if (!open) known.set(rule, (open = openHours(rule)));
  return open;
}

/** Name of the trait that holds the person's zone. */
export const zoneTrait = ({ zone = `${TRAITS}timezone` }: QuietHours): string => zone.slice(TRAITS.length);

/** The zone of the person's trait where that names one, else the declared one. */
function zoneFor(rule: QuietHours, { person }: GuardContext): { name: string; zone: Zone } | undefined {
  const trait = zoneTrait(rule);
  const own = Object.hasOwn(person.traits, trait) ? person.traits[trait]?.value : undefined;
  for (const name of [own, rule.fallbackZone]) {
    const found = zoneOf(name);
    if (found) return { name: name as string, zone: found };
  }
  return undefined;
}

function words({ because }: Closure, { from, to }: QuietHours): string {
  if (because === 'hours') return `in the quiet hours ${from}-${to}`;
  return because === 'day' ? 'no allowed day' : 'a blackout date';
}

/** Nothing is sent in quiet hours, on days that are not allowed, or on blackout dates, all by the person's own clock. */
export const quietHours: Guardrail = ({ channel }, context) => {
  const rule = context.programme.guardrails.quietHours;
  if (!rule || rule.channels?.includes(channel) === false) return undefined;
  if (context.blind) return unknown('the zone of the person cannot be looked up');
  const place = zoneFor(rule, context);
  if (!place) return unknown(`no zone is called ${rule.fallbackZone}`);
  const open = openHoursOf(rule);
  const { now } = context;
  const local = now + place.zone.offsetAt(now);
  const closure = closureAt(open, local);
  if (!closure) return undefined;
  const until = nextOpen(open, place.zone, now);
  const free = until === undefined ? 'not within a year' : new Date(until).toISOString();
  const shown = new Date(local).toISOString().slice(0, 16).replace('T', ' ');
  const day = WEEKDAYS[weekdayOf(local)];
  const detail = `${day} ${shown} in ${place.name} is ${words(closure, rule)}, next allowed ${free}`;
  return { detail, until, state: closure.because, zone: place.name };
};
