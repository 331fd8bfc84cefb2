import type { OptionKey, ScoredOption } from '../../domain/decision.ts';
import type { Cap, Programme, Variant } from '../../domain/programme.ts';
import { HOUR_MS } from '../../domain/programme.ts';
import type { Readings, ResourceRead, SignalRead } from '../../domain/readings.ts';
import type { ResourceKey } from '../../domain/resource.ts';
import { counted, openMs } from '../../guardrails/caps.ts';
import { lastTimeOf } from '../../guardrails/contacts.ts';
import { keysAhead, needsOfAll } from '../../guardrails/needs.ts';
import type { Policy } from '../../policies/policy.ts';
import type { Complete } from '../again.ts';
import { asOfPerson } from '../again.ts';
import type { LiveProgramme } from '../decide.ts';

/** One thing that might have been otherwise. */
export type Change =
  /** Asked at another time, ms since 1970. */
  | { kind: 'time'; at: number }
  /** So many contacts fewer of those that a guardrail counted, the newest of them. */
  | { kind: 'contacts'; fewer: number; per?: Cap['per']; channel?: string | undefined; hours?: number }
  /** A signal had happened so many times more just before, or the newest so many had not. */
  | { kind: 'signal'; signal: string; by: number }
  /** A signal had never happened. */
  | { kind: 'no-signal'; signal: string }
  /** Another value of `traits.<name>` or `context.<name>`; null: none. `part`: where inside it alone something is another. */
  | { kind: 'value'; field: string; value: unknown; part?: readonly string[] | undefined }
  /** So much less was taken of what all persons share, in its own parts and in units for the eye; of a pool, a code was free. */
  | { kind: 'resource'; resource: ResourceKey; less: number; units: number; what: string }
  | { kind: 'consent'; purposes: readonly string[] }
  | { kind: 'subscription'; channel: string }
  | { kind: 'approval' }
  /** The programme is live. */
  | { kind: 'status' }
  /** Programme and variant end later. */
  | { kind: 'end' }
  /** A limit of the goal does not speak against the option. */
  | { kind: 'limit'; signal: string }
  /** The person is not in the holdout. */
  | { kind: 'arm' }
  /** No variant is asked for by name. */
  | { kind: 'pin' }
  /** Another probability of the option, the others in proportion; `short` is how far its score is below the chosen one's. */
  | { kind: 'chance'; from: number; to: number; short: number }
  /** So much more was expected of the option, by the model that decided, which gave it another probability. */
  | { kind: 'score'; by: number; from: number; to: number };

/** A decision as it was made, or as it would have been. */
export interface Case {
  decision: Complete;
  live: LiveProgramme;
}

/** Changes after which the features and the target of a person may be others. */
const OF_PERSON: ReadonlySet<Change['kind']> = new Set([
  'time',
  'arm',
  'value',
  'contacts',
  'signal',
  'no-signal',
  'consent',
  'subscription',
]);

/** The same decision with one thing otherwise, and what follows from it; `option` is the one the change is about. */
export function changed(now: Case, change: Change, option: OptionKey): Case {
  const { decision, live } = changedAlone(now, change, option);
  return { live, decision: OF_PERSON.has(change.kind) ? asOfPerson(decision, live) : decision };
}

function changedAlone(now: Case, change: Change, option: OptionKey): Case {
  const { decision, live } = now;
  const told = (some: Partial<Complete>): Case => ({ live, decision: { ...decision, ...some } });
  const read = (some: Partial<Readings>): Case => told({ read: { ...decision.read, ...some } });
  switch (change.kind) {
    case 'time':
      return told({ at: change.at, read: { ...decision.read, resources: takenAt(now, change.at) } });
    case 'arm':
      return told({ arm: 'treated' });
    case 'pin':
      return told({ pin: undefined });
    case 'value':
      return withValue(now, change.field, change.value);
    case 'contacts':
      return read({ contacts: withFewer(now, change, option) });
    case 'signal':
      return read({ signals: withSignal(decision, change), told: toldWith(decision, change) });
    case 'no-signal':
      return read({
        signals: without(decision.read.signals, change.signal),
        told: decision.read.told?.filter(({ name }) => name !== change.signal),
      });
    case 'resource':
      return read({ resources: withLess(decision.read.resources, change) });
    case 'consent': {
      const given = Object.fromEntries(change.purposes.map((purpose) => [purpose, true]));
      return read({ consent: { ...decision.read.consent, ...given } });
    }
    case 'subscription': {
      const own = { [change.channel]: { value: 'subscribed' as const, at: decision.at } };
      return read({ subscriptions: { ...decision.read.subscriptions, ...own } });
    }
    case 'limit': {
      const { policy } = live;
      const beyond: Policy['beyond'] = (options, at) =>
        (policy.beyond?.(options, at) ?? []).filter((own) => own.option !== option);
      return { decision, live: { ...live, policy: { ...policy, beyond } } };
    }
    case 'score': {
      const { policy } = live;
      const score: Policy['score'] = (options, asked) =>
        policy.score(options, { ...asked, raised: { option, by: change.by } });
      return { decision, live: { ...live, policy: { ...policy, score } } };
    }
    case 'chance': {
      const { policy } = live;
      const score: Policy['score'] = (...asked) => favoured(policy.score(...asked), option, change.to);
      return { decision, live: { ...live, policy: { ...policy, score } } };
    }
    default:
      return { decision, live: { ...live, programme: reformed(live.programme, change, option) } };
  }
}

const without = <T>(record: Readonly<Record<string, T>> = {}, name: string): Record<string, T> =>
  Object.fromEntries(Object.entries(record).filter(([other]) => other !== name));

function withValue({ decision, live }: Case, field: string, value: unknown): Case {
  const [of, name] = [field.slice(0, field.indexOf('.')), field.slice(field.indexOf('.') + 1)];
  const set = value === null ? {} : { [name]: value };
  if (of === 'context') {
    const context = { ...without(decision.context, name), ...set } as Complete['context'];
    return { live, decision: { ...decision, context } };
  }
  const traits = { ...without(decision.read.traits, name), ...set };
  return { live, decision: { ...decision, read: { ...decision.read, traits } } };
}

function withFewer(
  { decision, live }: Case,
  { fewer, per = 'person', channel, hours = Infinity }: Change & { kind: 'contacts' },
  option: OptionKey,
): Readings['contacts'] {
  const contacts = decision.read.contacts ?? [];
  const window = hours * HOUR_MS;
  const open = openMs(live.programme);
  const gone = contacts
    .filter((own) => lastTimeOf(own) > decision.at - window && own.at < decision.at + open + window)
    .filter((c) => counted({ per, channel }, c, option, live.programme.id))
    .sort((a, b) => b.at - a.at)
    .slice(0, fewer);
  return contacts.filter((contact) => !gone.includes(contact));
}

function withSignal(
  { read, at }: Complete,
  { signal, by }: Change & { kind: 'signal' },
): Readings['signals'] {
  const times = read.signals?.[signal] ?? [];
  const after = by < 0 ? times.slice(-by) : [...Array<number>(by).fill(at), ...times];
  return { ...without(read.signals, signal), [signal]: after };
}

/** The same of signals as they were told: an order that was told of twice is gone with both. */
function toldWith({ read, at }: Complete, { signal, by }: Change & { kind: 'signal' }): Readings['told'] {
  const told = read.told ?? [];
  if (!told.some(({ name }) => name === signal)) return read.told;
  if (by > 0) return [...Array<SignalRead>(by).fill({ name: signal, at }), ...told];
  const gone = new Set<number | SignalRead>();
  for (const own of told) if (own.name === signal && gone.size < -by) gone.add(own.order ?? own);
  return told.filter((own) => own.name !== signal || !gone.has(own.order ?? own));
}

/** What has ended by then is given back, and a resource that begins anew each day is whole on one that was not looked at. */
function takenAt({ decision: { read }, live }: Case, at: number): Readings['resources'] {
  const needs = needsOfAll(live.programme);
  if (needs.length === 0) return read.resources;
  const days = needs.filter(({ daily }) => daily !== undefined);
  const keys = days.flatMap((need) => keysAhead(need, live.programme, at));
  const known = Object.entries(read.resources ?? {});
  return Object.fromEntries<ResourceRead>([
    ...keys.map((key) => [key, { taken: 0 }] as const),
    ...known.map(([key, own]) => [key, releasedBy(own, at)] as const),
  ]);
}

/** Without the first of what is taken where that has ended; what comes after it is not on record. */
function releasedBy(own: ResourceRead, at: number): ResourceRead {
  const { taken, next = Infinity, ending } = own;
  return ending === undefined || next > at ? own : { taken: taken - ending, code: true };
}

function withLess(
  resources: Readings['resources'] = {},
  { resource, less }: Change & { kind: 'resource' },
): Readings['resources'] {
  const { taken = 0, next } = resources[resource] ?? {};
  return { ...resources, [resource]: { taken: Math.max(0, taken - less), next, code: true } };
}

function reformed(programme: Programme, change: Change, option: OptionKey): Programme {
  const variants = (reform: (own: Variant) => Variant): Variant[] =>
    programme.variants.map((own) => (own.id === option ? reform(own) : own));
  if (change.kind === 'status') return { ...programme, status: 'live' };
  if (change.kind === 'end') {
    return { ...programme, endsAt: undefined, variants: variants((own) => ({ ...own, endsAt: undefined })) };
  }
  return {
    ...programme,
    variants: variants((own) => {
      const { contentHash } = own;
      return { ...own, approval: { status: 'approved', contentHash, at: 0, by: '' } };
    }),
  };
}

/** One option drawn with probability `to`, the others with what is left, in proportion. */
function favoured(eligible: readonly ScoredOption[], option: OptionKey, to: number): ScoredOption[] {
  const own = eligible.find((scored) => scored.option === option)?.propensity;
  if (own === undefined || own === 1) return [...eligible];
  const left = (1 - to) / (1 - own);
  return eligible.map((scored) => {
    return { ...scored, propensity: scored.option === option ? to : scored.propensity * left };
  });
}

/**
 * Least probability with which a draw of `uniform` in [0, 1) falls on an option, the others keeping their proportions. What
 * lies before the option in the order of drawing shrinks until the draw is no longer in it, or what lies after.
 */
export function chanceNeeded(eligible: readonly ScoredOption[], option: OptionKey, uniform: number): number {
  const place = eligible.findIndex((scored) => scored.option === option);
  const own = eligible[place]!.propensity;
  const before = eligible.slice(0, place).reduce((sum, { propensity }) => sum + propensity, 0);
  const after = 1 - own - before;
  const shrunk = uniform < before ? uniform / before : (1 - uniform) / after;
  // a draw on the very edge is the neighbour's
  return Math.min(1, 1 - (1 - own) * Math.min(1, shrunk) + EDGE);
}

const EDGE = 1e-9;
