import type {
  PoolCount,
  ReservationWrite,
  ResourceAsk,
  ResourceFact,
} from '../../../core/contracts/resources.ts';
import type { ResourceKey } from '../../../core/domain/resource.ts';
import { NEVER } from '../../../core/domain/resource.ts';
import { poolKey } from '../../../core/guardrails/needs.ts';
import { numbers, texts } from './cells.ts';
import type { Database } from './database.ts';
import type { Call, Session, Statement } from './session.ts';
import { call } from './session.ts';

/** In the order of keys, after the persons: two batches wait for each other in one direction only. */
const LOCK: Statement = {
  name: 'lock_resources',
  text: `INSERT INTO pickwell.resources AS r (key, taken, as_of) SELECT key, 0, 0 FROM unnest($1::text[]) AS q(key)
    ON CONFLICT (key) DO UPDATE SET taken = r.taken`,
};

/** Rows of one resource that are taken in, and that are found to have ended, at once: some 0.1 s, where who waits has 1 s. */
const MOST = 5_000;

/**
 * Takes in what was written since the resources were last locked, and works out what is taken by now: from what was taken then, what
 * has ended in between (or had, where a clock went back), and what was changed. `last` is what each changed reservation is
 * by now; `reservations` are what they were, because all parts of a statement see the tables as they were before it. After a
 * long time without anybody it comes as far as `upto` only.
 */
const SETTLE: Statement = {
  name: 'settle_resources',
  text: `WITH clock AS MATERIALIZED (
      SELECT coalesce($2::float8, floor(extract(epoch FROM clock_timestamp()) * 1000)) AS now),
    drained AS (
      DELETE FROM pickwell.unsettled AS u
      USING unnest($1::text[]) AS k(key) CROSS JOIN LATERAL (
        SELECT resource, number FROM pickwell.unsettled WHERE resource = k.key ORDER BY number LIMIT ${MOST}) AS d
      WHERE u.resource = d.resource AND u.number = d.number RETURNING u.*),
    last AS MATERIALIZED (
      SELECT DISTINCT ON (resource, id) resource, id, amount, ends_at, code FROM drained
      ORDER BY resource, id, number DESC),
    saved AS (
      INSERT INTO pickwell.reservations (resource, id, amount, ends_at, code)
      SELECT resource, id, amount, ends_at, code FROM last
      ON CONFLICT (resource, id) DO UPDATE
      SET amount = excluded.amount, ends_at = excluded.ends_at, code = excluded.code),
    -- looked up by their key, which the planner does only when nothing else is asked of them
    old AS MATERIALIZED (
      SELECT o.resource, o.amount, o.ends_at
      FROM last l JOIN pickwell.reservations o ON o.resource = l.resource AND o.id = l.id),
    given AS (
      SELECT resource, code, max(ends_at) AS ends_at, array_agg(id) AS ids FROM last
      WHERE code IS NOT NULL GROUP BY resource, code),
    coded AS (
      UPDATE pickwell.codes AS c SET ends_at = greatest(g.ends_at, (
        SELECT max(o.ends_at) FROM pickwell.reservations o
        WHERE o.resource = g.resource AND o.code = g.code AND o.id <> ALL(g.ids)))
      FROM given g WHERE c.pool = g.resource AND c.code = g.code),
    first AS (
      SELECT r.key, clock.now, (SELECT min(o.ends_at) FROM pickwell.reservations o
          WHERE o.resource = r.key AND o.ends_at > r.as_of) AS ends_at,
        (SELECT o.ends_at FROM pickwell.reservations o
          WHERE o.resource = r.key AND o.ends_at > r.as_of AND o.ends_at <= clock.now
          ORDER BY o.ends_at OFFSET ${MOST} LIMIT 1) AS too_late
      FROM clock CROSS JOIN unnest($1::text[]) AS k(key) JOIN pickwell.resources r ON r.key = k.key),
    upto AS MATERIALIZED (
      SELECT key, CASE WHEN too_late IS NULL THEN now ELSE greatest(ends_at, too_late - 1) END AS at FROM first)
    UPDATE pickwell.resources AS r SET as_of = upto.at, taken = r.taken
      + coalesce((SELECT sum(o.amount) FROM pickwell.reservations o
          WHERE o.resource = r.key AND o.ends_at > upto.at AND o.ends_at <= r.as_of), 0)
      - coalesce((SELECT sum(o.amount) FROM pickwell.reservations o
          WHERE o.resource = r.key AND o.ends_at > r.as_of AND o.ends_at <= upto.at), 0)
      - coalesce((SELECT sum(o.amount) FROM old o WHERE o.resource = r.key AND o.ends_at > upto.at), 0)
      + coalesce((SELECT sum(l.amount) FROM last l WHERE l.resource = r.key AND l.ends_at > upto.at), 0)
    FROM upto WHERE r.key = upto.key
    RETURNING r.key, (SELECT count(*) FROM drained d WHERE d.resource = r.key) AS taken_in`,
};

const FACTS: Statement = {
  name: 'resource_facts',
  // what never ends is not added up: that may be all that was ever taken
  text: `SELECT r.key, r.taken, r.as_of, first.at AS next,
      CASE WHEN first.at < ${NEVER} THEN (SELECT sum(o.amount) FROM pickwell.reservations o
        WHERE o.resource = r.key AND o.ends_at = first.at) END AS ending,
      ARRAY(SELECT c.code FROM pickwell.codes c WHERE c.pool = r.key AND c.ends_at <= r.as_of
        ORDER BY c.ends_at, c.number LIMIT q.codes::bigint) AS codes
    FROM unnest($1::text[], $2::float8[]) AS q(key, codes) JOIN pickwell.resources r ON r.key = q.key
    CROSS JOIN LATERAL (SELECT min(o.ends_at) AS at FROM pickwell.reservations o
      WHERE o.resource = r.key AND o.ends_at > r.as_of) AS first`,
};

const WRITE: Statement = {
  name: 'unsettled',
  text: `INSERT INTO pickwell.unsettled (resource, id, amount, ends_at, code)
    SELECT * FROM unnest($1::text[], $2::text[], $3::float8[], $4::float8[], $5::text[])`,
};
const ADD_CODES: Statement = {
  name: 'add_codes',
  text: `INSERT INTO pickwell.codes (pool, code, ends_at) SELECT $1, code, 0 FROM unnest($2::text[]) AS q(code)
    ON CONFLICT (pool, code) DO NOTHING RETURNING code`,
};
const POOLS: Statement = {
  name: 'pools',
  text: `SELECT substr(pool, $1::integer) AS pool, count(*) AS codes, count(*) FILTER (WHERE ends_at <= $2) AS free
    FROM pickwell.codes GROUP BY pool ORDER BY pool`,
};

interface FactRow {
  key: string;
  taken: number;
  as_of: number;
  next: number | null;
  ending: number | null;
  codes: string[];
}

/**
 * Locks resources and says what is taken of them, by the database's time where `now` is null. One round trip. A resource of which
 * more was changed than can be taken in at once is left out: what is taken of it is not known yet. Where more has ended than can be
 * looked at at once, the ones that have not been looked at still count.
 */
export async function settle(
  session: Session,
  asks: readonly ResourceAsk[],
  now: number | null,
): Promise<ResourceFact[]> {
  const sorted = [...asks].sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)));
  const keys = texts(sorted.map(({ key }) => key));
  const codes = numbers(sorted.map((ask) => ask.codes));
  const calls = [call(LOCK, keys), call(SETTLE, keys, now), call(FACTS, keys, codes)];
  const [, settled, rows] = await session.ask<[[], { key: string; taken_in: number }[], FactRow[]]>(...calls);
  const known = new Set(settled.filter((row) => row.taken_in < MOST).map(({ key }) => key));
  return rows
    .filter(({ key }) => known.has(key))
    .map(({ key, taken, as_of: asOf, next, ending, codes }) => {
      return { key, taken, asOf, next: next ?? undefined, ending: ending ?? undefined, codes };
    });
}

export const reservationsCall = (rows: readonly ReservationWrite[]): Call =>
  call(
    WRITE,
    texts(rows.map((r) => r.resource)),
    texts(rows.map((r) => r.id)),
    numbers(rows.map((r) => r.amount)),
    numbers(rows.map((r) => r.endsAt)),
    texts(rows.map((r) => r.code ?? null)),
  );

export async function addCodes(db: Database, pool: string, codes: readonly string[]): Promise<string[]> {
  // in one order, so that two uploads wait for each other in one direction only
  const added = await db.rows<{ code: string }>(ADD_CODES, poolKey(pool), texts([...codes].sort()));
  const fresh = new Set(added.map(({ code }) => code));
  return codes.filter((code) => !fresh.has(code));
}

export async function pools(db: Database, now: number): Promise<PoolCount[]> {
  return db.rows<PoolCount>(POOLS, poolKey('').length + 1, now);
}

/** Settles as a batch does, piece by piece. */
export async function taken(
  db: Database,
  keys: readonly ResourceKey[],
  now: number,
): Promise<{ key: ResourceKey; taken: number }[]> {
  const known = new Map<ResourceKey, number>();
  for (let left = [...keys]; left.length > 0; left = left.filter((key) => !known.has(key))) {
    const asks = left.map((key) => ({ key, codes: 0 }));
    const facts = await db.transaction(async (session) => ({
      calls: [],
      value: await settle(session, asks, now),
    }));
    for (const { key, taken: some, asOf } of facts) if (asOf >= now) known.set(key, some);
  }
  return keys.map((key) => ({ key, taken: known.get(key)! }));
}
