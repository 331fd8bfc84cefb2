import type { Person } from '../domain/person.ts';
import type { Programme } from '../domain/programme.ts';
import { TRAITS } from '../domain/programme.ts';
import type { Zone } from './zone.ts';
import { zoneOf } from './zone.ts';

/** By whose clock something is: that of a trait, or of a place where the trait names none. */
export interface Whereabouts {
  /** Trait with the person's zone, an IANA name or an offset such as `+05:30`. Absent: `traits.timezone`. */
  zone?: string | undefined;
  fallbackZone: string;
}

/** Where a person is. */
export interface Place {
  /** As the trait has it. */
  name: string;
  zone: Zone;
}

/** Name of a trait that is written `traits.<name>`. */
export const traitIn = (written: string): string => written.slice(TRAITS.length);

/** Name of the trait that holds the person's zone. */
export const zoneTrait = ({ zone = `${TRAITS}timezone` }: Pick<Whereabouts, 'zone'>): string => traitIn(zone);

/** By whose clock a programme plans ahead. */
export function clockOf({ timing, guardrails: { quietHours } }: Programme): Whereabouts {
  return {
    zone: timing?.zone ?? quietHours?.zone,
    fallbackZone: timing?.fallbackZone ?? quietHours?.fallbackZone ?? 'UTC',
  };
}

/** The zone of the person's trait where that names one, else the declared one; undefined where that is none either. */
export function placeOf(by: Whereabouts, { traits }: Pick<Person, 'traits'>): Place | undefined {
  const trait = zoneTrait(by);
  const own = Object.hasOwn(traits, trait) ? traits[trait]?.value : undefined;
  for (const name of [own, by.fallbackZone]) {
    const zone = zoneOf(name);
    if (zone) return { name: name as string, zone };
  }
  return undefined;
}
