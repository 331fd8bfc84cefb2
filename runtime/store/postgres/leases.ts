import type { Database } from './database.ts';

/** Kept from changing until the transaction that asked is over. */
export const HELD = { name: 'held', text: 'SELECT epoch FROM pickwell.leases WHERE name = $1 FOR SHARE' };

/** The epoch grows when the holder changes. Time is the database's, because clocks of copies differ. */
const TAKE = {
  name: 'take_lease',
  text: `INSERT INTO pickwell.leases AS l (name, holder, epoch, ends_at)
    VALUES ($1, $2, 1, clock_timestamp() + $3 * interval '1 ms')
    ON CONFLICT (name) DO UPDATE SET
      holder = excluded.holder, ends_at = excluded.ends_at,
      epoch = l.epoch + CASE WHEN l.holder = excluded.holder THEN 0 ELSE 1 END
    WHERE l.holder = excluded.holder OR l.ends_at <= clock_timestamp()
    RETURNING epoch`,
};

export async function lease(
  db: Database,
  name: string,
  holder: string,
  ttlMs: number,
): Promise<number | null> {
  return (await db.one<{ epoch: number }>(TAKE, name, holder, ttlMs))?.epoch ?? null;
}
