import type { LedgerRow } from '../../../core/contracts/ledger-row.ts';
import type {
  ArmReward,
  DecisionCount,
  DecisionFact,
  FoldWrites,
  History,
  LedgerChunk,
  ModelSnapshot,
  StoredSignal,
} from '../../../core/contracts/records.ts';
import type { Person, PersonId } from '../../../core/domain/person.ts';
import type { ProgrammeId } from '../../../core/domain/programme.ts';
import { HOUR_MS } from '../../../core/domain/programme.ts';
import { FOLD_LEASE } from '../../../core/contracts/store.ts';
import type { KnownModels, StoredModel } from '../../../core/contracts/stored-model.ts';
import type { CreditRow, HistoryAsk } from '../contexts.ts';
import { contextIn, creditOf, taughtIn } from '../contexts.ts';
import type { Lease } from '../lease.ts';
import { grant } from '../lease.ts';
import { entryOf, sha256 } from '../ledger.ts';
import { modelMarks } from '../model-marks.ts';
import { partitionOf } from '../partition.ts';
import type { Database } from './database.ts';
import { loadPerson, removePerson } from './persons.ts';
import type { Recent } from './recent.ts';
import { insertOutcomes } from './write.ts';

const POSITION = 'fold position';

export function position(db: Database): number {
  return Number(db.one<{ value: string }>('SELECT value FROM meta WHERE name = ?', POSITION)?.value ?? 0);
}

/** What is learned from in a record, in text. */
export interface TaughtRow {
  context: string | null;
  planned: string | null;
  pieces: string | null;
}

type CountRow = Omit<DecisionCount, 'learn' | 'first' | keyof TaughtRow> &
  TaughtRow & { learn: number; first: number };

interface LedgerAsk {
  after: number;
  limit: number;
  /** Programmes that learn from the context. */
  contextual?: readonly ProgrammeId[] | undefined;
}

/** Decisions are counted by who remembers them, or else where they lie; the rest, which is less by far, comes row by row. */
export function readLedger(
  db: Database,
  { after, limit, contextual = [] }: LedgerAsk,
  recent: Recent,
): LedgerChunk {
  const sql = 'SELECT coalesce(max(seq), ?1) AS upTo FROM ledger WHERE seq > ?1 AND seq <= ?1 + ?2';
  const { upTo } = db.one<{ upTo: number }>(sql, after, limit)!;
  const rows = db.all<LedgerRow>(
    `SELECT seq, kind, at, person, ref, body FROM ledger
     WHERE seq > ? AND seq <= ? AND kind <> 'decision' ORDER BY seq`,
    after,
    upTo,
  );
  const decisions = recent.counts(after, upTo, contextual) ?? countsOf(db, { after, upTo, contextual });
  return { upTo, decisions, entries: rows.map(entryOf) };
}

function countsOf(
  db: Database,
  { after, upTo, contextual }: { after: number; upTo: number; contextual: readonly ProgrammeId[] },
): DecisionCount[] {
  const told = 'programme IN (SELECT value FROM json_each(?3))';
  const counts = db.all<CountRow>(
    `SELECT programme, option, arm, learn, first, count(*) AS count, CAST(at / ${HOUR_MS} AS INTEGER) AS hour,
       CASE WHEN ${told} THEN json_extract(record, '$.context') END AS context,
       CASE WHEN ${told} THEN json_extract(record, '$.timing.planned') END AS planned,
       CASE WHEN ${told} THEN json_extract(record, '$.pieces') END AS pieces
     FROM decisions WHERE seq > ?1 AND seq <= ?2
     GROUP BY programme, option, arm, learn, first, context, hour, planned, pieces`,
    after,
    upTo,
    JSON.stringify(contextual),
  );
  return counts.map(countOf);
}

const countOf = ({ learn, first, context, planned, pieces, ...row }: CountRow): DecisionCount => ({
  ...row,
  learn: learn === 1,
  first: first === 1,
  ...(context !== null && { context: contextIn(context) }),
  ...taughtIn({ planned, pieces }),
});

/** History of every person asked for, once for all ids that were merged into one. */
export function histories(
  db: Database,
  persons: readonly PersonId[],
  { signals, contextual = [] }: HistoryAsk = {},
): History[] {
  const known = new Map(
    persons.flatMap((id) => loadPerson(db, id) ?? []).map((person) => [person.id, person]),
  );
  return [...known.values()].map((person) => history(db, person, { signals, contextual }));
}

/** Those of some persons whose history has credits. */
export function credited(db: Database, persons: readonly PersonId[]): PersonId[] {
  const any = (id: PersonId): boolean =>
    db.one<unknown>('SELECT 1 FROM credits WHERE person = ? LIMIT 1', id) !== undefined;
  return persons.filter((id) => loadPerson(db, id)?.members.some(any) === true);
}

export const CREDITS_OF =
  'SELECT decision, programme, person, signal, worth, delay FROM credits WHERE person = ?';

function history(db: Database, person: Person, { signals: names, contextual = [] }: HistoryAsk): History {
  const each = <Row>(sql: string, ...rest: string[]): Row[] =>
    person.members.flatMap((member) => db.all<Row>(sql, member, ...rest));
  const signals =
    names === undefined
      ? each<{ body: string }>('SELECT body FROM signals WHERE person = ?')
      : each<{ body: string }>(
          'SELECT body FROM signals WHERE person = ? AND name IN (SELECT value FROM json_each(?))',
          JSON.stringify(names),
        );
  return {
    person: person.id,
    aliases: person.aliases,
    arms: person.arms,
    decisions: each<FactRow>(
      `SELECT id, programme, person, at, option, arm, learn, json_extract(record, '$.send') AS send,
         CASE WHEN programme IN (SELECT value FROM json_each(?2)) THEN json_extract(record, '$.context') END AS context,
         CASE WHEN programme IN (SELECT value FROM json_each(?2)) THEN json_extract(record, '$.sendAt') END AS sendAt,
         CASE WHEN programme IN (SELECT value FROM json_each(?2)) THEN json_extract(record, '$.timing.planned') END AS planned,
         CASE WHEN programme IN (SELECT value FROM json_each(?2)) THEN json_extract(record, '$.pieces') END AS pieces
       FROM decisions WHERE person = ?1`,
      JSON.stringify(contextual),
    ).map(factOf),
    signals: signals.map(({ body }) => JSON.parse(body) as StoredSignal),
    credits: each<CreditRow>(CREDITS_OF).map(creditOf),
    rewards: each<ArmReward>('SELECT person, programme, arm, reward FROM rewards WHERE person = ?'),
  };
}

type FactRow = Omit<DecisionFact, 'learn' | 'sendAt' | keyof TaughtRow> &
  TaughtRow & { learn: number; sendAt: number | null };

const factOf = ({ context, sendAt, planned, pieces, ...row }: FactRow): DecisionFact => ({
  ...row,
  learn: row.learn === 1,
  send: row.send ?? undefined,
  ...(context !== null && { context: contextIn(context) }),
  ...(sendAt !== null && { sendAt }),
  ...taughtIn({ planned, pieces }),
});

const LEASE = 'lease ';

function held(db: Database, name: string): Lease | undefined {
  const row = db.one<{ value: string }>('SELECT value FROM meta WHERE name = ?', LEASE + name);
  return row && (JSON.parse(row.value) as Lease);
}

/** Takes or keeps a lease in the caller's transaction. */
export function lease(db: Database, name: string, ask: { holder: string; ttlMs: number }): number | null {
  const granted = grant(held(db, name), { ...ask, now: Date.now() });
  if (!granted) return null;
  db.run('INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)', LEASE + name, JSON.stringify(granted));
  return granted.epoch;
}

/** Ends all leases: who had them can write no more. Their epochs go on. */
export function endLeases(db: Database): void {
  for (const { name, value } of db.all<{ name: string; value: string }>(
    "SELECT name, value FROM meta WHERE name LIKE 'lease %'",
  )) {
    const ended: Lease = { ...(JSON.parse(value) as Lease), until: 0 };
    db.run('UPDATE meta SET value = ? WHERE name = ?', JSON.stringify(ended), name);
  }
}

/** Writes a fold in the caller's transaction; null when somebody else folded since. */
export function commitFold(db: Database, writes: FoldWrites): ModelSnapshot[] | null {
  if (position(db) !== writes.expected) return null;
  if (writes.epoch !== undefined && held(db, FOLD_LEASE)?.epoch !== writes.epoch) return null;
  for (const c of writes.credits) {
    db.run(
      `INSERT INTO credits (person, p, decision, signal, programme, worth, delay) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (person, decision, signal, p) DO UPDATE SET worth = excluded.worth, delay = excluded.delay`,
      ...[c.person, partitionOf(c.person), c.decision, c.signal, c.programme, c.worth, c.delay ?? null],
    );
  }
  for (const { person, decision, signal } of writes.removedCredits) {
    const values = [person, decision, signal];
    db.run('DELETE FROM credits WHERE person = ? AND decision = ? AND signal = ?', ...values);
  }
  for (const { person, programme } of writes.removedRewards) {
    db.run('DELETE FROM rewards WHERE person = ? AND programme = ?', person, programme);
  }
  for (const { person, programme, arm, reward } of writes.rewards) {
    db.run(
      'INSERT INTO rewards (person, p, programme, arm, reward) VALUES (?, ?, ?, ?, ?)',
      ...[person, partitionOf(person), programme, arm, reward],
    );
  }
  insertOutcomes(db, writes.outcomes);
  for (const person of writes.forgotten) removePerson(db, person);
  db.run('INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)', POSITION, String(writes.position));
  return writes.snapshots.map((snapshot) => saveModel(db, snapshot));
}

function saveModel(db: Database, snapshot: FoldWrites['snapshots'][number]): ModelSnapshot {
  const { programme, position: at, state } = snapshot;
  const { last } = db.one<{ last: number }>(
    `SELECT max(coalesce((SELECT max(version) FROM model_versions WHERE programme = ?1), 0),
       coalesce((SELECT version FROM models WHERE programme = ?1), 0)) AS last`,
    programme,
  )!;
  const model = { programme, version: last + 1, position: at, hash: sha256(state), state };
  db.run(
    'INSERT OR REPLACE INTO models (programme, version, position, hash, state) VALUES (?, ?, ?, ?, ?)',
    ...[programme, model.version, at, model.hash, state],
  );
  db.run(
    'INSERT INTO model_versions (programme, version, position, hash) VALUES (?, ?, ?, ?)',
    ...[programme, model.version, at, model.hash],
  );
  return model;
}

export const models = (db: Database, known: KnownModels = new Map()): StoredModel[] =>
  db.all(
    `SELECT own AS programme, coalesce(version, 0) AS version, coalesce(position, 0) AS position, coalesce(hash, '') AS hash,
       coalesce(state, '') AS state, max(coalesce(version, 0), coalesce(written, 0)) AS last
     FROM (SELECT own, (SELECT max(version) FROM model_versions WHERE programme = own) AS written
       FROM (SELECT id AS own FROM programmes UNION SELECT programme FROM models)) LEFT JOIN models ON programme = own
     WHERE coalesce(version, written) IS NOT NULL
       AND version || ' ' || hash IS NOT (SELECT value FROM json_each(?) WHERE key = own)`,
    modelMarks(known),
  );
