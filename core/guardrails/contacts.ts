import type { Contact } from '../contracts/records.ts';

/** When a contact stops counting whatever the cap: a reservation that was never confirmed is released. */
export function endOf({ state, releasesAt }: Contact): number {
  if (state === 'aborted') return -Infinity;
  return state === 'sent' ? Infinity : (releasesAt ?? Infinity);
}

/** Contacts that were made, or still may be. */
export const standing = (contacts: readonly Contact[], now: number): Contact[] =>
  contacts.filter((contact) => endOf(contact) > now);
