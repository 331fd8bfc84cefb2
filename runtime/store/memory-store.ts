import type { StoredKey } from '../../core/contracts/key-store.ts';
import type { LedgerRow } from '../../core/contracts/ledger-row.ts';
import type {
  Contact,
  LedgerEntry,
  StoredSignal,
  WorkFacts,
  WorkQuery,
  WorkWrites,
} from '../../core/contracts/records.ts';
import type { ClosedRow, Store } from '../../core/contracts/store.ts';
import type { ClosedId } from '../../core/domain/closed.ts';
import type { DecisionId } from '../../core/domain/decision.ts';
import type { Alias, Person, PersonId } from '../../core/domain/person.ts';
import type { Programme } from '../../core/domain/programme.ts';
import { firstAtOf } from '../../core/people/contact-times.ts';
import type { LedgerDraft } from './ledger.ts';
import { draftsAfterDecisions, entryOf } from './ledger.ts';
import type { PersonRows } from './memory-learning.ts';
import { MemoryLearning } from './memory-learning.ts';
import { MemoryOutbox } from './memory-outbox.ts';
import { MemoryResources } from './memory-resources.ts';
import { personName, Ties } from './ties.ts';
import { takeTurns } from './turns.ts';

const eventKey = (event: { source: string; id: string }): string => JSON.stringify([event.source, event.id]);

/** Rows of the per-person tables, by the id they were written under. */
class Tables extends MemoryLearning {
  readonly aliases = new Map<Alias, PersonId>();
  readonly seen = new Set<string>();
  readonly #closed = new Map<string, ClosedRow>();
  #changes = 0;
  readonly resources = new MemoryResources();

  load(query: WorkQuery): WorkFacts {
    const facts: WorkFacts = {
      persons: [],
      aliases: [],
      decisions: [],
      contacts: [],
      deciders: [],
      seen: [],
    };
    const loaded = new Set<PersonId>();
    const take = (person: Person): void => {
      if (loaded.has(person.id)) return;
      loaded.add(person.id);
      facts.persons.push(person);
      this.#takeSignals(person, query, facts);
      const contacts = this.#rowsBehind(person).flatMap((rows) => rows.contacts);
      facts.contacts.push(...contacts.filter((own) => firstAtOf(own) > query.contactsSince));
    };
    const ties = new Ties();
    for (const { aliases } of query.persons) {
      for (const alias of aliases) {
        ties.tie(aliases[0]!, alias);
        const person = this.personOf(alias);
        if (!person) continue;
        facts.aliases.push({ alias, person: person.id });
        ties.tie(alias, personName(person.id));
        take(person);
      }
    }
    const groups = Map.groupBy(facts.persons, ({ id }) => ties.root(personName(id)));
    for (const { aliases, sendKeys } of query.persons) {
      const persons = (aliases[0] !== undefined && groups.get(ties.root(aliases[0]))) || [];
      const decided = persons.flatMap((person) =>
        this.#rowsBehind(person).flatMap((rows) => rows.decisions.map(({ decision }) => decision)),
      );
      facts.decisions.push(...decided.filter(({ sendKey }) => sendKeys.includes(sendKey)));
    }
    for (const decision of new Set(query.decisions)) {
      const made = this.byId.get(decision)?.entry.decision.person;
      const since = query.contactsSince;
      facts.contacts.push(...this.#contactOf(made, decision).filter((own) => firstAtOf(own) <= since));
      const person = made === undefined ? undefined : this.profiles.get(this.rootOf(made));
      if (!person) continue;
      facts.deciders.push({ decision, person: person.id });
      take(person);
    }
    facts.seen = query.events.filter((event) => this.seen.has(eventKey(event)));
    facts.resources = query.resources?.map((ask) => this.resources.fact(ask, query.now ?? 0));
    return facts;
  }

  #rowsBehind(person: Person): PersonRows[] {
    return person.members.flatMap((member) => this.rows.get(member) ?? []);
  }

  #takeSignals(person: Person, { signals: asks = [] }: WorkQuery, facts: WorkFacts): void {
    if (asks.length === 0) return;
    const asked = (signal: StoredSignal): boolean =>
      asks.some(({ name, since }) => signal.name === name && signal.at > since);
    (facts.signals ??= []).push(...this.#rowsBehind(person).flatMap((rows) => rows.signals.filter(asked)));
  }

  #contactOf(person: PersonId | undefined, decision: DecisionId): Contact[] {
    const contacts = person === undefined ? [] : (this.rows.get(person)?.contacts ?? []);
    return contacts.filter((contact) => contact.decision === decision);
  }

  #saveContact(contact: Contact): void {
    const { contacts } = this.rowsOf(contact.person);
    const { decision } = contact;
    const at = firstAtOf(contact);
    const place = contacts.findIndex((other) => firstAtOf(other) === at && other.decision === decision);
    if (place === -1) contacts.push(contact);
    else contacts[place] = contact;
  }

  profilesOf(ids: readonly PersonId[]): Person[] {
    return [...new Set(ids.map((id) => this.rootOf(id)))].flatMap((id) => this.profiles.get(id) ?? []);
  }

  personOf(alias: Alias): Person | undefined {
    const id = this.aliases.get(alias);
    return id === undefined ? undefined : this.profiles.get(this.rootOf(id));
  }

  save(person: Person): void {
    this.profiles.set(person.id, person);
    for (const member of person.members) {
      this.roots.set(member, person.id);
      if (member !== person.id) this.profiles.delete(member);
    }
  }

  empty(id: PersonId): void {
    const person = this.profiles.get(id);
    if (!person) return;
    for (const alias of person.aliases) {
      // the same batch may have given the id to a new person
      if (person.members.includes(this.aliases.get(alias) ?? '')) this.aliases.delete(alias);
    }
    this.outbox.forget(person.members);
    this.save({ ...person, aliases: [], traits: {}, consent: undefined, subscriptions: {} });
  }

  #close(own: ClosedId): void {
    const erased = own.erased || this.#closed.get(own.id)?.erased === true;
    // last in its order
    this.#closed.delete(own.id);
    this.#closed.set(own.id, { ...own, erased, number: ++this.#changes });
  }

  closed(after: number, limit: number): ClosedRow[] {
    const rows = this.#closed.values().filter(({ number }) => number > after);
    return structuredClone([...rows.take(limit)]);
  }

  write(writes: WorkWrites): void {
    for (const { alias, person } of writes.aliases) this.aliases.set(alias, person);
    for (const person of writes.persons) this.save(person);
    for (const entry of writes.decisions) this.rowsOf(entry.decision.person).decisions.push(entry);
    for (const contact of writes.contacts) this.#saveContact(contact);
    for (const reservation of writes.reservations) this.resources.write(reservation);
    for (const event of writes.seen) this.seen.add(eventKey(event));
    for (const signal of writes.signals) this.rowsOf(signal.person).signals.push(signal);
    for (const outcome of writes.outcomes) this.outbox.add(outcome);
    for (const { person } of writes.erased) this.empty(person);
    for (const own of writes.closed) this.#close(own);
    this.append(writes.decisions, draftsAfterDecisions(writes));
  }
}

const mergesIn = (rows: readonly LedgerRow[]): LedgerEntry[] =>
  rows.filter(({ kind, body }) => kind === 'merge' && body !== null).map(entryOf);

/**
 * The store in memory, held to the same contract as the others: for tests and for measuring what durability costs.
 * Nothing outlives the process.
 */
export function openMemoryStore(): Store {
  const outbox = new MemoryOutbox();
  const tables = new Tables(outbox);
  const versions = new Map<string, Programme[]>();
  const keys = new Map<string, StoredKey>();
  const meta = new Map<string, string>();
  const inTurn = takeTurns();
  return {
    transact: (query, work) => inTurn(() => Promise.resolve(tables.write(work(tables.load(query))))),
    closed: (after, limit) => Promise.resolve(tables.closed(after, limit)),
    position: () => Promise.resolve(tables.position),
    readLedger: (...ask) => Promise.resolve(tables.readLedger(...ask)),
    trials: (...ask) => Promise.resolve(tables.trials(...ask)),
    arms: (...ask) => Promise.resolve(tables.arms(...ask)),
    merges: (upTo) => Promise.resolve(mergesIn(tables.chain.slice(0, upTo))),
    places: (persons) => Promise.resolve(tables.places(persons)),
    histories: (persons, signals) => Promise.resolve(tables.histories(persons, signals)),
    credited: (persons) => Promise.resolve(tables.credited(persons)),
    commitFold: (writes) => Promise.resolve(tables.commitFold(writes)),
    models: (known) => Promise.resolve(tables.storedModels(known)),
    lease: (...ask) => Promise.resolve(tables.lease(...ask)),
    programmes: () => Promise.resolve([...versions.values()].map((all) => all.at(-1)!)),
    programmeVersion: (id, version) => Promise.resolve(versions.get(id)?.[version - 1] ?? null),
    saveProgramme: (programme, expected, at) => {
      const all = versions.get(programme.id) ?? [];
      if (all.length !== expected) return Promise.resolve(false);
      const saved = { ...programme, version: expected + 1 };
      versions.set(programme.id, [...all, saved]);
      tables.append([], [programmeDraft(saved, at)]);
      return Promise.resolve(true);
    },
    decision: (id) => Promise.resolve(tables.decision(id)),
    decisionsOf: (programme, before, limit) => Promise.resolve(tables.decisionsOf(programme, before, limit)),
    profiles: (persons) => Promise.resolve(tables.profilesOf(persons)),
    person: (alias) => Promise.resolve(exportOf(tables, alias)),
    ledger: (from, limit) =>
      Promise.resolve(tables.chain.slice(Math.max(0, from - 1), Math.max(0, from - 1) + limit)),
    counts: () => Promise.resolve(tables.counts(tables.seen.size)),
    claim: (...ask) => Promise.resolve(outbox.claim(...ask)),
    settle: (destination, results) => Promise.resolve(outbox.settle(destination, results)),
    recoverClaims: () => Promise.resolve(outbox.recoverClaims()),
    outboxCounts: () => Promise.resolve(outbox.counts()),
    redrive: (destination, now) => Promise.resolve(outbox.redrive(destination, now)),
    addCodes: (pool, codes) => Promise.resolve(tables.resources.addCodes(pool, codes)),
    pools: (now) => Promise.resolve(tables.resources.pools(now)),
    taken: (keys, now) => Promise.resolve(tables.resources.taken(keys, now)),
    keys: () => Promise.resolve([...keys.values()]),
    saveKey: (key) => Promise.resolve(void keys.set(key.id, key)),
    meta: (name, initial) => {
      if (!meta.has(name)) meta.set(name, initial);
      return Promise.resolve(meta.get(name)!);
    },
    watch: () => Promise.resolve(() => Promise.resolve()),
    own: () => Promise.resolve(),
    ping: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

function programmeDraft(programme: Programme, at: number): LedgerDraft {
  const { id, version } = programme;
  const body = JSON.stringify(programme);
  return { kind: 'programme', at, programme: id, person: null, ref: `${id}@${version}`, body, inline: true };
}

function exportOf(tables: Tables, alias: Alias): Awaited<ReturnType<Store['person']>> {
  const person = tables.personOf(alias);
  if (!person) return null;
  const rows = person.members.flatMap((member) => tables.rows.get(member) ?? []);
  const copy = <T>(value: T): T => structuredClone(value);
  return copy({
    person,
    decisions: rows.flatMap((r) => r.decisions.map(({ decision }) => decision)),
    signals: rows.flatMap((r): StoredSignal[] => r.signals),
    credits: rows.flatMap((r) => [...r.credits.values()]),
  });
}
