import type { WorkWrites } from './records.ts';

/** What a batch caused before it caused anything. */
export const nothingWritten = (): WorkWrites => ({
  persons: [],
  aliases: [],
  decisions: [],
  contacts: [],
  reservations: [],
  seen: [],
  signals: [],
  merges: [],
  erased: [],
  outcomes: [],
  closed: [],
});
