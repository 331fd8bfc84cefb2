import type {
  PoolCount,
  ReservationWrite,
  ResourceAsk,
  ResourceFact,
} from '../../../core/contracts/resources.ts';
import type { ResourceKey } from '../../../core/domain/resource.ts';
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

/**
 * Takes in what was written since the resources were last locked, and works out what is taken by now: from what was taken then, what
 * has ended in between (or had, where a clock went back), and what was changed. `last` is what each changed reservation is
 * by now; `reservations` are what they were, because all parts of a statement see the tables as they were before it.
 */
const SETTLE: Statement = {
  name: 'settle_resources',
  text: `WITH clock AS MATERIALIZED (
      SELECT coalesce($2::float8, floor(extract(epoch FROM clock_timestamp()) * 1000)) AS now),
    drained AS (DELETE FROM pickwell.unsettled WHERE resource = ANY($1::text[]) RETURNING *),
    last AS MATERIALIZED (
      SELECT DISTINCT ON (resource, id) resource, id, amount, ends_at, code FROM drained
      ORDER BY resource, id, number DESC),
    saved AS (
      INSERT INTO pickwell.reservations (resource, id, amount, ends_at, code)
      SELECT resource, id, amount, ends_at, code FROM last
      ON CONFLICT (resource, id) DO UPDATE
      SET amount = excluded.amount, ends_at = excluded.ends_at, code = excluded.code),
    held AS (
      SELECT resource, code, ends_at FROM last WHERE code IS NOT NULL
      UNION ALL
      SELECT o.resource, o.code, o.ends_at
      FROM (SELECT DISTINCT resource, code FROM last WHERE code IS NOT NULL) AS t
      JOIN pickwell.reservations o ON o.resource = t.resource AND o.code = t.code
      WHERE NOT EXISTS (SELECT 1 FROM last l WHERE l.resource = o.resource AND l.id = o.id)),
    coded AS (
      UPDATE pickwell.codes AS c SET ends_at = m.ends_at
      FROM (SELECT resource, code, max(ends_at) AS ends_at FROM held GROUP BY resource, code) AS m
      WHERE c.pool = m.resource AND c.code = m.code)
    UPDATE pickwell.resources AS r SET as_of = clock.now, taken = r.taken
      + coalesce((SELECT sum(o.amount) FROM pickwell.reservations o
          WHERE o.resource = r.key AND o.ends_at > clock.now AND o.ends_at <= r.as_of), 0)
      - coalesce((SELECT sum(o.amount) FROM pickwell.reservations o
          WHERE o.resource = r.key AND o.ends_at > r.as_of AND o.ends_at <= clock.now), 0)
      - coalesce((SELECT sum(o.amount) FROM last l
          JOIN pickwell.reservations o ON o.resource = l.resource AND o.id = l.id
          WHERE l.resource = r.key AND o.ends_at > clock.now), 0)
      + coalesce((SELECT sum(l.amount) FROM last l WHERE l.resource = r.key AND l.ends_at > clock.now), 0)
    FROM clock WHERE r.key = ANY($1::text[])`,
};

const FACTS: Statement = {
  name: 'resource_facts',
  text: `SELECT r.key, r.taken, r.as_of,
      (SELECT min(o.ends_at) FROM pickwell.reservations o WHERE o.resource = r.key AND o.ends_at > r.as_of) AS next,
      ARRAY(SELECT c.code FROM pickwell.codes c WHERE c.pool = r.key AND c.ends_at <= r.as_of
        ORDER BY c.ends_at, c.number LIMIT q.codes::bigint) AS codes
    FROM unnest($1::text[], $2::float8[]) AS q(key, codes) JOIN pickwell.resources r ON r.key = q.key`,
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
  codes: string[];
}

/** Locks resources and says what is taken of them, by the database's time where `now` is null. One round trip. */
export async function settle(
  session: Session,
  asks: readonly ResourceAsk[],
  now: number | null,
): Promise<ResourceFact[]> {
  const sorted = [...asks].sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)));
  const keys = texts(sorted.map(({ key }) => key));
  const codes = numbers(sorted.map((ask) => ask.codes));
  const calls = [call(LOCK, keys), call(SETTLE, keys, now), call(FACTS, keys, codes)];
  const [, , rows] = await session.ask<[[], [], FactRow[]]>(...calls);
  return rows.map(({ key, taken, as_of: asOf, next, codes }) => {
    return { key, taken, asOf, next: next ?? undefined, codes };
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

/** Settles as a batch does, so that asking never costs more than what has changed. */
export function taken(
  db: Database,
  keys: readonly ResourceKey[],
  now: number,
): Promise<{ key: ResourceKey; taken: number }[]> {
  return db.transaction(async (session) => {
    const facts = await settle(
      session,
      keys.map((key) => ({ key, codes: 0 })),
      now,
    );
    const known = new Map(facts.map((fact) => [fact.key, fact.taken]));
    return { calls: [], value: keys.map((key) => ({ key, taken: known.get(key) ?? 0 })) };
  });
}
