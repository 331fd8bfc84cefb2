import type { LedgerRow } from '../../../core/contracts/ledger-row.ts';
import type { Credit, StoredSignal } from '../../../core/contracts/records.ts';
import type { ReadStore } from '../../../core/contracts/store.ts';
import type { StoredKey } from '../../../core/contracts/key-store.ts';
import type { Decision } from '../../../core/domain/decision.ts';
import type { Alias } from '../../../core/domain/person.ts';
import type { Programme } from '../../../core/domain/programme.ts';
import type { Database } from './database.ts';
import { nextBefore, STRETCH } from '../stretch.ts';
import { appendLedger, ledgerEnd } from './write.ts';
import type { CreditRow } from '../contexts.ts';
import { creditOf } from '../contexts.ts';
import { CREDITS_OF, histories } from './learn.ts';
import { loadPerson, personBehind } from './persons.ts';

type Read<Name extends keyof ReadStore> = Awaited<ReturnType<ReadStore[Name]>>;

export function decision(db: Database, id: string): Read<'decision'> {
  const row = db.one<{ record: string; person: string; seq: number }>(
    'SELECT record, person, seq FROM decisions WHERE id = ?',
    id,
  );
  if (!row) return null;
  const [history] = histories(db, [row.person]);
  const credits = (history?.credits ?? []).filter((credit) => credit.decision === id);
  const names = new Set(credits.map((credit) => credit.signal));
  const signals = (history?.signals ?? []).filter((s) => s.decisionId === id || names.has(s.name));
  return { decision: JSON.parse(row.record) as Decision, seq: row.seq, credits, signals };
}

/** Looks at `STRETCH` places of the ledger at most: of a programme that is seldom asked there may be few in a long time. */
export function decisionsOf(
  db: Database,
  programme: string,
  { before, limit }: { before: number; limit: number },
): Read<'decisionsOf'> {
  const end = Math.min(before, ledgerEnd(db).seq + 1);
  const from = Math.max(1, end - STRETCH);
  const rows = db.all<{ seq: number; record: string; person: string; id: string }>(
    `SELECT seq, record, person, id FROM decisions WHERE seq >= ? AND seq < ? AND programme = ?
     ORDER BY seq DESC LIMIT ?`,
    ...[from, end, programme, limit],
  );
  const decisions = rows.map(({ record, person: owner, id }) => ({
    decision: JSON.parse(record) as Decision,
    credits: db.all<{ signal: string; worth: number }>(
      'SELECT signal, worth FROM credits WHERE person = ? AND decision = ?',
      ...[owner, id],
    ),
  }));
  return { decisions, next: nextBefore(rows, limit, from) };
}

export function profiles(db: Database, ids: readonly string[]): Read<'profiles'> {
  const found = ids.flatMap((id) => loadPerson(db, id) ?? []);
  return [...new Map(found.map((one) => [one.id, one])).values()];
}

export function person(db: Database, alias: Alias): Read<'person'> {
  const found = personBehind(db, alias);
  if (!found) return null;
  const decisions: Decision[] = [];
  const signals: StoredSignal[] = [];
  const credits: Credit[] = [];
  for (const member of found.members) {
    decisions.push(...bodies<Decision>(db, 'SELECT record AS body FROM decisions WHERE person = ?', member));
    signals.push(...bodies<StoredSignal>(db, 'SELECT body FROM signals WHERE person = ?', member));
    credits.push(...db.all<CreditRow>(CREDITS_OF, member).map(creditOf));
  }
  return { person: found, decisions, signals, credits };
}

const bodies = <T>(db: Database, sql: string, value: string): T[] =>
  db.all<{ body: string }>(sql, value).map(({ body }) => JSON.parse(body) as T);

/** The bodies of decisions and signals are in their own tables: what is changed there no longer has the digest chained. */
export const ledger = (db: Database, from: number, limit: number): LedgerRow[] =>
  db.all(
    `SELECT l.seq, l.kind, l.at, l.programme, l.person, l.ref, coalesce(l.body, d.record, s.body) AS body,
       l.digest, l.chain
     FROM ledger l
     LEFT JOIN decisions d ON l.kind = 'decision' AND d.seq = l.seq
     LEFT JOIN signals s ON l.kind = 'signal' AND s.person = l.person AND s.at = l.at
       -- only the reference of a signal is JSON
       AND s.name = CASE l.kind WHEN 'signal' THEN l.ref ->> '$[2]' END
       AND s.body ->> '$.source' = l.ref ->> '$[0]' AND s.body ->> '$.id' = l.ref ->> '$[1]'
     WHERE l.seq >= ? ORDER BY l.seq LIMIT ?`,
    from,
    limit,
  );

export function counts(db: Database): Record<string, number> {
  const row = db.one<Record<string, number>>(`SELECT
    (SELECT count(*) FROM decisions) AS decisions, (SELECT count(*) FROM signals) AS signals,
    (SELECT count(*) FROM persons WHERE root = id) AS persons, (SELECT count(*) FROM seen) AS events,
    (SELECT coalesce(max(seq), 0) FROM ledger) AS ledger`);
  return { ...row };
}

export const programmes = (db: Database): Programme[] =>
  db
    .all<{ body: string }>(
      `SELECT body FROM programmes AS p WHERE version = (SELECT max(version) FROM programmes WHERE id = p.id) ORDER BY id`,
    )
    .map(({ body }) => JSON.parse(body) as Programme);

export function programmeVersion(db: Database, id: string, version: number): Programme | null {
  const sql = 'SELECT body FROM programmes WHERE id = ? AND version = ?';
  const row = db.one<{ body: string }>(sql, id, version);
  return row ? (JSON.parse(row.body) as Programme) : null;
}

/** Saves the next version in the caller's transaction, in the ledger too. */
export function saveProgramme(db: Database, programme: Programme, expected: number, at: number): boolean {
  const last = db.one<{ version: number | null }>(
    'SELECT max(version) AS version FROM programmes WHERE id = ?',
    programme.id,
  );
  if ((last?.version ?? 0) !== expected) return false;
  const body = JSON.stringify({ ...programme, version: expected + 1 });
  const { id } = programme;
  db.run('INSERT INTO programmes (id, version, at, body) VALUES (?, ?, ?, ?)', id, expected + 1, at, body);
  appendLedger(db, [
    { kind: 'programme', at, programme: id, person: null, ref: `${id}@${expected + 1}`, body, inline: true },
  ]);
  return true;
}

export const keys = (db: Database): StoredKey[] =>
  db
    .all<{ body: string }>('SELECT body FROM keys ORDER BY id')
    .map(({ body }) => JSON.parse(body) as StoredKey);

export function saveKey(db: Database, key: StoredKey): void {
  db.run('INSERT OR REPLACE INTO keys (id, body) VALUES (?, ?)', key.id, JSON.stringify(key));
}

export function meta(db: Database, name: string, initial: string): string {
  db.run('INSERT OR IGNORE INTO meta (name, value) VALUES (?, ?)', name, initial);
  return db.one<{ value: string }>('SELECT value FROM meta WHERE name = ?', name)!.value;
}
