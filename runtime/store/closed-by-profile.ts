import type { ClosedId } from '../../core/domain/closed.ts';
import { channelsOf, leftAny } from '../../core/domain/closed.ts';
import type { Person } from '../../core/domain/person.ts';
import { hash32 } from '../../core/maths/murmur3.ts';

/** Profiles of persons who ever said something about a channel, and some more: a cheap look before they are parsed. */
export const MAY_BE_CLOSED = `profile LIKE '%subscribed"%'`;

/** The closed list as far as a profile says it, for what was written without one: how each id stands; `left`: it left a channel. */
export function closedBy(profile: string): (ClosedId & { left: boolean })[] {
  const person = JSON.parse(profile) as Person;
  const [left, channels] = [leftAny(person), channelsOf(person)];
  if (Object.keys(channels).length === 0) return [];
  return person.aliases.map((alias) => ({ id: hash32(alias), erased: false, channels, left }));
}
