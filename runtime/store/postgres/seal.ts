import type { LedgerRow } from '../../../core/contracts/ledger-row.ts';
import { chainOf } from '../ledger.ts';
import { booleans, numbers, texts } from './cells.ts';
import type { Database } from './database.ts';
import type { Entry } from './entries.ts';
import type { Call, Session } from './session.ts';
import { call } from './session.ts';

/*
 * Places in the ledger are given to what has been committed, by one copy at a time. Entries wait in a queue and leave it in
 * the transaction that gives them their places, so a batch that commits late is given later places and none is skipped. The
 * number of a batch is drawn after its persons were locked: of two batches on one person the earlier has the lower one.
 */

const WAITING = { name: 'waiting', text: 'SELECT EXISTS (SELECT 1 FROM pickwell.unsealed) AS waiting' };
/** Whoever holds this row seals. */
const HEAD = { name: 'head', text: 'SELECT seq, chain FROM pickwell.ledger_head FOR UPDATE' };
const UNSEALED = {
  name: 'next_unsealed',
  text: 'SELECT number, body FROM pickwell.unsealed ORDER BY number LIMIT $1',
};
const SEAL = {
  name: 'seal',
  text: `INSERT INTO pickwell.ledger (seq, kind, at, programme, person, ref, body, digest, chain, option, arm, learn, first)
    SELECT seq::bigint, kind, at, programme, person, ref, body, digest, chain, option, arm, learn, first
    FROM unnest($1::float8[], $2::text[], $3::float8[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
      $9::text[], $10::text[], $11::text[], $12::bool[], $13::bool[])
    AS r(seq, kind, at, programme, person, ref, body, digest, chain, option, arm, learn, first)`,
};
const TAKE = {
  name: 'take_unsealed',
  text: 'DELETE FROM pickwell.unsealed WHERE number IN (SELECT unnest($1::float8[])::bigint)',
};
const MOVE = { name: 'move_head', text: 'UPDATE pickwell.ledger_head SET seq = $1, chain = $2' };

/** Nobody asks what became of a COMMIT for longer than seconds. */
const FORGET = {
  name: 'forget_commits',
  text: `DELETE FROM pickwell.commits WHERE at < clock_timestamp() - interval '1 hour'`,
};

/** Batches sealed in one transaction: bounds what one statement writes. */
const BATCHES = 64;

type Sealed = Omit<LedgerRow, 'body'> & { entry: Entry };

/** Gives every entry that is committed its place. Rejects with Fault `unavailable`. */
export async function seal(db: Database): Promise<void> {
  const [row] = await db.rows<{ waiting: boolean }>(WAITING);
  if (!row!.waiting) return;
  while ((await db.transaction(sealing)) === BATCHES);
}

async function sealing(session: Session): Promise<{ calls: Call[]; value: number }> {
  const [[head], batches] = await session.ask<
    [{ seq: number; chain: string }[], { number: number; body: string }[]]
  >(call(HEAD), call(UNSEALED, BATCHES));
  const rows: Sealed[] = [];
  let { seq, chain } = head!;
  for (const { body } of batches) {
    for (const entry of JSON.parse(body) as Entry[]) {
      const [kind, at, programme, person, ref, digest] = entry;
      const row = { seq: ++seq, kind, at, programme, person, ref, digest };
      chain = chainOf(chain, row);
      rows.push({ ...row, chain, entry });
    }
  }
  if (rows.length === 0) return { calls: [], value: 0 };
  const taken = numbers(batches.map(({ number }) => number));
  const calls = [sealCall(rows), call(TAKE, taken), call(MOVE, seq, chain), call(FORGET)];
  return { calls, value: batches.length };
}

function sealCall(rows: readonly Sealed[]): Call {
  return call(
    SEAL,
    numbers(rows.map((r) => r.seq)),
    texts(rows.map((r) => r.kind)),
    numbers(rows.map((r) => r.at)),
    texts(rows.map((r) => r.programme)),
    texts(rows.map((r) => r.person)),
    texts(rows.map((r) => r.ref)),
    texts(rows.map((r) => r.entry[6])),
    texts(rows.map((r) => r.digest)),
    texts(rows.map((r) => r.chain)),
    texts(rows.map((r) => r.entry[7] ?? null)),
    texts(rows.map((r) => r.entry[8] ?? null)),
    booleans(rows.map((r) => r.entry[9] ?? null)),
    booleans(rows.map((r) => r.entry[10] ?? null)),
  );
}
