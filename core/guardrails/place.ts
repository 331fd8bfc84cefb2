import type { Person } from '../domain/person.ts';
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

/** Name of the trait that holds the person's zone. */
export const zoneTrait = ({ zone = `${TRAITS}timezone` }: Pick<Whereabouts, 'zone'>): string =>
  zone.slice(TRAITS.length);

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
