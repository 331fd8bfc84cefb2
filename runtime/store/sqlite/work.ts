import type { Contact, WorkFacts, WorkQuery, WorkWrites } from '../../../core/contracts/store.ts';
import type { Decision } from '../../../core/domain/decision.ts';
import type { Alias, Person, PersonId } from '../../../core/domain/person.ts';
import type { LedgerDraft } from '../ledger.ts';
import { chainOf, decisionBody, draftsOf, GENESIS, sha256 } from '../ledger.ts';
import { partitionOf } from '../partition.ts';
import type { Database } from './database.ts';
import { addOutcome } from './outbox.ts';
import { emptyPerson, loadPerson, ownerOf, savePerson } from './persons.ts';

/** Reads what a batch needs to know. */
export function load(db: Database, query: WorkQuery): WorkFacts {
  const facts: WorkFacts = { persons: [], aliases: [], decisions: [], contacts: [], seen: [] };
  const loaded = new Map<PersonId, Person>();
  const known = new Set<Alias>();
  for (const { aliases, sendKeys } of query.persons) {
    for (const alias of aliases) {
      const owner = ownerOf(db, alias);
      if (owner === undefined) continue;
      if (!known.has(alias)) facts.aliases.push({ alias, person: owner });
      known.add(alias);
      const person = loaded.get(owner) ?? loadPerson(db, owner);
      if (!person) continue;
      if (!loaded.has(owner)) facts.contacts.push(...contactsOf(db, person, query.contactsSince));
      loaded.set(owner, person);
      for (const sendKey of sendKeys) facts.decisions.push(...recorded(db, person, sendKey));
    }
  }
  facts.persons = [...loaded.values()];
  facts.seen = query.events.filter(({ source, id }) => {
    return db.one('SELECT 1 FROM seen WHERE source = ? AND id = ?', source, id) !== undefined;
  });
  return facts;
}

function contactsOf(db: Database, person: Person, since: number): Contact[] {
  return person.members.flatMap((member) =>
    db.all<Contact>(
      'SELECT person, at, decision, programme, channel FROM contacts WHERE p = ? AND person = ? AND at > ?',
      partitionOf(member),
      member,
      since,
    ),
  );
}

function recorded(db: Database, person: Person, sendKey: string): Decision[] {
  return person.members.flatMap((member) => {
    const row = db.one<{ record: string }>(
      'SELECT record FROM decisions WHERE p = ? AND person = ? AND send_key = ?',
      partitionOf(member),
      member,
      sendKey,
    );
    return row ? [JSON.parse(row.record) as Decision] : [];
  });
}

/** Writes what a batch caused. Runs inside the caller's transaction. */
export function write(db: Database, writes: WorkWrites): void {
  for (const { alias, person } of writes.aliases) {
    db.run('INSERT OR REPLACE INTO aliases (alias, person) VALUES (?, ?)', alias, person);
  }
  for (const person of writes.persons) savePerson(db, person);
  const first = lastRow(db).seq + 1;
  for (const [i, entry] of writes.decisions.entries()) insertDecision(db, first + i, entry);
  for (const c of writes.contacts) {
    const values = [partitionOf(c.person), c.person, c.at, c.decision, c.programme, c.channel];
    db.run('INSERT INTO contacts (p, person, at, decision, programme, channel) VALUES (?, ?, ?, ?, ?, ?)', ...values);
  }
  for (const { source, id } of writes.seen) db.run('INSERT INTO seen (source, id) VALUES (?, ?)', source, id);
  for (const signal of writes.signals) {
    const values = [partitionOf(signal.person), signal.person, signal.at, JSON.stringify(signal)];
    db.run('INSERT INTO signals (p, person, at, body) VALUES (?, ?, ?, ?)', ...values);
  }
  for (const { person } of writes.erased) emptyPerson(db, person);
  for (const outcome of writes.outcomes) addOutcome(db, outcome);
  appendLedger(db, draftsOf(writes));
}

function insertDecision(db: Database, seq: number, entry: WorkWrites['decisions'][number]): void {
  const { decision: d, first } = entry;
  db.run(
    `INSERT INTO decisions (seq, p, person, send_key, id, at, option, arm, learn, first, record)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    seq,
    partitionOf(d.person),
    d.person,
    d.sendKey,
    d.id,
    d.at,
    d.option,
    d.arm,
    Number(d.learn),
    Number(first),
    decisionBody(entry),
  );
}

function lastRow(db: Database): { seq: number; chain: string } {
  const last = db.one<{ seq: number; chain: string }>('SELECT seq, chain FROM ledger ORDER BY seq DESC LIMIT 1');
  return last ?? { seq: 0, chain: GENESIS };
}

/** Appends rows to the chain. Runs inside the caller's transaction; this process is the only writer. */
export function appendLedger(db: Database, drafts: readonly LedgerDraft[]): void {
  if (drafts.length === 0) return;
  let { seq, chain } = lastRow(db);
  for (const { kind, at, programme, person, ref, body, inline } of drafts) {
    const row = { seq: ++seq, kind, at, programme, person, ref, digest: sha256(body) };
    chain = chainOf(chain, row);
    db.run(
      `INSERT INTO ledger (seq, kind, at, programme, person, ref, body, digest, chain) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[row.seq, kind, at, programme, person, ref, inline ? body : null, row.digest, chain],
    );
  }
}
