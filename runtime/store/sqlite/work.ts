import type { Contact } from '../../../core/contracts/records.ts';
import type { DecisionId } from '../../../core/domain/decision.ts';
import type { Alias, PersonId } from '../../../core/domain/person.ts';
import type { LedgerDraft } from '../ledger.ts';
import { chainOf, GENESIS, sha256 } from '../ledger.ts';
import { personName, Ties } from '../ties.ts';
import type { Database } from './database.ts';
import { emptyPerson, findProfile } from './persons.ts';
import type { Cell, FactRows, QueryRows, WriteRows } from './rows.ts';
import { WIDTH } from './rows.ts';

interface Known {
  id: PersonId;
  members: PersonId[];
}

/** Reads what a batch needs to know. */
export function load(db: Database, query: QueryRows): FactRows {
  const loading = new Loading(db, query.contactsSince);
  for (const aliases of query.aliases) loading.ask(aliases);
  for (const [i, aliases] of query.aliases.entries()) {
    const keys = query.sendKeys[i]!;
    if (keys.length === 0) continue;
    for (const person of loading.tiedTo(aliases)) {
      for (const key of keys) loading.facts.decisions.push(...recorded(db, person, key));
    }
  }
  for (const decision of query.decisions) loading.decider(decision);
  const { events } = query;
  for (let i = 0; i < events.length; i += 2) {
    const [source, id] = [events[i]!, events[i + 1]!];
    if (db.one('SELECT 1 FROM seen WHERE source = ? AND id = ?', source, id))
      loading.facts.seen.push(source, id);
  }
  return loading.facts;
}

/** Facts as they are gathered: each person once, however often and under whatever id they are asked for. */
class Loading {
  readonly facts: FactRows = {
    persons: [],
    aliases: [],
    decisions: [],
    contacts: [],
    deciders: [],
    seen: [],
  };
  readonly #db: Database;
  readonly #contactsSince: number;
  readonly #owners = new Map<Alias, Known | undefined>();
  readonly #loaded = new Map<PersonId, Known>();
  readonly #ties = new Ties();
  #groups: Map<string, Known[]> | undefined;

  constructor(db: Database, contactsSince: number) {
    this.#db = db;
    this.#contactsSince = contactsSince;
  }

  /** Takes the persons behind the ids of one ask. */
  ask(aliases: readonly Alias[]): void {
    for (const alias of aliases) {
      const owner = this.#owner(alias);
      if (owner) this.#ties.tie(alias, personName(owner.id));
      this.#ties.tie(aliases[0]!, alias);
    }
  }

  /** Everybody an ask may turn out to be about. */
  tiedTo([alias]: readonly Alias[]): readonly Known[] {
    this.#groups ??= Map.groupBy(this.#loaded.values(), ({ id }) => this.#ties.root(personName(id)));
    return (alias !== undefined && this.#groups.get(this.#ties.root(alias))) || [];
  }

  #owner(alias: Alias): Known | undefined {
    if (this.#owners.has(alias)) return this.#owners.get(alias);
    const row = this.#db.one<{ person: string }>('SELECT person FROM aliases WHERE alias = ?', alias);
    const owner = row && this.#person(row.person);
    this.#owners.set(alias, owner);
    if (owner) this.facts.aliases.push(alias, owner.id);
    return owner;
  }

  /** The person a decision was made for. */
  decider(decision: DecisionId): void {
    const row = this.#db.one<{ person: string }>('SELECT person FROM decisions WHERE id = ?', decision);
    const person = row && this.#person(row.person);
    if (person) this.facts.deciders.push({ decision, person: person.id });
  }

  #person(id: PersonId): Known | undefined {
    const found = findProfile(this.#db, id);
    if (!found) return undefined;
    const known = this.#loaded.get(found.id);
    if (known) return known;
    const { members } = JSON.parse(found.profile) as Known;
    const person = { id: found.id, members };
    this.#loaded.set(found.id, person);
    this.facts.persons.push(found.profile);
    for (const member of members) {
      const sql = 'SELECT person, at, decision, programme, channel FROM contacts WHERE person = ? AND at > ?';
      this.facts.contacts.push(...this.#db.all<Contact>(sql, member, this.#contactsSince));
    }
    return person;
  }
}

function recorded(db: Database, { members }: Known, sendKey: string): string[] {
  return members.flatMap((member) => {
    const sql = 'SELECT record FROM decisions WHERE person = ? AND send_key = ?';
    const row = db.one<{ record: string }>(sql, member, sendKey);
    return row ? [row.record] : [];
  });
}

const INSERT = {
  aliases: 'INSERT OR REPLACE INTO aliases (alias, person) VALUES (?, ?)',
  persons: `INSERT INTO persons (id, p, root, profile) VALUES (?, ?, ?, ?)
    ON CONFLICT (id, p) DO UPDATE SET root = excluded.root, profile = excluded.profile`,
  contacts: 'INSERT INTO contacts (person, p, at, decision, programme, channel) VALUES (?, ?, ?, ?, ?, ?)',
  seen: 'INSERT INTO seen (source, id) VALUES (?, ?)',
  signals: 'INSERT INTO signals (person, p, name, at, body) VALUES (?, ?, ?, ?, ?)',
  outcomes: `INSERT OR IGNORE INTO outbox (destination, id, person, body, created_at, state, attempts, next_at)
    VALUES (?, ?, ?, ?, ?, 'pending', 0, 0)`,
} as const;

export function insertAll(db: Database, table: keyof typeof INSERT, cells: readonly Cell[]): void {
  const width = WIDTH[table];
  for (let i = 0; i < cells.length; i += width) db.run(INSERT[table], ...cells.slice(i, i + width));
}

/** Writes what a batch caused. Runs inside the caller's transaction. */
export function write(db: Database, rows: WriteRows): void {
  insertAll(db, 'aliases', rows.aliases);
  insertAll(db, 'persons', rows.persons);
  const decided = insertDecisions(db, rows.decisions);
  insertAll(db, 'contacts', rows.contacts);
  insertAll(db, 'seen', rows.seen);
  insertAll(db, 'signals', rows.signals);
  insertAll(db, 'outcomes', rows.outcomes);
  for (const person of rows.erased) emptyPerson(db, person);
  appendLedger(db, [...decided, ...rows.drafts]);
}

type DecisionCells = [
  ...[person: string, p: number, sendKey: string, id: string, at: number, programme: string],
  ...[option: string, arm: string, learn: number, first: number, record: string],
];

/** Inserts decisions under the places they will have in the ledger; returns their ledger rows. */
function insertDecisions(db: Database, cells: readonly Cell[]): LedgerDraft[] {
  let { seq } = lastRow(db);
  const drafts: LedgerDraft[] = [];
  for (let i = 0; i < cells.length; i += WIDTH.decisions) {
    const row = cells.slice(i, i + WIDTH.decisions) as DecisionCells;
    const [person, , , id, at, programme, , , , , record] = row;
    db.run(
      `INSERT INTO decisions (seq, person, p, send_key, id, at, programme, option, arm, learn, first, record)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ++seq,
      ...row,
    );
    drafts.push({ kind: 'decision', at, programme, person, ref: id, body: record, inline: false });
  }
  return drafts;
}

function lastRow(db: Database): { seq: number; chain: string } {
  const last = db.one<{ seq: number; chain: string }>(
    'SELECT seq, chain FROM ledger ORDER BY seq DESC LIMIT 1',
  );
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
      ...[seq, kind, at, programme, person, ref, inline ? body : null, row.digest, chain],
    );
  }
}
