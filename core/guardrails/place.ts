import type { DecideRequest } from '../domain/decision.ts';
import type { Person } from '../domain/person.ts';
import type { Programme } from '../domain/programme.ts';
import { TRAITS } from '../domain/programme.ts';
import type { Zone } from './zone.ts';
import { zoneOf } from './zone.ts';

/** What the name of a feature of the request begins with. */
const CONTEXT = 'context.';

/** By whose clock something is: that of a trait or of a feature of the request, or of a place where that names none. */
export interface Whereabouts {
  /** Trait or feature with the person's zone, an IANA name or an offset such as `+05:30`. Absent: `traits.timezone`. */
  zone?: string | undefined;
  fallbackZone: string;
}

/** Where a person is. */
export interface Place {
  /** As the trait or the feature has it. */
  name: string;
  zone: Zone;
  /** Why it is the place that stands in, where the person or the request should have named another. */
  because?: string | undefined;
}

/** Name of a trait that is written `traits.<name>`. */
export const traitIn = (written: string): string => written.slice(TRAITS.length);

const zoneField = ({ zone = `${TRAITS}timezone` }: Pick<Whereabouts, 'zone'>): string => zone;

/** Name of the trait that holds the person's zone; undefined where the request brings it. */
export function zoneTrait(by: Pick<Whereabouts, 'zone'>): string | undefined {
  const written = zoneField(by);
  return written.startsWith(CONTEXT) ? undefined : traitIn(written);
}

/** By whose clock a programme plans ahead. */
export function clockOf({ timing, guardrails: { quietHours } }: Programme): Whereabouts {
  return {
    zone: timing?.zone ?? quietHours?.zone,
    fallbackZone: timing?.fallbackZone ?? quietHours?.fallbackZone ?? 'UTC',
  };
}

/** What may say where a person is. */
interface Told {
  person: Pick<Person, 'traits'>;
  context?: DecideRequest['context'] | undefined;
}

/** The value of a name in a record, and of nothing every object has already. */
const own = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

/** Why what was told is not used; a trait that is not there is none of anybody's mistakes. */
function becauseOf(by: Whereabouts, told: unknown): string | undefined {
  const missing = told === undefined || told === null;
  if (missing && zoneTrait(by) !== undefined) return undefined;
  return `${zoneField(by)} ${missing ? 'is missing' : 'names no zone'}`;
}

/** The zone that a trait or the request names, else the declared one; undefined where that is none either. */
export function placeOf(by: Whereabouts, { person, context = {} }: Told): Place | undefined {
  const trait = zoneTrait(by);
  const told =
    trait === undefined
      ? own(context, zoneField(by).slice(CONTEXT.length))
      : own(person.traits, trait)?.value;
  const zone = zoneOf(told);
  if (zone) return { name: told as string, zone };
  const fallback = zoneOf(by.fallbackZone);
  return fallback && { name: by.fallbackZone, zone: fallback, because: becauseOf(by, told) };
}
