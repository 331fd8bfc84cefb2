import type { SignalAsk } from '../contracts/records.ts';
import type { Programme } from '../domain/programme.ts';
import { HOUR_MS } from '../domain/programme.ts';
import type { Rules } from './guardrail.ts';
import { needsOfAll } from './needs.ts';
import { IGNORED_LOOKBACK_HOURS, reactionsTo } from './suppression.ts';

/** How late a report that a message was sent, or never will be, still finds it by the platform's id alone: a week. */
const REPORT_HOURS = 168;

/** What guardrails have to know about a person's past. */
export interface Lookback {
  /** How far back contacts are asked for, ms. */
  contactsMs: number;
  /** How far back signals are asked for by name, ms. */
  signals: ReadonlyMap<string, number>;
}

/** What the guardrails of some programmes ask for: of each signal the longest window, and of no other signal. */
export function lookbackOf(
  programmes: readonly { programme: Programme; rules?: Rules | undefined }[],
): Lookback {
  const signals = new Map<string, number>();
  let contactsMs = 0;
  const ask = (signal: string | undefined, ms: number): void => {
    if (signal === undefined) contactsMs = Math.max(contactsMs, ms);
    else signals.set(signal, Math.max(signals.get(signal) ?? 0, ms));
  };
  for (const { programme, rules } of programmes) {
    const { caps = [], suppressAfterIgnored, restAfterSignal = [] } = programme.guardrails;
    for (const { signal, hours } of caps) ask(signal, hours * HOUR_MS);
    if (needsOfAll(programme).length > 0) {
      const { releaseAfterHours = 0, queues = {} } = programme.guardrails;
      const worked = Object.values(queues).map(({ hours = 0 }) => hours);
      ask(undefined, Math.max(REPORT_HOURS, releaseAfterHours, ...worked) * HOUR_MS);
    }
    for (const { signal, hours } of restAfterSignal) ask(signal, hours * HOUR_MS);
    for (const { signal, ms } of rules?.asks ?? []) ask(signal, ms);
    if (!suppressAfterIgnored) continue;
    for (const name of [undefined, ...reactionsTo(programme)]) ask(name, IGNORED_LOOKBACK_HOURS * HOUR_MS);
  }
  return { contactsMs, signals };
}

export const signalsAsked = ({ signals }: Lookback, now: number): SignalAsk[] =>
  [...signals].map(([name, ms]) => ({ name, since: now - ms }));
