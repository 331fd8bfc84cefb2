import type {
  ArmReward,
  Credit,
  DecisionFact,
  FoldWrites,
  History,
  HistoryAsk,
  LedgerEntry,
  LedgerRow,
  ModelSnapshot,
  StoredSignal,
} from '../../../core/contracts/store.ts';
import type { Arm } from '../../../core/domain/arm.ts';
import type { PersonId } from '../../../core/domain/person.ts';
import { entryOf, sha256 } from '../ledger.ts';
import { partitionOf } from '../partition.ts';
import type { Database } from './database.ts';
import { addOutcome } from './outbox.ts';
import { loadPerson, removePerson, rootOf } from './persons.ts';

const POSITION = 'fold position';

export function position(db: Database): number {
  return Number(db.one<{ value: string }>('SELECT value FROM meta WHERE name = ?', POSITION)?.value ?? 0);
}

type EntryRow = Pick<LedgerRow, 'seq' | 'kind' | 'at' | 'programme' | 'person' | 'body'> & {
  option: string | null;
  arm: Arm | null;
  learn: number | null;
  first: number | null;
};

export function readLedger(db: Database, after: number, limit: number): LedgerEntry[] {
  const rows = db.all<EntryRow>(
    `SELECT l.seq, l.kind, l.at, l.programme, l.person, l.body, d.option, d.arm, d.learn, d.first
     FROM ledger l LEFT JOIN decisions d ON d.seq = l.seq
     WHERE l.seq > ? ORDER BY l.seq LIMIT ?`,
    after,
    limit,
  );
  return rows.map(({ option, arm, learn, first, ...row }) => ({
    ...entryOf(row),
    option: option ?? undefined,
    arm: arm ?? undefined,
    learn: learn === 1,
    first: first === 1,
  }));
}

/** History of every person asked for, once for all ids that were merged into one. */
export function histories(db: Database, asks: readonly HistoryAsk[]): History[] {
  const spans = new Map<PersonId, HistoryAsk>();
  for (const { person, from, to } of asks) {
    const root = rootOf(db, person);
    const span = spans.get(root);
    spans.set(root, { person: root, from: Math.min(from, span?.from ?? from), to: Math.max(to, span?.to ?? to) });
  }
  return [...spans.values()].flatMap((span) => history(db, span) ?? []);
}

function history(db: Database, { person: id, from, to }: HistoryAsk): History | undefined {
  const person = loadPerson(db, id);
  if (!person) return undefined;
  const of = <Row>(sql: string, member: string, ...rest: number[]): Row[] =>
    db.all<Row>(sql, partitionOf(member), member, ...rest);
  const each = <Row>(sql: string, ...rest: number[]): Row[] =>
    person.members.flatMap((member) => of<Row>(sql, member, ...rest));
  return {
    person: id,
    aliases: person.aliases,
    arms: person.arms,
    decisions: each<Omit<DecisionFact, 'learn'> & { learn: number }>(
      `SELECT id, json_extract(record, '$.programme') AS programme, person, at, option, arm, learn,
         json_extract(record, '$.send') AS send
       FROM decisions WHERE p = ? AND person = ? AND at BETWEEN ? AND ?`,
      from,
      to,
    ).map((row) => ({ ...row, learn: row.learn === 1, send: row.send ?? undefined })),
    signals: each<{ body: string }>(
      'SELECT body FROM signals WHERE p = ? AND person = ? AND at BETWEEN ? AND ?',
      from,
      to,
    ).map(({ body }) => JSON.parse(body) as StoredSignal),
    credits: each<Credit>('SELECT decision, programme, person, signal, worth FROM credits WHERE p = ? AND person = ?'),
    rewards: each<ArmReward>('SELECT person, programme, arm, reward FROM rewards WHERE p = ? AND person = ?'),
  };
}

/** Writes a fold in the caller's transaction; null when somebody else folded since. */
export function commitFold(db: Database, writes: FoldWrites): ModelSnapshot[] | null {
  if (position(db) !== writes.expected) return null;
  for (const c of writes.credits) {
    db.run(
      `INSERT INTO credits (p, person, decision, signal, programme, worth) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (p, person, decision, signal) DO UPDATE SET worth = excluded.worth`,
      ...[partitionOf(c.person), c.person, c.decision, c.signal, c.programme, c.worth],
    );
  }
  for (const { person, decision, signal } of writes.removedCredits) {
    const values = [partitionOf(person), person, decision, signal];
    db.run('DELETE FROM credits WHERE p = ? AND person = ? AND decision = ? AND signal = ?', ...values);
  }
  for (const { person, programme } of writes.removedRewards) {
    db.run('DELETE FROM rewards WHERE p = ? AND person = ? AND programme = ?', partitionOf(person), person, programme);
  }
  for (const { person, programme, arm, reward } of writes.rewards) {
    db.run(
      'INSERT INTO rewards (p, person, programme, arm, reward) VALUES (?, ?, ?, ?, ?)',
      ...[partitionOf(person), person, programme, arm, reward],
    );
  }
  for (const outcome of writes.outcomes) addOutcome(db, outcome);
  for (const person of writes.forgotten) removePerson(db, person);
  db.run('INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)', POSITION, String(writes.position));
  return writes.snapshots.map((snapshot) => saveModel(db, snapshot));
}

function saveModel(db: Database, snapshot: FoldWrites['snapshots'][number]): ModelSnapshot {
  const { programme, position: at, state } = snapshot;
  const last = db.one<{ version: number }>('SELECT version FROM models WHERE programme = ?', programme);
  const model = { programme, version: (last?.version ?? 0) + 1, position: at, hash: sha256(state), state };
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

export const models = (db: Database): ModelSnapshot[] =>
  db.all('SELECT programme, version, position, hash, state FROM models');
