import type { Contact, NewDecision, WorkFacts, WorkQuery, WorkWrites } from '../../core/contracts/records.ts';
import { nothingWritten } from '../../core/contracts/nothing-written.ts';
import type { Store } from '../../core/contracts/store.ts';
import type { Decision } from '../../core/domain/decision.ts';
import type { Outcome } from '../../core/domain/outcome.ts';
import type { Alias, Person } from '../../core/domain/person.ts';
import { newPerson } from '../../core/domain/person.ts';
import { mergePersons } from '../../core/people/merge.ts';
import { NOON } from './programmes.ts';

/** A batch that writes nothing but what is given. */
export const writes = (some: Partial<WorkWrites> = {}): WorkWrites => ({ ...nothingWritten(), ...some });

export function query(some: Partial<WorkQuery> = {}): WorkQuery {
  return { persons: [], events: [], decisions: [], contactsSince: 0, ...some };
}

export const person = (id: string, ...aliases: Alias[]): Person => newPerson(id, aliases);

export const aliasesOf = ({ id, aliases }: Person): WorkWrites['aliases'] =>
  aliases.map((alias) => ({ alias, person: id }));

export function decision(id: string, changes: Partial<Decision> = {}): Decision {
  return {
    id,
    programme: 'welcome',
    programmeVersion: 1,
    person: 'p',
    sendKey: `key of ${id}`,
    at: NOON,
    action: 'send',
    option: 'a',
    variant: 'a',
    channel: 'email',
    content: { subject: 'Grüße, “you”' },
    reason: 'policy',
    rung: 'full',
    arm: 'treated',
    propensity: 1 / 3,
    eligible: [{ option: 'a', propensity: 1 / 3, score: 0.1 }],
    dropped: [],
    modelVersion: 0,
    policy: 'test',
    seed: 'seed',
    context: { plan: 'pro', age: 4, vip: true },
    learn: true,
    ...changes,
  };
}

export const first = (own: Decision): NewDecision => ({ decision: own, first: true });
export const repeated = (own: Decision): NewDecision => ({ decision: own, first: false });

export function contact(own: Decision, at = own.at): Contact {
  return { person: own.person, at, decision: own.id, programme: own.programme, channel: 'email' };
}

export function outcome(id: string, at = NOON): Outcome {
  return { id, kind: 'decision', aliases: ['user:u'], at, properties: { decision_id: id, propensity: 0.1 } };
}

/** Writes one batch, whatever the facts. */
export const put = (store: Store, some: Partial<WorkWrites>): Promise<void> =>
  store.transact(query(), () => writes(some));

/** Facts a batch would see. */
export async function facts(store: Store, some: Partial<WorkQuery>): Promise<WorkFacts> {
  let seen: WorkFacts | undefined;
  await store.transact(query(some), (found) => {
    seen = structuredClone(found);
    return writes();
  });
  return seen!;
}

/** Makes one person of two that are stored. */
export async function merge(store: Store, into: Person, from: Person): Promise<Person> {
  const merged = mergePersons(into, from, NOON);
  await put(store, { persons: [merged.person], merges: [merged.merge] });
  return merged.person;
}
