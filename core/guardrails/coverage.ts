import type { Person } from '../domain/person.ts';
import type { Programme } from '../domain/programme.ts';
import { HOUR_MS } from '../domain/programme.ts';
import type { Readings } from '../domain/readings.ts';
import { IGNORED_LOOKBACK_HOURS, reactionsTo } from './suppression.ts';
import type { Asks } from './readings.ts';
import { profileRead } from './readings.ts';

const DAY_MS = 24 * HOUR_MS;
const days = (ms: number): string => (ms === DAY_MS ? 'day' : `${ms / DAY_MS} days`);

const sameReactions = (a: Programme, b: Programme): boolean =>
  JSON.stringify(reactionsTo(a).sort()) === JSON.stringify(reactionsTo(b).sort());

function contactsMissing(wanted: Subject, kept: Subject): string[] {
  const some: string[] = [];
  if (wanted.asks.countedMs > kept.asks.countedMs)
    some.push(`contacts of the last ${days(wanted.asks.countedMs)}`);
  const ignoredMs = IGNORED_LOOKBACK_HOURS * HOUR_MS;
  const rests = wanted.programme.guardrails.suppressAfterIgnored !== undefined;
  const keptSinceReaction =
    kept.programme.guardrails.suppressAfterIgnored !== undefined &&
    missing(wanted.asks.channels, kept.asks.channels).length === 0 &&
    sameReactions(wanted.programme, kept.programme);
  if (rests && !keptSinceReaction && kept.asks.countedMs < ignoredMs) {
    some.push(`contacts of the last ${days(ignoredMs)}`);
  }
  if (wanted.asks.last && !kept.asks.last && kept.asks.countedMs < ignoredMs) some.push('the last contact');
  return some;
}

function signalsMissing(wanted: Asks, kept: Asks): string[] {
  return [...wanted.past.signals].flatMap(([name, ms]) => {
    const short = (kept.past.signals.get(name) ?? 0) < ms;
    const last = wanted.counted.has(name) && !kept.counted.has(name);
    return short || last ? [`${name} of the last ${days(ms)}`] : [];
  });
}

/** Features from the person that were not taken down, or were something else then. */
function featuresMissing(
  { context = {}, policy }: Programme,
  { context: kept = {}, ...then }: Programme,
): string[] {
  const sourceIn = (some: NonNullable<Programme['context']>, name: string): string => {
    const declared = Object.hasOwn(some, name) ? some[name] : undefined;
    return JSON.stringify([declared?.from, declared?.type === 'number' && declared.days]);
  };
  const recovers = policy.recovering === true && then.policy.recovering !== true;
  const missed = recovers ? ['when the person last had each variant'] : [];
  const names = Object.keys(context)
    .filter((name) => context[name]!.from !== undefined && sourceIn(context, name) !== sourceIn(kept, name))
    .map((name) => `context.${name}`);
  return [...missed, ...names];
}

/** A target is recorded as it was; of another range nobody knows what it would have been. */
const targetMissing = ({ frequency }: Programme, kept: Programme): string[] =>
  frequency && JSON.stringify(frequency) !== JSON.stringify(kept.frequency)
    ? [`contacts and answers of the last ${days(IGNORED_LOOKBACK_HOURS * HOUR_MS)}`]
    : [];

/** A programme with what its guardrails look at. */
export interface Subject {
  programme: Programme;
  asks: Asks;
}

/** What guardrails look at and was not kept, in words. */
export interface NotKept {
  /** Of the profile, which is still there, as it is by now. */
  profile: string[];
  /** Of the past. */
  past: string[];
}

const missing = (names: readonly string[], known: readonly string[]): string[] =>
  names.filter((name) => !known.includes(name));

/** What the guardrails of one programme look at and decisions made on another did not keep. */
export function notKept(wanted: Subject, kept: Subject): NotKept {
  const { asks } = wanted;
  return {
    profile: [
      ...missing(asks.traits, kept.asks.traits).map((name) => `traits.${name}`),
      ...missing(asks.purposes, kept.asks.purposes).map((name) => `consent to ${name}`),
      ...missing(asks.channels, kept.asks.channels).map((name) => `subscription to ${name}`),
    ],
    past: [
      ...contactsMissing(wanted, kept),
      ...signalsMissing(asks, kept.asks),
      ...featuresMissing(wanted.programme, kept.programme),
      ...targetMissing(wanted.programme, kept.programme),
    ],
  };
}

/** Readings with what they did not keep of the profile filled in from the person as they are now. */
export function filledIn(readings: Readings, wanted: Asks, kept: Asks, person: Person): Readings {
  const asks = {
    traits: missing(wanted.traits, kept.traits),
    purposes: missing(wanted.purposes, kept.purposes),
    channels: missing(wanted.channels, kept.channels),
  };
  const now = profileRead(person, asks, false);
  const either = <T>(a: Record<string, T> | undefined, b: Record<string, T> | undefined) =>
    a || b ? { ...a, ...b } : undefined;
  // who was known to have said nothing then is not taken to have said anything since
  const silent = kept.purposes.length > 0 && readings.consent === undefined;
  return {
    ...readings,
    traits: either(now.traits, readings.traits),
    large: now.large ?? readings.large,
    consent: silent ? undefined : either(now.consent, readings.consent),
    subscriptions: either(now.subscriptions, readings.subscriptions),
  };
}
