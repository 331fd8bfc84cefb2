import type {
  PoolCount,
  ReservationWrite,
  ResourceAsk,
  ResourceFact,
} from '../../../core/contracts/resources.ts';
import type { ResourceKey } from '../../../core/domain/resource.ts';
import { NEVER } from '../../../core/domain/resource.ts';
import { poolKey } from '../../../core/guardrails/needs.ts';
import type { Database } from './database.ts';

/** Sum of what has not ended at `as_of`. */
interface Settled {
  taken: number;
  as_of: number;
}

const settledOf = (db: Database, key: ResourceKey): Settled =>
  db.one<Settled>('SELECT taken, as_of FROM resources WHERE key = ?', key) ?? { taken: 0, as_of: 0 };

function save(db: Database, key: ResourceKey, { taken, as_of }: Settled): void {
  db.run('INSERT OR REPLACE INTO resources (key, taken, as_of) VALUES (?, ?, ?)', key, taken, as_of);
}

/** Sum of what ends after one moment and not after another, ms since 1970. */
function endingBetween(db: Database, key: ResourceKey, after: number, upTo: number): number {
  const sql =
    'SELECT coalesce(sum(amount), 0) AS amount FROM reservations WHERE resource = ? AND ends_at > ? AND ends_at <= ?';
  return db.one<{ amount: number }>(sql, key, after, upTo)!.amount;
}

/** What is taken at `now`: looks only at what has ended since it was last asked, or, where a clock went back, what had. */
function settledAt(db: Database, key: ResourceKey, now: number): Settled {
  const { taken, as_of } = settledOf(db, key);
  const moved = now >= as_of ? -endingBetween(db, key, as_of, now) : endingBetween(db, key, now, as_of);
  return { taken: taken + moved, as_of: now };
}

export function loadResource(db: Database, { key, codes }: ResourceAsk, now: number): ResourceFact {
  const settled = settledAt(db, key, now);
  save(db, key, settled);
  const next =
    db.one<{ at: number | null }>(
      'SELECT min(ends_at) AS at FROM reservations WHERE resource = ? AND ends_at > ?',
      ...[key, now],
    )?.at ?? undefined;
  // what never ends is not added up: that may be all that was ever taken
  const ending = next === undefined || next === NEVER ? undefined : endingBetween(db, key, next - 1, next);
  const free = db.all<{ code: string }>(
    'SELECT code FROM codes WHERE pool = ? AND ends_at <= ? ORDER BY ends_at, number LIMIT ?',
    ...[key, now, codes],
  );
  const facts = { key, taken: settled.taken, asOf: now, next, ending };
  return { ...facts, codes: free.map(({ code }) => code) };
}

export function saveReservation(
  db: Database,
  { resource, id, amount, endsAt, code }: ReservationWrite,
): void {
  const { taken, as_of } = settledOf(db, resource);
  const old = db.one<{ amount: number; ends_at: number }>(
    'SELECT amount, ends_at FROM reservations WHERE resource = ? AND id = ?',
    ...[resource, id],
  );
  const before = old && old.ends_at > as_of ? old.amount : 0;
  save(db, resource, { taken: taken - before + (endsAt > as_of ? amount : 0), as_of });
  db.run(
    'INSERT OR REPLACE INTO reservations (resource, id, amount, ends_at, code) VALUES (?, ?, ?, ?, ?)',
    ...[resource, id, amount, endsAt, code ?? null],
  );
  if (code === undefined) return;
  // one that lapsed may have been handed out again before it turned out to have been sent
  db.run(
    `UPDATE codes SET ends_at = (SELECT max(ends_at) FROM reservations WHERE resource = ?1 AND code = ?2)
     WHERE pool = ?1 AND code = ?2`,
    ...[resource, code],
  );
}

export function addCodes(db: Database, pool: string, codes: readonly string[]): string[] {
  const sql = `INSERT INTO codes (pool, code, ends_at) VALUES (?, ?, 0) ON CONFLICT DO NOTHING`;
  return codes.filter((code) => db.run(sql, poolKey(pool), code) === 0);
}

export const pools = (db: Database, now: number): PoolCount[] =>
  db.all<PoolCount>(
    `SELECT substr(pool, ?1) AS pool, count(*) AS codes, count(*) FILTER (WHERE ends_at <= ?2) AS free
     FROM codes GROUP BY pool ORDER BY pool`,
    ...[poolKey('').length + 1, now],
  );

export const taken = (
  db: Database,
  keys: readonly ResourceKey[],
  now: number,
): { key: ResourceKey; taken: number }[] =>
  keys.map((key) => ({ key, taken: settledAt(db, key, now).taken }));
