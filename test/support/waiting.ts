import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';

/** Until so many connections to a database wait for a lock. */
export async function untilWaiting(client: pg.Client, count: number): Promise<void> {
  for (let waiting = 0; waiting < count; await sleep(10)) {
    // a transaction sees what it once saw of others
    await client.query('SELECT pg_stat_clear_snapshot()');
    const found = await client.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    waiting = found.rowCount ?? 0;
  }
}
