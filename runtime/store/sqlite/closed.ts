import type { ClosedRow } from '../../../core/contracts/store.ts';
import type { ClosedId } from '../../../core/domain/closed.ts';
import { closedBy, MAY_BE_CLOSED } from '../closed-by-profile.ts';
import type { Stepping } from './step.ts';

const NEXT = '(SELECT coalesce(max(number), 0) + 1 FROM closed)';
const CLOSE = `INSERT INTO closed (id, erased, channels, number) VALUES (?, ?, ?, ${NEXT})
  ON CONFLICT (id) DO UPDATE SET erased = closed.erased OR excluded.erased, channels = excluded.channels,
    number = excluded.number`;

/** Writes how some ids stand. Runs inside the caller's transaction. */
export function saveClosed(db: Stepping, closed: readonly ClosedId[]): void {
  for (const { id, erased, channels } of closed) db.run(CLOSE, id, Number(erased), JSON.stringify(channels));
}

export const closed = (db: Stepping, after: number, limit: number): ClosedRow[] =>
  db
    .all<{ id: string; erased: number; channels: string; number: number }>(
      'SELECT id, erased, channels, number FROM closed WHERE number > ? ORDER BY number LIMIT ?',
      ...[after, limit],
    )
    .map(({ id, erased, channels, number }) => ({
      ...{ id, erased: erased === 1, number },
      channels: JSON.parse(channels) as ClosedId['channels'],
    }));

/** Of a folder from before there was a list: who left a channel or was erased, by now. */
export function fillClosed(db: Stepping): void {
  db.run(`INSERT INTO closed (id, erased, channels, number)
    SELECT id, 1, '{}', row_number() OVER (ORDER BY id) FROM seen WHERE source = 'erased'`);
  for (const [profile] of db.lists<[string]>(`SELECT profile FROM persons WHERE ${MAY_BE_CLOSED}`)) {
    for (const { left, ...own } of closedBy(profile)) {
      if (left || db.one('SELECT 1 FROM closed WHERE id = ?', own.id)) saveClosed(db, [own]);
    }
  }
}
