import type {
  Contact,
  EventKey,
  NewDecision,
  NewOutcome,
  StoredSignal,
  WorkFacts,
  WorkWrites,
} from '../contracts/records.ts';
import { nothingWritten } from '../contracts/nothing-written.ts';
import type { ResourceFact } from '../contracts/resources.ts';
import type { Decision, DecisionId } from '../domain/decision.ts';
import type { Alias, Person, PersonId } from '../domain/person.ts';
import { newPerson } from '../domain/person.ts';
import type { ResourceKey } from '../domain/resource.ts';
import { withScanners } from '../domain/scanners.ts';
import { hash32 } from '../maths/murmur3.ts';
import { ClosingBook } from './closing-book.ts';
import { ContactBook } from './contact-book.ts';
import { OTHER_TOOL, reserved } from './contact-times.ts';
import { mergePersons } from './merge.ts';
import { ResourceBook } from './resource-book.ts';

const eventKey = ({ source, id }: EventKey): string => `${source} ${id}`;
const ERASED = 'erased';
/** Under which the digest of an erased id is kept. */
export const erasedKey = (alias: Alias): EventKey => ({ source: ERASED, id: hash32(alias) });

const sendKeyOf = (person: PersonId, sendKey: string): string => `${person} ${sendKey}`;

const userIds = (aliases: readonly Alias[]): Alias[] => aliases.filter((alias) => alias.startsWith('user:'));

/** Whether a person may be the one behind some ids: not when both sides have user ids and share none. */
function mayOwn({ aliases: own }: Person, aliases: readonly Alias[]): boolean {
  const [mine, theirs] = [userIds(own), userIds(aliases)];
  return mine.length === 0 || theirs.length === 0 || mine.some((alias) => theirs.includes(alias));
}

/**
 * The facts of a batch with what its items have caused so far: the second request of a batch sees what the first one
 * did, although nothing is written before all have run.
 */
export class WorkingSet {
  readonly #persons = new Map<PersonId, Person>();
  readonly #aliases = new Map<Alias, PersonId>();
  readonly #decisions = new Map<string, Decision>();
  readonly #contacts = new ContactBook();
  readonly #closings: ClosingBook;
  readonly #resources: ResourceBook;
  readonly #signals = new Map<PersonId, StoredSignal[]>();
  readonly #seen = new Set<string>();
  /** Whether somebody was erased: hardly ever, and else no id has to be digested. */
  #anyErased: boolean;
  readonly #deciders = new Map<DecisionId, PersonId>();
  readonly #changed = new Set<PersonId>();
  readonly #erased: Person[] = [];
  readonly #mintPersonId: () => PersonId;
  /** The store's time, where it has one: later for whoever comes later to the same person. */
  readonly now: number | undefined;
  readonly writes = nothingWritten();

  constructor(facts: WorkFacts, mintPersonId: () => PersonId) {
    this.#mintPersonId = mintPersonId;
    this.now = facts.now;
    this.#resources = new ResourceBook(facts.resources ?? []);
    this.#closings = new ClosingBook(facts.persons);
    const canonical = new Map<PersonId, PersonId>();
    for (const person of facts.persons) {
      this.#persons.set(person.id, person);
      for (const member of person.members) canonical.set(member, person.id);
    }
    const owner = (id: PersonId): PersonId => canonical.get(id) ?? id;
    for (const { alias, person } of facts.aliases) this.#aliases.set(alias, owner(person));
    for (const decision of facts.decisions) this.#keep(owner(decision.person), decision);
    for (const contact of facts.contacts) this.#contacts.take(owner(contact.person), contact);
    for (const signal of facts.signals ?? []) this.#signalsOf(owner(signal.person)).push(signal);
    for (const { decision, person } of facts.deciders) this.#deciders.set(decision, owner(person));
    for (const event of facts.seen) this.#seen.add(eventKey(event));
    this.#anyErased = facts.seen.some(({ source }) => source === ERASED);
  }

  /**
   * The person behind some ids, made if need be; ids that were of different people make them one. Two user ids are two
   * people, whatever device or address they share, unless it is said outright (`same`) that they are one.
   */
  person(aliases: readonly Alias[], at: number, same = false): Person {
    const ids = [...new Set(aliases.flatMap((alias) => this.#aliases.get(alias) ?? []))];
    const owners = ids.map((id) => this.#persons.get(id)!).filter((owner) => same || mayOwn(owner, aliases));
    let person = owners[0] ?? newPerson(this.#mintPersonId(), []);
    for (const other of owners.slice(1)) {
      if (same || mayOwn(person, other.aliases)) person = this.#merge(person, other, at);
    }
    const unknown = [...new Set(aliases)].filter((alias) => !this.#aliases.has(alias));
    if (unknown.length > 0) {
      person = { ...person, aliases: [...person.aliases, ...unknown] };
      for (const alias of unknown) {
        this.#aliases.set(alias, person.id);
        this.writes.aliases.push({ alias, person: person.id });
      }
      this.save(person);
    }
    return person;
  }

  /** Two people who became one may each have a decision under one send key: the earlier stands. */
  #keep(person: PersonId, decision: Decision): void {
    const key = sendKeyOf(person, decision.sendKey);
    const other = this.#decisions.get(key);
    if (!other || decision.at < other.at) this.#decisions.set(key, decision);
  }

  /** The person behind some ids if one is known. */
  known(aliases: readonly Alias[]): Person | undefined {
    const alias = aliases.find((candidate) => this.#aliases.has(candidate));
    return alias === undefined ? undefined : this.#persons.get(this.#aliases.get(alias)!);
  }

  /** The person a decision was made for, unless they were erased since: whoever has no id is nobody any more. */
  personOfDecision(id: DecisionId): Person | undefined {
    const person = this.#persons.get(this.#deciders.get(id) ?? '');
    return person && person.aliases.length > 0 ? person : undefined;
  }

  #merge(into: Person, from: Person, at: number): Person {
    const { person, merge } = mergePersons(into, from, at);
    for (const alias of from.aliases) this.#aliases.set(alias, into.id);
    this.#contacts.merge(into.id, from.id);
    this.#signalsOf(into.id).push(...this.#signalsOf(from.id));
    for (const [key, decision] of this.#decisions) {
      if (key.startsWith(`${from.id} `)) this.#keep(into.id, decision);
    }
    for (const [id, person] of this.#deciders) if (person === from.id) this.#deciders.set(id, into.id);
    this.#persons.delete(from.id);
    this.#changed.delete(from.id);
    this.writes.merges.push(merge);
    this.save(person);
    return person;
  }

  save(person: Person): void {
    this.#persons.set(person.id, person);
    this.#changed.add(person.id);
  }

  recorded(person: PersonId, sendKey: string): Decision | undefined {
    return this.#decisions.get(sendKeyOf(person, sendKey));
  }

  contacts(person: PersonId): readonly Contact[] {
    return this.#contacts.of(person);
  }

  /** Contacts of a person that a decision made, or a send with the platform's id `send`. */
  contactsAbout(person: PersonId, decision: DecisionId | undefined, send: string | undefined): Contact[] {
    return this.#contacts.about(person, decision, send);
  }

  putContact(owner: PersonId, contact: Contact): void {
    this.#resources.put(contact, this.#contacts.put(owner, contact));
  }

  /** What is taken of the resources that were asked for. */
  get resources(): ReadonlyMap<ResourceKey, ResourceFact> {
    return this.#resources.facts;
  }

  /** A new decision; `releasesAt` is when its contact no longer counts unless it is known to have been sent. */
  record(entry: NewDecision, releasesAt?: number): void {
    const { decision } = entry;
    this.#decisions.set(sendKeyOf(decision.person, decision.sendKey), decision);
    this.#deciders.set(decision.id, decision.person);
    this.writes.decisions.push(entry);
    if (decision.action === 'send' && decision.channel !== undefined) this.#reserve(decision, releasesAt);
  }

  /** An event may have been faster than a decision that was spooled: then its contact is this one. */
  #reserve(decision: Decision, releasesAt: number | undefined): void {
    const { person, id, channel, send } = decision;
    const told = this.#contacts
      .about(person, id, send)
      .filter((own) => own.programme === OTHER_TOOL && (own.decision === id || own.channel === channel));
    for (const contact of told) this.putContact(person, { ...contact, state: 'aborted' });
    this.putContact(person, reserved(decision, releasesAt, told));
  }

  /** True the first time an event is seen. */
  take(event: EventKey): boolean {
    const key = eventKey(event);
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    this.writes.seen.push({ source: event.source, id: event.id });
    return true;
  }

  #signalsOf(person: PersonId): StoredSignal[] {
    let signals = this.#signals.get(person);
    if (!signals) this.#signals.set(person, (signals = []));
    return signals;
  }

  /** Signals that were asked for, and those of this batch; those of scanners are marked. */
  signals(person: PersonId): readonly StoredSignal[] {
    return withScanners(this.#signalsOf(person));
  }

  /** Whether one of some ids, which were asked for by `erasedKey`, was of somebody who had themselves erased. */
  erased(aliases: readonly Alias[]): boolean {
    return this.#anyErased && aliases.some((alias) => this.#seen.has(eventKey(erasedKey(alias))));
  }

  /** Keeps a digest of an id that was erased, so that whoever has it is not taken for somebody new. */
  keepErased(alias: Alias): void {
    this.#anyErased = true;
    this.take(erasedKey(alias));
    this.#closings.erase(alias);
  }

  signal(signal: StoredSignal): void {
    this.#signalsOf(signal.person).push(signal);
    this.writes.signals.push(signal);
  }

  outcome(outcome: NewOutcome): void {
    this.writes.outcomes.push(outcome);
  }

  /**
   * Cuts every tie between a person and their ids. The person as the batch knows them is written first, so that the store
   * and the folder find what a merge or a decision of the same batch added to them.
   */
  erase(person: Person, at: number): void {
    for (const alias of person.aliases) this.#aliases.delete(alias);
    this.#persons.delete(person.id);
    this.#changed.delete(person.id);
    this.#erased.push(person);
    this.writes.erased.push({ person: person.id, at });
  }

  /** Everything the batch caused, once all its items have run. */
  finish(): WorkWrites {
    const changed = [...this.#changed].map((id) => this.#persons.get(id)!);
    this.writes.persons = [...this.#erased, ...changed];
    const erased = this.#anyErased ? (alias: Alias): boolean => this.erased([alias]) : undefined;
    this.writes.closed = this.#closings.written(changed, erased);
    this.writes.contacts = this.#contacts.written;
    this.writes.reservations = this.#resources.written;
    return this.writes;
  }
}
