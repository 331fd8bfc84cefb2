import type { Contact, StoredSignal } from '../../core/contracts/records.ts';
import type { ResourceFact } from '../../core/contracts/resources.ts';
import type { LiveProgramme } from '../../core/decide/decide.ts';
import type { Change } from '../../core/decide/why/change.ts';
import type { Decision, ScoredOption } from '../../core/domain/decision.ts';
import type { Person } from '../../core/domain/person.ts';
import { keysAhead, needsOfAll } from '../../core/guardrails/needs.ts';
import type { Policy } from '../../core/policies/policy.ts';
import { HOUR } from './programmes.ts';

/** Everything a decision is made on, as it really is: more than the decision keeps of it. */
export interface WholeCase {
  person: Person;
  contacts: Contact[];
  signals: StoredSignal[];
  resources: ReadonlyMap<string, ResourceFact>;
  erased: boolean;
  context: Decision['context'];
  pin: string | undefined;
  now: number;
  live: LiveProgramme;
}

const newestFirst = (a: { at: number }, b: { at: number }): number => b.at - a.at;

/** A second way of letting something be otherwise: in the facts themselves instead of in the record of the decision. */
export function whatIf(now: WholeCase, change: Change, option: string): WholeCase {
  switch (change.kind) {
    case 'time':
      return { ...now, now: change.at, resources: takenAt(now, change.at) };
    case 'pin':
      return { ...now, pin: undefined };
    case 'arm':
      return { ...now, person: { ...now.person, arms: { [now.live.programme.id]: 'treated' } } };
    case 'value':
      return withValue(now, change.field, change.value);
    case 'contacts':
      return { ...now, contacts: contactsWithout(now, change, option) };
    case 'signal':
      return { ...now, signals: change.by > 0 ? withSignals(now, change) : signalsWithout(now, change) };
    case 'no-signal':
      return { ...now, signals: now.signals.filter(({ name }) => name !== change.signal) };
    case 'resource':
      return { ...now, resources: withLess(now.resources, change) };
    case 'consent': {
      const value = { ...now.person.consent?.value };
      for (const purpose of change.purposes) value[purpose] = true;
      return { ...now, person: { ...now.person, consent: { value, at: now.now } } };
    }
    case 'subscription': {
      const state = { value: 'subscribed' as const, at: now.now };
      const subscriptions = { ...now.person.subscriptions, [change.channel]: state };
      return { ...now, person: { ...now.person, subscriptions } };
    }
    default:
      return { ...now, live: otherProgramme(now.live, change, option) };
  }
}

/** Nobody has taken anything of a day to come, and what ends first has ended by then, with its code. */
function takenAt({ resources, live }: WholeCase, at: number): WholeCase['resources'] {
  const days = needsOfAll(live.programme).filter(({ daily }) => daily !== undefined);
  const fresh = days
    .flatMap((need) => keysAhead(need, live.programme, at))
    .map((key): [string, ResourceFact] => [key, { key, taken: 0, asOf: at, codes: [] }]);
  const then = [...resources].map(([key, fact]): [string, ResourceFact] => {
    const { taken, next = Infinity, ending = 0 } = fact;
    if (next > at || ending === 0) return [key, fact];
    return [key, { key, taken: taken - ending, asOf: at, codes: ['given back'] }];
  });
  return new Map([...fresh, ...then]);
}

function withLess(
  resources: WholeCase['resources'],
  { resource, less }: Change & { kind: 'resource' },
): WholeCase['resources'] {
  const fact = resources.get(resource)!;
  return new Map([...resources, [resource, { ...fact, taken: fact.taken - less, codes: ['new'] }]]);
}

function withValue(now: WholeCase, field: string, value: unknown): WholeCase {
  const [of, name] = field.split('.') as [string, string];
  if (of === 'traits') {
    const traits = { ...now.person.traits, [name]: { value, at: now.now } };
    return { ...now, person: { ...now.person, traits } };
  }
  const context = { ...now.context };
  delete context[name];
  if (value !== null) context[name] = value as string;
  return { ...now, context };
}

function contactsWithout(
  { contacts, now, live }: WholeCase,
  { fewer, channel, per, hours = Infinity }: Change & { kind: 'contacts' },
  option: string,
): Contact[] {
  const counts = ({ at, state, releasesAt, ...contact }: Contact): boolean => {
    const stands = state === 'sent' || (state !== 'aborted' && (releasesAt ?? Infinity) > now);
    const waitedFor = state !== 'sent' && releasesAt !== undefined;
    if (!stands || (!waitedFor && at <= now - hours * HOUR)) return false;
    if (channel !== undefined && contact.channel !== channel) return false;
    if (per === 'person-programme') return contact.programme === live.programme.id;
    if (per === 'person-variant')
      return contact.programme === live.programme.id && contact.variant === option;
    return true;
  };
  const gone = new Set(contacts.filter(counts).sort(newestFirst).slice(0, fewer));
  expectSome(gone.size, fewer);
  return contacts.filter((contact) => !gone.has(contact));
}

function withSignals(
  { signals, now }: WholeCase,
  { signal, by }: Change & { kind: 'signal' },
): StoredSignal[] {
  const more = Array.from({ length: by }, (_, i): StoredSignal => {
    return { source: 'what if', id: `${i}`, at: now, name: signal, values: {}, person: 'p' };
  });
  return [...signals, ...more];
}

/** An order that was reported twice is gone with both. */
function signalsWithout({ signals }: WholeCase, { signal, by }: Change & { kind: 'signal' }): StoredSignal[] {
  const gone = new Set<string>();
  for (const { name, machine, orderId, id } of [...signals].sort(newestFirst)) {
    if (gone.size < -by && name === signal && machine !== true) gone.add(orderId ?? id);
  }
  return signals.filter((own) => own.name !== signal || own.machine || !gone.has(own.orderId ?? own.id));
}

function otherProgramme(live: LiveProgramme, change: Change, option: string): LiveProgramme {
  const { programme } = live;
  if (change.kind === 'status') return { ...live, programme: { ...programme, status: 'live' } };
  if (change.kind === 'chance') {
    const score: Policy['score'] = (...asked) => likelier(live.policy.score(...asked), option, change.to);
    return { ...live, policy: { ...live.policy, score } };
  }
  if (change.kind === 'score') {
    const raised = { option, by: change.by };
    const score: Policy['score'] = (options, asked) => live.policy.score(options, { ...asked, raised });
    return { ...live, policy: { ...live.policy, score } };
  }
  const variants = programme.variants.map((variant) => {
    if (variant.id !== option) return variant;
    if (change.kind === 'end') return { ...variant, endsAt: undefined };
    const { contentHash } = variant;
    return { ...variant, approval: { status: 'approved' as const, contentHash, at: 1, by: 'a test' } };
  });
  const ends = change.kind === 'end' ? { endsAt: undefined } : {};
  return { ...live, programme: { ...programme, ...ends, variants } };
}

/** Moves probability from all others to one, each giving in proportion to what it has. */
function likelier(options: readonly ScoredOption[], option: string, to: number): ScoredOption[] {
  const others = options.filter((one) => one.option !== option).reduce((sum, one) => sum + one.propensity, 0);
  return options.map((one) => {
    return { ...one, propensity: one.option === option ? to : (one.propensity / others) * (1 - to) };
  });
}

function expectSome(found: number, wanted: number): void {
  if (found !== wanted) throw new Error(`${wanted} contacts fewer, of ${found} that count`);
}
