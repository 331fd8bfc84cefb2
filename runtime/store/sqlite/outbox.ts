import type { OutboxItem, OutboxResult } from '../../../core/contracts/outbox.ts';
import type { OutboxCount } from '../../../core/contracts/store.ts';
import type { Outcome } from '../../../core/domain/outcome.ts';
import type { Database } from './database.ts';

export interface Claim {
  destination: string;
  now: number;
  leaseUntil: number;
  limit: number;
}

/** Row of `meta` with what the clock showed when it was last worked out when a row is due, ms since 1970. */
export const CLOCK = 'outbox clock';

function lastShown(db: Database): number | undefined {
  const row = db.one<{ value: string }>('SELECT value FROM meta WHERE name = ?', CLOCK);
  return row && Number(row.value);
}

const show = (db: Database, now: number): void =>
  void db.run('INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)', CLOCK, String(now));

/** Where the clock was set back, rows wait for as long as they would have, and not until it shows that time again. */
function followClock(db: Database, now: number): void {
  const before = lastShown(db);
  if (before === undefined || before <= now) return;
  const sql = `UPDATE outbox SET next_at = next_at - ?1 WHERE state = 'pending' AND next_at > ?2`;
  db.run(sql, before - now, now);
  show(db, now);
}

/** Leases due rows by moving the time at which they are due again. */
export function claim(db: Database, { destination, now, leaseUntil, limit }: Claim): OutboxItem[] {
  followClock(db, now);
  const rows = db.all<{ number: number; body: string; attempts: number; created_at: number }>(
    `SELECT number, body, attempts, created_at FROM outbox
     WHERE destination = ? AND state = 'pending' AND next_at <= ? ORDER BY number LIMIT ?`,
    ...[destination, now, limit],
  );
  if (rows.length > 0) show(db, now);
  for (const { number } of rows)
    db.run('UPDATE outbox SET next_at = ?, leased = 1 WHERE number = ?', leaseUntil, number);
  return rows.map(({ body, attempts, created_at }) => {
    return { outcome: JSON.parse(body) as Outcome, destination, attempts, createdAt: created_at };
  });
}

/** What was delivered stays so, whatever a claimer whose lease had ended says later. */
export function settle(db: Database, destination: string, results: readonly OutboxResult[]): void {
  const shown = Math.max(...results.map(({ state, at }) => (state === 'pending' ? at : -Infinity)));
  if (shown > (lastShown(db) ?? -Infinity)) show(db, shown);
  for (const result of results) {
    if (result.state === 'pending') {
      db.run(
        `UPDATE outbox SET attempts = ?, next_at = ?, leased = 0, fault = ? WHERE destination = ? AND id = ? AND state = 'pending'`,
        ...[result.attempts, result.nextAttemptAt, result.fault, destination, result.id],
      );
    } else if (result.state === 'delivered') {
      // the row stays so that the outcome is never added again; what it said is not needed any more
      db.run(
        `UPDATE outbox SET state = 'delivered', body = '', fault = NULL WHERE destination = ? AND id = ?`,
        ...[destination, result.id],
      );
    } else {
      db.run(
        `UPDATE outbox SET state = 'dead', fault = ? WHERE destination = ? AND id = ? AND state = 'pending'`,
        ...[result.fault, destination, result.id],
      );
    }
  }
}

export function recoverClaims(db: Database): void {
  db.run(`UPDATE outbox SET next_at = 0, leased = 0 WHERE state = 'pending' AND leased = 1`);
}

/** What was delivered stays for ever and is not counted: this is asked every few seconds, on the thread that decides. */
export function outboxCounts(db: Database): OutboxCount[] {
  return db.all(
    `SELECT destination, state, count(*) AS count, min(created_at) AS oldestAt FROM outbox
     WHERE state <> 'delivered' GROUP BY destination, state ORDER BY destination, state`,
  );
}

export function redrive(db: Database, destination: string, now: number): number {
  return db.run(
    `UPDATE outbox SET state = 'pending', attempts = 0, next_at = 0, created_at = ? WHERE destination = ? AND state = 'dead'`,
    ...[now, destination],
  );
}
