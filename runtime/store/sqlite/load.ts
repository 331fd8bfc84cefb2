import type {
  Contact,
  EventKey,
  SignalAsk,
  StoredSignal,
  WorkFacts,
  WorkQuery,
} from '../../../core/contracts/records.ts';
import type { Decision, DecisionId } from '../../../core/domain/decision.ts';
import type { Alias, PersonId } from '../../../core/domain/person.ts';
import { withDetail } from '../contact-detail.ts';
import { personName, Ties } from '../ties.ts';
import type { Database } from './database.ts';
import { loadPerson } from './persons.ts';
import { loadResource } from './resources.ts';

interface Known {
  id: PersonId;
  members: PersonId[];
}

/** Reads what a batch needs to know. */
export function load(db: Database, query: WorkQuery): WorkFacts {
  const loading = new Loading(db, query);
  for (const { aliases } of query.persons) loading.ask(aliases);
  for (const { aliases, sendKeys } of query.persons) {
    if (sendKeys.length === 0) continue;
    for (const person of loading.tiedTo(aliases)) {
      for (const key of sendKeys) loading.facts.decisions.push(...recorded(db, person, key));
    }
  }
  for (const decision of new Set(query.decisions)) loading.decider(decision);
  loading.facts.seen = seenOf(db, query.events);
  loading.facts.resources = query.resources?.map((ask) => loadResource(db, ask, query.now ?? 0));
  return loading.facts;
}

/** Facts as they are gathered: each person once, however often and under whatever id they are asked for. */
class Loading {
  readonly facts: WorkFacts = {
    persons: [],
    aliases: [],
    decisions: [],
    contacts: [],
    deciders: [],
    seen: [],
  };
  readonly #db: Database;
  readonly #contactsSince: number;
  readonly #asks: readonly SignalAsk[];
  readonly #owners = new Map<Alias, Known | undefined>();
  readonly #loaded = new Map<PersonId, Known>();
  readonly #ties = new Ties();
  #groups: Map<string, Known[]> | undefined;

  constructor(db: Database, { contactsSince, signals = [] }: WorkQuery) {
    this.#db = db;
    this.#contactsSince = contactsSince;
    this.#asks = signals;
    if (signals.length > 0) this.facts.signals = [];
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
    if (this.#loaded.size === 0) return [];
    this.#groups ??= Map.groupBy(this.#loaded.values(), ({ id }) => this.#ties.root(personName(id)));
    return (alias !== undefined && this.#groups.get(this.#ties.root(alias))) || [];
  }

  #owner(alias: Alias): Known | undefined {
    if (this.#owners.has(alias)) return this.#owners.get(alias);
    const row = this.#db.one<{ person: string }>('SELECT person FROM aliases WHERE alias = ?', alias);
    const owner = row && this.#person(row.person);
    this.#owners.set(alias, owner);
    if (owner) this.facts.aliases.push({ alias, person: owner.id });
    return owner;
  }

  /** The person a decision was made for. */
  decider(decision: DecisionId): void {
    const row = this.#db.one<{ person: string }>('SELECT person FROM decisions WHERE id = ?', decision);
    const person = row && this.#person(row.person);
    if (!person) return;
    this.facts.deciders.push({ decision, person: person.id });
    this.#contacts('person = ? AND decision = ? AND at <= ?', row.person, decision, this.#contactsSince);
  }

  #person(id: PersonId): Known | undefined {
    const person = loadPerson(this.#db, id);
    if (!person) return undefined;
    const known = this.#loaded.get(person.id);
    if (known) return known;
    this.#loaded.set(person.id, person);
    this.facts.persons.push(person);
    for (const member of person.members) {
      this.#contacts('person = ? AND at > ?', member, this.#contactsSince);
      for (const ask of this.#asks) this.#signals(member, ask);
    }
    return person;
  }

  #signals(member: PersonId, { name, since }: SignalAsk): void {
    const sql = 'SELECT body FROM signals WHERE person = ? AND name = ? AND at > ?';
    for (const { body } of this.#db.all<{ body: string }>(sql, member, name, since)) {
      this.facts.signals!.push(JSON.parse(body) as StoredSignal);
    }
  }

  #contacts(where: string, ...values: (string | number)[]): void {
    const sql = `SELECT person, at, decision, programme, channel, detail FROM contacts WHERE ${where}`;
    for (const row of this.#db.all<Contact & { detail: string | null }>(sql, ...values)) {
      this.facts.contacts.push(withDetail(row, row.detail));
    }
  }
}

/** Most sources have events, but of the ids that were erased there may be none at all: one look tells. */
function seenOf(db: Database, events: readonly EventKey[]): EventKey[] {
  const known = new Map<string, boolean>();
  const hasAny = (source: string): boolean =>
    db.one('SELECT 1 FROM seen WHERE source = ? LIMIT 1', source) !== undefined;
  return events.filter(({ source, id }) => {
    let any = known.get(source);
    if (any === undefined) known.set(source, (any = hasAny(source)));
    return any && db.one('SELECT 1 FROM seen WHERE source = ? AND id = ?', source, id) !== undefined;
  });
}

function recorded(db: Database, { members }: Known, sendKey: string): Decision[] {
  return members.flatMap((member) => {
    const sql = 'SELECT record FROM decisions WHERE person = ? AND send_key = ?';
    const row = db.one<{ record: string }>(sql, member, sendKey);
    return row ? [JSON.parse(row.record) as Decision] : [];
  });
}
