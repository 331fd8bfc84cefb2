import type { Programme } from '../domain/programme.ts';
import { HOUR_MS } from '../domain/programme.ts';
import { IGNORED_LOOKBACK_HOURS, reactionsTo } from './suppression.ts';
import type { Asks } from './readings.ts';

const DAY_MS = 24 * HOUR_MS;
const days = (ms: number): string => (ms === DAY_MS ? 'day' : `${ms / DAY_MS} days`);

const sameReactions = (a: Programme, b: Programme): boolean =>
  JSON.stringify(reactionsTo(a).sort()) === JSON.stringify(reactionsTo(b).sort());

function contactsMissing(wanted: Subject, kept: Subject): string[] {
  const missing: string[] = [];
  if (wanted.asks.capsMs > kept.asks.capsMs) missing.push(`contacts of the last ${days(wanted.asks.capsMs)}`);
  const ignoredMs = IGNORED_LOOKBACK_HOURS * HOUR_MS;
  const rests = wanted.programme.guardrails.suppressAfterIgnored !== undefined;
  const keptSinceReaction =
    kept.programme.guardrails.suppressAfterIgnored !== undefined &&
    sameReactions(wanted.programme, kept.programme);
  if (rests && !keptSinceReaction && kept.asks.capsMs < ignoredMs) {
    missing.push(`contacts of the last ${days(ignoredMs)}`);
  }
  if (wanted.asks.last && !kept.asks.last && kept.asks.capsMs < ignoredMs) missing.push('the last contact');
  return missing;
}

function signalsMissing(wanted: Asks, kept: Asks): string[] {
  return [...wanted.past.signals].flatMap(([name, ms]) => {
    const short = (kept.past.signals.get(name) ?? 0) < ms;
    const last = wanted.counted.has(name) && !kept.counted.has(name);
    return short || last ? [`${name} of the last ${days(ms)}`] : [];
  });
}

/** A programme with what its guardrails look at. */
export interface Subject {
  programme: Programme;
  asks: Asks;
}

/** What the guardrails of one programme look at and decisions made on another did not keep, in words; nothing: all of it. */
export function notKept(wanted: Subject, kept: Subject): string[] {
  const without = (names: readonly string[], known: readonly string[], words: (name: string) => string) =>
    names.filter((name) => !known.includes(name)).map(words);
  return [
    ...without(wanted.asks.traits, kept.asks.traits, (name) => `traits.${name}`),
    ...without(wanted.asks.purposes, kept.asks.purposes, (name) => `consent to ${name}`),
    ...without(wanted.asks.channels, kept.asks.channels, (name) => `subscription to ${name}`),
    ...contactsMissing(wanted, kept),
    ...signalsMissing(wanted.asks, kept.asks),
  ];
}
