import type { SQLInputValue } from 'node:sqlite';
import type {
  Contact,
  NewDecision,
  NewOutcome,
  StoredSignal,
  WorkWrites,
} from '../../../core/contracts/records.ts';
import type { Person } from '../../../core/domain/person.ts';
import { firstAtOf } from '../../../core/people/contact-times.ts';
import { contactDetail } from '../contact-detail.ts';
import type { LedgerDraft } from '../ledger.ts';
import { chainOf, decisionDraft, draftsAfterDecisions, GENESIS, sha256 } from '../ledger.ts';
import { partitionOf } from '../partition.ts';
import { saveClosed } from './closed.ts';
import type { Database, Insertion } from './database.ts';
import { emptyPerson } from './persons.ts';
import { saveReservation } from './resources.ts';

const ALIASES: Insertion = { into: 'OR REPLACE INTO aliases (alias, person)', columns: 2 };
const PERSONS: Insertion = {
  into: 'INTO persons (id, p, root, profile)',
  columns: 4,
  conflict: 'ON CONFLICT (id, p) DO UPDATE SET root = excluded.root, profile = excluded.profile',
};
const DECISIONS: Insertion = {
  into: 'INTO decisions (seq, person, p, send_key, id, at, programme, option, arm, learn, first, record)',
  columns: 12,
};
const CONTACTS: Insertion = {
  into: 'INTO contacts (person, p, at, decision, programme, channel, detail)',
  columns: 7,
  conflict: `ON CONFLICT (person, at, decision, p) DO UPDATE
    SET programme = excluded.programme, channel = excluded.channel, detail = excluded.detail`,
};
const SEEN: Insertion = { into: 'OR IGNORE INTO seen (source, id)', columns: 2 };
const SIGNALS: Insertion = { into: 'INTO signals (person, p, name, at, body)', columns: 5 };
const OUTBOX: Insertion = {
  into: 'OR IGNORE INTO outbox (destination, id, person, body, created_at, state, attempts, next_at)',
  columns: 8,
};
const LEDGER: Insertion = {
  into: 'INTO ledger (seq, kind, at, programme, person, ref, body, digest, chain)',
  columns: 9,
};

type Row = SQLInputValue[];

/** Writes what a batch caused, and returns where the ledger ended before. Runs inside the caller's transaction. */
export function write(db: Database, writes: WorkWrites): number {
  db.insert(
    ALIASES,
    writes.aliases.map(({ alias, person }) => [alias, person]),
  );
  const persons: Row[] = [];
  for (const person of writes.persons) persons.push(...personRows(person));
  db.insert(PERSONS, persons);
  const end = ledgerEnd(db);
  const decided = writes.decisions.map(decisionDraft);
  db.insert(
    DECISIONS,
    writes.decisions.map((entry, i) => decisionRow(entry, end.seq + 1 + i, decided[i]!.body)),
  );
  db.insert(CONTACTS, writes.contacts.map(contactRow));
  for (const reservation of writes.reservations) saveReservation(db, reservation);
  db.insert(
    SEEN,
    writes.seen.map(({ source, id }) => [source, id]),
  );
  db.insert(SIGNALS, writes.signals.map(signalRow));
  insertOutcomes(db, writes.outcomes);
  for (const { person } of writes.erased) emptyPerson(db, person);
  saveClosed(db, writes.closed);
  append(db, [...decided, ...draftsAfterDecisions(writes)], end);
  return end.seq;
}

/** A row for every id that became this person; the profile lies with the one that stayed. */
const personRows = (person: Person): Row[] =>
  person.members.map((member) => {
    const profile = member === person.id ? JSON.stringify(person) : null;
    return [member, partitionOf(member), person.id, profile];
  });

/** A decision under the place it will have in the ledger. */
function decisionRow({ decision, first }: NewDecision, seq: number, record: string): Row {
  const { person, sendKey, id, at, programme, option, arm, learn } = decision;
  const head = [seq, person, partitionOf(person), sendKey, id, at, programme, option, arm];
  return [...head, Number(learn), Number(first), record];
}

function contactRow(contact: Contact): Row {
  const { person, decision, programme, channel } = contact;
  return [
    person,
    partitionOf(person),
    firstAtOf(contact),
    decision,
    programme,
    channel,
    contactDetail(contact),
  ];
}

function signalRow(signal: StoredSignal): Row {
  const { person, name, at } = signal;
  return [person, partitionOf(person), name, at, JSON.stringify(signal)];
}

export function insertOutcomes(db: Database, outcomes: readonly NewOutcome[]): void {
  db.insert(
    OUTBOX,
    outcomes.map(({ destination, person, outcome, at }) => {
      return [destination, outcome.id, person, JSON.stringify(outcome), at, 'pending', 0, 0];
    }),
  );
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
  const rows = drafts.map(({ kind, at, programme, person, ref, body, inline }): Row => {
    const row = { seq: ++seq, kind, at, programme, person, ref, digest: sha256(body) };
    chain = chainOf(chain, row);
    return [seq, kind, at, programme, person, ref, inline ? body : null, row.digest, chain];
  });
  db.insert(LEDGER, rows);
}

/** Appends rows to the chain. Runs inside the caller's transaction; this process is the only writer. */
export function appendLedger(db: Database, drafts: readonly LedgerDraft[]): void {
  append(db, drafts, ledgerEnd(db));
}
