import type pg from 'pg';
import type { ClosedRow } from '../../../core/contracts/store.ts';
import type { ClosedId } from '../../../core/domain/closed.ts';
import { closedBefore, MAY_BE_CLOSED } from '../fill-closed.ts';
import { booleans, texts } from './cells.ts';
import { NOTIFY } from './changes.ts';
import type { Database } from './database.ts';
import type { Call } from './session.ts';
import { call, toQuery } from './session.ts';

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

export async function closed(db: Database, after: number, limit: number): Promise<ClosedRow[]> {
  const rows = await db.rows<Omit<ClosedRow, 'channels'> & { channels: string }>(CLOSED, after, limit);
  return rows.map((row) => ({ ...row, channels: JSON.parse(row.channels) as ClosedId['channels'] }));
}

const ERASED = `INSERT INTO pickwell.closed (id, erased, channels, number)
  SELECT id, true, '{}', row_number() OVER (ORDER BY id) FROM pickwell.seen WHERE source = 'erased'`;
const HEAD = `UPDATE pickwell.closed_head SET number = (SELECT coalesce(max(number), 0) FROM pickwell.closed)`;
const PROFILES = `SELECT id, profile FROM pickwell.persons WHERE id > $1 AND ${MAY_BE_CLOSED} ORDER BY id LIMIT $2`;
const KNOWN = 'SELECT id FROM pickwell.closed WHERE id = ANY($1::text[])';
const PAGE = 5_000;

/** Of a database from before there was a list: who left a channel or was erased, by now. */
export async function fillClosed(client: pg.Client): Promise<void> {
  await client.query(ERASED);
  await client.query(HEAD);
  for (let last: string | undefined = ''; last !== undefined;) {
    const page: pg.QueryResult<{ id: string; profile: string }> = await client.query(PROFILES, [last, PAGE]);
    const ids = page.rows.flatMap(({ profile }) => closedBefore(profile));
    const found = await client.query<{ id: string }>(KNOWN, [ids.map(({ id }) => id)]);
    const known = new Set(found.rows.map(({ id }) => id));
    const some = ids.filter(({ id, left }) => left || known.has(id));
    if (some.length > 0) await client.query(toQuery(closeCall(some)));
    last = page.rows.at(-1)?.id;
  }
}
