import type { OutboxItem, OutboxResult } from '../../../core/contracts/outbox.ts';
import type { OutboxAdmin } from '../../../core/contracts/store.ts';
import type { Outcome } from '../../../core/domain/outcome.ts';
import { numbers, texts } from './cells.ts';
import type { Database } from './database.ts';
import { call } from './session.ts';

/**
 * Times at which rows are due are kept in the database's time: a copy whose clock is wrong must neither hold rows back nor take
 * them early. By how much the caller's clock is behind, from what it read when it worked the other times out, since it may
 * have been set by now; nothing where its clock is taken for right.
 */
const behind = (clock: string, databaseClock: string): string =>
  `CASE WHEN ${databaseClock}::bool THEN extract(epoch FROM clock_timestamp()) * 1000 - ${clock}::float8 ELSE 0 END`;

/** Rows somebody else is claiming at this moment are passed over; the lease is the time at which a row is due again. */
const CLAIM = {
  name: 'claim',
  text: `UPDATE pickwell.outbox SET next_at = $3 + ${behind('$2', '$6')}, claimer = $5 WHERE number IN (
      SELECT number FROM pickwell.outbox WHERE destination = $1 AND state = 'pending' AND next_at <= $2 + ${behind('$2', '$6')}
      ORDER BY number LIMIT $4 FOR UPDATE SKIP LOCKED)
    RETURNING number, body, attempts, created_at`,
};
/** What was delivered stays so, whatever a claimer whose lease had ended says later. The body is not needed any more. */
const DELIVERED = {
  name: 'delivered',
  text: `UPDATE pickwell.outbox SET state = 'delivered', body = '', fault = NULL
    WHERE destination = $1 AND id = ANY($2::text[])`,
};
/** Only of those that no other copy has claimed since. */
const FAILED = {
  name: 'failed',
  text: `UPDATE pickwell.outbox AS o SET state = r.state, fault = r.fault,
      attempts = CASE r.state WHEN 'pending' THEN r.attempts::integer ELSE o.attempts END,
      next_at = CASE r.state WHEN 'pending' THEN r.next_at + ${behind('r.at', '$9')} ELSE o.next_at END
    FROM unnest($3::text[], $4::text[], $5::text[], $6::float8[], $7::float8[], $8::float8[])
      AS r(id, state, fault, attempts, next_at, at)
    WHERE o.destination = $1 AND o.id = r.id AND o.state = 'pending' AND (o.claimer IS NULL OR o.claimer = $2)`,
};
/** What was delivered stays for ever and is not counted: this is asked every few seconds. `outbox_by_person` has the rest. */
const COUNTS = {
  name: 'outbox_counts',
  text: `SELECT destination, state, count(*) AS count, min(created_at) AS "oldestAt" FROM pickwell.outbox
    WHERE state <> 'delivered' GROUP BY destination, state ORDER BY destination COLLATE "C", state COLLATE "C"`,
};
const REDRIVE = {
  name: 'redrive',
  text: `WITH revived AS (
      UPDATE pickwell.outbox SET state = 'pending', attempts = 0, next_at = 0, created_at = $2, claimer = NULL
      WHERE destination = $1 AND state = 'dead' RETURNING 1)
    SELECT count(*) AS count FROM revived`,
};

export interface Claim {
  destination: string;
  now: number;
  leaseUntil: number;
  limit: number;
  /** Whether times are kept in the database's time. */
  databaseClock: boolean;
}

export interface Settling extends Pick<Claim, 'destination' | 'databaseClock'> {
  results: readonly OutboxResult[];
}

interface ClaimedRow {
  number: number;
  body: string;
  attempts: number;
  created_at: number;
}

export async function claim(
  db: Database,
  claimer: string,
  { destination, now, leaseUntil, limit, databaseClock }: Claim,
): Promise<OutboxItem[]> {
  const rows = await db.rows<ClaimedRow>(CLAIM, destination, now, leaseUntil, limit, claimer, databaseClock);
  rows.sort((a, b) => a.number - b.number);
  return rows.map(({ body, attempts, created_at }) => {
    return { outcome: JSON.parse(body) as Outcome, destination, attempts, createdAt: created_at };
  });
}

export async function settle(
  db: Database,
  claimer: string,
  { destination, results, databaseClock }: Settling,
): Promise<void> {
  const delivered = results.filter(({ state }) => state === 'delivered');
  const failed = results.filter((result) => result.state !== 'delivered');
  const pending = failed.map((result) => (result.state === 'pending' ? result : undefined));
  await db.read(
    call(DELIVERED, destination, texts(delivered.map(({ id }) => id))),
    call(
      FAILED,
      ...[destination, claimer, texts(failed.map(({ id }) => id)), texts(failed.map(({ state }) => state))],
      texts(failed.map(({ fault }) => fault)),
      numbers(pending.map((result) => result?.attempts ?? 0)),
      numbers(pending.map((result) => result?.nextAttemptAt ?? 0)),
      numbers(failed.map(({ at }) => at)),
      databaseClock,
    ),
  );
}

export const outboxCounts = (db: Database): ReturnType<OutboxAdmin['outboxCounts']> => db.rows(COUNTS);

export async function redrive(db: Database, destination: string, now: number): Promise<number> {
  return (await db.one<{ count: number }>(REDRIVE, destination, now))!.count;
}
