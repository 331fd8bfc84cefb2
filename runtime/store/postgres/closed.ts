import type { ClosedRow } from '../../../core/contracts/store.ts';
import type { ClosedId } from '../../../core/domain/closed.ts';
import { booleans, texts } from './cells.ts';
import { NOTIFY } from './changes.ts';
import type { Database, Prepared } from './database.ts';
import type { Call, Session } from './session.ts';
import { call } from './session.ts';
import { unlisted } from './unlisted.ts';

/**
 * Places are given by a row that stays locked until the commit: they become visible in their order, and whoever reads on from the
 * last one they saw misses none.
 */
const CLOSE = {
  name: 'close',
  text: `WITH head AS (UPDATE pickwell.closed_head SET number = number + $4::bigint RETURNING number)
    INSERT INTO pickwell.closed AS c (id, erased, channels, number)
    SELECT r.id, r.erased, r.channels, head.number - $4::bigint + r.n
    FROM head CROSS JOIN unnest($1::text[], $2::bool[], $3::text[]) WITH ORDINALITY AS r(id, erased, channels, n)
    ON CONFLICT (id) DO UPDATE
    SET erased = c.erased OR excluded.erased, channels = excluded.channels, number = excluded.number`,
};
const CLOSED = {
  name: 'closed',
  text: `SELECT id, erased, channels, number FROM pickwell.closed WHERE number > $1::bigint ORDER BY number LIMIT $2::bigint`,
};

const closeCall = (closed: readonly ClosedId[]): Call =>
  call(
    CLOSE,
    texts(closed.map(({ id }) => id)),
    booleans(closed.map(({ erased }) => erased)),
    texts(closed.map(({ channels }) => JSON.stringify(channels))),
    closed.length,
  );

/** How some ids stand, told to other copies. Last of a batch: all batches that close something wait for each other. */
export const closing = (closed: readonly ClosedId[]): Call[] =>
  closed.length === 0 ? [] : [closeCall(closed), call(NOTIFY)];

const WAITING = {
  name: 'waiting_for_list',
  text: 'SELECT EXISTS (SELECT 1 FROM pickwell.unlisted) AS waiting',
};

type Row = Omit<ClosedRow, 'channels'> & { channels: string };
const rowOf = (row: Row): ClosedRow => ({
  ...row,
  channels: JSON.parse(row.channels) as ClosedId['channels'],
});

/** What is not listed yet is listed first; hardly ever there is any. */
export async function closed(db: Database, after: number, limit: number): Promise<ClosedRow[]> {
  const [[row], rows] = await db.read<[{ waiting: boolean }[], Row[]]>(
    call(WAITING),
    call(CLOSED, after, limit),
  );
  if (!row!.waiting) return rows.map(rowOf);
  while (await db.transaction(listing));
  return (await db.rows<Row>(CLOSED, after, limit)).map(rowOf);
}

async function listing(session: Session): Promise<Prepared<boolean>> {
  const { ids, calls, more } = await unlisted(session);
  return { calls: [...calls, ...closing(ids)], value: more };
}
