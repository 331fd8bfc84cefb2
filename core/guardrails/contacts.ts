import type { Contact } from '../contracts/records.ts';

type Timed = Pick<Contact, 'at' | 'releasesAt'> & { state?: Contact['state'] };

/** When a contact stops counting whatever the cap: a reservation that was never confirmed is released. */
export function endOf({ state, releasesAt }: Contact): number {
  if (state === 'aborted') return -Infinity;
  return state === 'sent' ? Infinity : (releasesAt ?? Infinity);
}

/** The last time at which a contact was made, or may be: one that nobody said is sent may be at any time until it is released. */
export const lastTimeOf = ({ at, state, releasesAt = at }: Timed): number =>
  state === 'sent' ? at : releasesAt;

/** Contacts that were made, or still may be. */
export const standing = (contacts: readonly Contact[], now: number): Contact[] =>
  contacts.filter((contact) => endOf(contact) > now);
