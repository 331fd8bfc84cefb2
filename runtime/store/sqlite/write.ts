import type { Contact, NewDecision, NewOutcome, WorkWrites } from '../../../core/contracts/records.ts';
import type { Person } from '../../../core/domain/person.ts';
import { contactDetail } from '../contact-detail.ts';
import type { LedgerDraft } from '../ledger.ts';
import { chainOf, draftsAfterDecisions, GENESIS, sha256 } from '../ledger.ts';
import { partitionOf } from '../partition.ts';
import type { Database } from './database.ts';
import { emptyPerson } from './persons.ts';
import { saveReservation } from './resources.ts';

/** Writes what a batch caused. Runs inside the caller's transaction. */
export function write(db: Database, writes: WorkWrites): void {
  for (const { alias, person } of writes.aliases)
    db.run('INSERT OR REPLACE INTO aliases (alias, person) VALUES (?, ?)', alias, person);
  for (const person of writes.persons) savePerson(db, person);
  const end = ledgerEnd(db);
  const decided = writes.decisions.map((entry, i) => insertDecision(db, entry, end.seq + 1 + i));
  for (const contact of writes.contacts) saveContact(db, contact);
  for (const reservation of writes.reservations) saveReservation(db, reservation);
  for (const { source, id } of writes.seen)
    db.run('INSERT OR IGNORE INTO seen (source, id) VALUES (?, ?)', source, id);
  for (const signal of writes.signals) {
    const { person, name, at } = signal;
    db.run(
      'INSERT INTO signals (person, p, name, at, body) VALUES (?, ?, ?, ?, ?)',
      ...[person, partitionOf(person), name, at, JSON.stringify(signal)],
    );
  }
  insertOutcomes(db, writes.outcomes);
  for (const { person } of writes.erased) emptyPerson(db, person);
  append(db, [...decided, ...draftsAfterDecisions(writes)], end);
}

function saveContact(db: Database, contact: Contact): void {
  const { person, at, decision, programme, channel } = contact;
  db.run(
    `INSERT INTO contacts (person, p, at, decision, programme, channel, detail) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (person, at, decision, p) DO UPDATE
     SET programme = excluded.programme, channel = excluded.channel, detail = excluded.detail`,
    ...[person, partitionOf(person), at, decision, programme, channel, contactDetail(contact)],
  );
}

/** A row for every id that became this person; the profile lies with the one that stayed. */
function savePerson(db: Database, person: Person): void {
  for (const member of person.members) {
    db.run(
      `INSERT INTO persons (id, p, root, profile) VALUES (?, ?, ?, ?)
       ON CONFLICT (id, p) DO UPDATE SET root = excluded.root, profile = excluded.profile`,
      ...[member, partitionOf(member), person.id, member === person.id ? JSON.stringify(person) : null],
    );
  }
}

/** Inserts a decision under the place it will have in the ledger; returns its ledger row. */
function insertDecision(db: Database, { decision, first }: NewDecision, seq: number): LedgerDraft {
  const { person, sendKey, id, at, programme, option, arm, learn } = decision;
  const body = JSON.stringify(decision);
  db.run(
    `INSERT INTO decisions (seq, person, p, send_key, id, at, programme, option, arm, learn, first, record)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[seq, person, partitionOf(person), sendKey, id, at, programme, option, arm],
    ...[Number(learn), Number(first), body],
  );
  return { kind: 'decision', at, programme, person, ref: id, body, inline: false };
}

export function insertOutcomes(db: Database, outcomes: readonly NewOutcome[]): void {
  for (const { destination, person, outcome, at } of outcomes) {
    db.run(
      `INSERT OR IGNORE INTO outbox (destination, id, person, body, created_at, state, attempts, next_at)
       VALUES (?, ?, ?, ?, ?, 'pending', 0, 0)`,
      ...[destination, outcome.id, person, JSON.stringify(outcome), at],
    );
  }
}

interface End {
  seq: number;
  chain: string;
}

/** Last row of the ledger. */
export const ledgerEnd = (db: Database): End =>
  db.one<End>('SELECT seq, chain FROM ledger ORDER BY seq DESC LIMIT 1') ?? { seq: 0, chain: GENESIS };

function append(db: Database, drafts: readonly LedgerDraft[], end: End): void {
  let { seq, chain } = end;
  for (const { kind, at, programme, person, ref, body, inline } of drafts) {
    const row = { seq: ++seq, kind, at, programme, person, ref, digest: sha256(body) };
    chain = chainOf(chain, row);
    db.run(
      `INSERT INTO ledger (seq, kind, at, programme, person, ref, body, digest, chain) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[seq, kind, at, programme, person, ref, inline ? body : null, row.digest, chain],
    );
  }
}

/** Appends rows to the chain. Runs inside the caller's transaction; this process is the only writer. */
export function appendLedger(db: Database, drafts: readonly LedgerDraft[]): void {
  append(db, drafts, ledgerEnd(db));
}
