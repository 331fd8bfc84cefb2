import type { Contact, StoredSignal } from '../contracts/records.ts';
import type { ResourceFact } from '../contracts/resources.ts';
import type { Standings } from '../domain/closed.ts';
import type { Decision } from '../domain/decision.ts';
import type { Person } from '../domain/person.ts';
import type { Programme } from '../domain/programme.ts';
import { HOUR_MS, TRAITS } from '../domain/programme.ts';
import type { ContactRead, Readings, ResourceRead } from '../domain/readings.ts';
import type { ResourceKey } from '../domain/resource.ts';
import { ofPerson } from './caps.ts';
import { endOf, lastTimeOf, standing } from './contacts.ts';
import { fatigueMs } from './fatigue.ts';
import { frequencyMs } from './frequency.ts';
import type { GuardContext, Rules } from './guardrail.ts';
import type { Lookback } from './lookback.ts';
import { guardrailLookback, modelLookback } from './lookback.ts';
import type { Need } from './needs.ts';
import { keysAhead, needsOfAll } from './needs.ts';
import { Past } from './past.ts';
import { clockOf, traitIn, zoneTrait } from './place.ts';
import { lastReaction } from './suppression.ts';
import { signalsTold, toldRead } from './told.ts';

/** What the guardrails of one programme version look at: found once, so that a decision only has to pick. */
export interface Asks {
  traits: readonly string[];
  purposes: readonly string[];
  channels: readonly string[];
  past: Lookback;
  /** What is kept beside, because features, target and hours are made of it. */
  model: Lookback;
  /** Signals that are counted; of others only the last matters. */
  counted: ReadonlySet<string>;
  /** How far back caps and fatigue count contacts, ms. */
  countedMs: number;
  /** Whether rules ask for the last contact. */
  last: boolean;
  needs: readonly Need[];
}

/** Traits that are features. */
const traitsOf = ({ context = {} }: Programme): string[] =>
  Object.values(context).flatMap(({ from }) => (from?.startsWith(TRAITS) ? [traitIn(from)] : []));

export function asksOf(programme: Programme, rules?: Rules): Asks {
  const { caps = [], consent = {}, quietHours } = programme.guardrails;
  const { timing } = programme;
  const clocks = [...(quietHours ? [quietHours] : []), ...(timing ? [clockOf(programme)] : [])];
  const own = [
    ...clocks.flatMap((by) => zoneTrait(by) ?? []),
    ...(timing?.segment ? [traitIn(timing.segment.trait)] : []),
  ];
  const asks = rules?.asks ?? [];
  return {
    traits: [...new Set([...(rules?.traits ?? []), ...own, ...traitsOf(programme)])],
    purposes: [...new Set(Object.values(consent).flat())],
    channels: [...new Set(programme.variants.map(({ channel }) => channel))],
    past: guardrailLookback({ programme, rules }),
    model: modelLookback(programme),
    counted: new Set([...asks, ...caps].flatMap(({ signal }) => signal ?? [])),
    countedMs: Math.max(
      fatigueMs(programme),
      frequencyMs(programme),
      ...caps.filter(ofPerson).map(({ hours }) => hours * HOUR_MS),
    ),
    last: asks.some(({ signal }) => signal === undefined),
    needs: needsOfAll(programme),
  };
}

/** Longest value of a trait that is kept with a decision, as JSON. */
const MOST_VALUE = 2_000;

const isLarge = (value: unknown): boolean => {
  if (typeof value === 'string') return value.length > MOST_VALUE;
  return typeof value === 'object' && value !== null && JSON.stringify(value).length > MOST_VALUE;
};

/** A record of what there is, or undefined; built so that no name, `__proto__` included, is anything but a name. */
function recordOf<T>(entries: readonly (readonly [name: string, value: T])[]): Record<string, T> | undefined {
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** Those of `names` that a record has, with their values. */
const own = <T>(record: Readonly<Record<string, T>>, names: readonly string[]): [name: string, value: T][] =>
  names.filter((name) => Object.hasOwn(record, name)).map((name) => [name, record[name]!]);

/** What guardrails can see of a profile. */
export function profileRead(
  { traits, consent, subscriptions }: Person,
  asks: Pick<Asks, 'traits' | 'purposes' | 'channels'>,
  erased: boolean,
): Pick<Readings, 'traits' | 'large' | 'consent' | 'subscriptions'> {
  const named = own(traits, asks.traits)
    .map(([name, { value }]) => [name, value] as const)
    .filter(([, value]) => value !== undefined && value !== null);
  const large = named.filter(([, value]) => isLarge(value)).map(([name]) => name);
  const states = own(subscriptions, asks.channels).filter(
    ([, { value }]) => erased || value === 'unsubscribed',
  );
  const asked = consent && asks.purposes.length > 0;
  return {
    traits: recordOf(large.length === 0 ? named : named.filter(([name]) => !large.includes(name))),
    large: large.length === 0 ? undefined : large,
    consent: asked ? Object.fromEntries(own(consent.value, asks.purposes)) : undefined,
    subscriptions: recordOf(states),
  };
}

/** What a decision keeps of the facts it was made on. */
export function readingsOf(given: GuardContext, asks: Asks): Readings {
  if (given.blind) return { standings: standingsRead(given, asks) };
  return {
    ...profileRead(given.person, asks, given.erased === true),
    ...pastRead(given, asks),
    signals: signalsRead(given, asks),
    resources: resourcesRead(given, asks),
    erased: given.erased ? true : undefined,
  };
}

function standingsRead({ standings }: GuardContext, { channels }: Asks): Readings['standings'] {
  const known = channels.map((channel) => [channel, standings?.(channel) ?? 'unknown'] as const);
  return recordOf(known.flatMap(([channel, own]) => (own === 'open' ? [] : [[channel, own] as const])));
}

/** Contacts that some guardrail counts: what lies before them all would grow for years. */
function contactsKept(given: GuardContext, { countedMs, last, past, model, channels }: Asks): Contact[] {
  const { programme, now, contacts } = given;
  if (Math.max(past.contactsMs, model.contactsMs) === 0 || contacts.length === 0) return [];
  const rests = programme.guardrails.suppressAfterIgnored !== undefined;
  const ignoredSince = Math.min(...(rests ? channels.map((channel) => lastReaction(given, channel)) : []));
  const since = Math.min(now - Math.max(countedMs, model.contactsMs), ignoredSince);
  const stand = standing(contacts, now);
  const lasting = last ? newestLasting(stand) : Infinity;
  return stand.filter((own) => lastTimeOf(own) > since || own.at >= lasting);
}

/** Contacts, and the signals that are told of beside their times, which may name some of them. */
function pastRead(given: GuardContext, asks: Asks): Pick<Readings, 'contacts' | 'told'> {
  const kept = contactsKept(given, asks);
  const told = toldRead(given, asks, kept);
  const named = new Set(told.map(({ about }) => about));
  const contacts = kept.map((own, i): ContactRead => {
    const { at, channel, programme, variant, releasesAt } = own;
    const state = own.state === 'sent' ? own.state : undefined;
    return { at, channel, programme, variant, releasesAt, state, ref: named.has(i) ? i : undefined };
  });
  return {
    contacts: contacts.length === 0 ? undefined : contacts,
    told: told.length === 0 ? undefined : told,
  };
}

/** When the newest contact was made that will never be given back: until then an older one may become the last. */
const newestLasting = (contacts: readonly Contact[]): number =>
  Math.max(-Infinity, ...contacts.filter((own) => endOf(own) === Infinity).map(({ at }) => at));

function signalsRead({ signals = [], now }: GuardContext, asks: Asks): Readings['signals'] {
  if (signals.length === 0) return undefined;
  const done = new Past(signals);
  const read = [...asks.past.signals].map(([name, ms]) => {
    const times = done.after(name, now - ms);
    return [name, asks.counted.has(name) ? times : times.slice(0, 1)] as const;
  });
  return recordOf(read.filter(([, times]) => times.length > 0));
}

function resourcesRead({ resources, now, programme }: GuardContext, { needs }: Asks): Readings['resources'] {
  if (needs.length === 0) return undefined;
  const keys = needs.flatMap((need) => keysAhead(need, programme, now));
  const read = keys.flatMap((key): [ResourceKey, ResourceRead][] => {
    const fact = resources?.get(key);
    if (!fact) return [];
    const { taken, next, ending, codes } = fact;
    return [[key, { taken, next, ending, code: codes.length > 0 ? true : undefined }]];
  });
  return recordOf(read);
}

/** What is known of a person, and of what they all share. */
interface Known {
  person: Person;
  contacts: Contact[];
  signals: StoredSignal[];
  resources: Map<ResourceKey, ResourceFact>;
  erased: boolean;
  standings: Standings;
}

/** Stands for the code that was free: whose it became is no business of a record that is read. */
const UNNAMED = '';

/** The facts a decision was made on, as far as its guardrails looked. The person stays in the arm they were in. */
export function knownFrom(
  readings: Readings,
  { person: id, programme, arm, at }: Pick<Decision, 'person' | 'programme' | 'arm' | 'at'>,
): Known {
  const traits = Object.entries(readings.traits ?? {}).map(([name, value]) => [name, { value, at }] as const);
  const { told = [] } = readings;
  const toldOf = new Set(told.map(({ name }) => name));
  const signals = Object.entries(readings.signals ?? {}).filter(([name]) => !toldOf.has(name));
  return {
    person: {
      id,
      members: [id],
      aliases: [],
      traits: Object.fromEntries(traits),
      consent: readings.consent && { value: readings.consent as Record<string, boolean>, at },
      subscriptions: readings.subscriptions ?? {},
      arms: { [programme]: arm },
    },
    contacts: (readings.contacts ?? []).map((contact) => {
      return { ...contact, person: id, decision: contact.ref === undefined ? '' : String(contact.ref) };
    }),
    signals: [
      ...signals.flatMap(([name, times]) =>
        times.map((time) => ({ name, at: time, person: id, source: '', id: '', values: {} })),
      ),
      ...signalsTold(told, id),
    ],
    resources: new Map(
      Object.entries(readings.resources ?? {}).map(([key, { taken, next, ending, code }]) => {
        return [key, { key, taken, next, ending, asOf: at, codes: code ? [UNNAMED] : [] }];
      }),
    ),
    erased: readings.erased === true,
    standings: (channel) => readings.standings?.[channel] ?? 'open',
  };
}
