import type { SignalAsk } from '../contracts/records.ts';
import { reversalsOf } from '../domain/orders.ts';
import type { Programme } from '../domain/programme.ts';
import { HOUR_MS } from '../domain/programme.ts';
import { tellingOf } from '../domain/scanners.ts';
import { featureAsks } from '../learn/features/sourced.ts';
import { openMs } from './caps.ts';
import { fatigueMs } from './fatigue.ts';
import { answerAsks, frequencyMs } from './frequency.ts';
import type { HistoryAsk, Rules } from './guardrail.ts';
import { needsOfAll } from './needs.ts';
import { IGNORED_LOOKBACK_HOURS, reactionsTo } from './suppression.ts';

/**
 * How long after the time it is for a message may be sent and still be counted in every window it is in, and how late a report that it
 * was sent, or never will be, still finds it by the platform's id alone: a week.
 */
const REPORT_HOURS = 168;

/** What has to be known about a person's past. */
export interface Lookback {
  /** How far back contacts are asked for, ms. */
  contactsMs: number;
  /** How far back signals are asked for by name, ms. */
  signals: ReadonlyMap<string, number>;
}

/** A programme, with its rules where it has some. */
export interface Looking {
  programme: Programme;
  rules?: Rules | undefined;
}

function guardrailAsks({ programme, rules }: Looking): HistoryAsk[] {
  const { caps = [], suppressAfterIgnored, restAfterSignal = [] } = programme.guardrails;
  const counted = [...caps, ...restAfterSignal].map(({ signal, hours }) => ({ signal, ms: hours * HOUR_MS }));
  if (programme.fatigue) counted.push({ signal: undefined, ms: fatigueMs(programme) });
  if (programme.frequency) counted.push({ signal: undefined, ms: frequencyMs(programme) });
  const asks: HistoryAsk[] = [...counted, ...(rules?.asks ?? [])];
  if (needsOfAll(programme).length > 0) {
    const { releaseAfterHours = 0, queues = {} } = programme.guardrails;
    const worked = Object.values(queues).map(({ hours = 0 }) => hours);
    asks.push({ ms: Math.max(REPORT_HOURS, releaseAfterHours, ...worked) * HOUR_MS });
  }
  if (!suppressAfterIgnored) return asks;
  const ms = IGNORED_LOOKBACK_HOURS * HOUR_MS;
  return [...asks, ...[undefined, ...reactionsTo(programme)].map((signal) => ({ signal, ms }))];
}

/** With clicks what tells whether a scanner made them, and with what may be an order whether it was taken back. */
const withTelling = (asks: readonly HistoryAsk[]): HistoryAsk[] =>
  asks.flatMap((ask) => {
    const telling = [...tellingOf(ask.signal), ...reversalsOf(ask.signal)];
    return [ask, ...telling.map((signal) => ({ ...ask, signal }))];
  });

/** Of each signal the longest window, and of no other signal. */
function joined(asks: readonly HistoryAsk[]): Lookback {
  const signals = new Map<string, number>();
  let contactsMs = 0;
  for (const { signal, ms } of asks) {
    if (signal === undefined) contactsMs = Math.max(contactsMs, ms);
    else signals.set(signal, Math.max(signals.get(signal) ?? 0, ms));
  }
  return { contactsMs, signals };
}

/** What the guardrails of a programme ask for, which decisions keep. */
export const guardrailLookback = (looking: Looking): Lookback => joined(guardrailAsks(looking));

/** What tells of the hours of a person, of programmes that plan ahead. */
function hourAsks(programme: Programme): HistoryAsk[] {
  if (!programme.timing) return [];
  const ms = IGNORED_LOOKBACK_HOURS * HOUR_MS;
  return [undefined, ...reactionsTo(programme)].map((signal) => ({ signal, ms }));
}

/** What the features, the target and the hours of a person are made of. */
const modelAsks = (programme: Programme): HistoryAsk[] => [
  ...featureAsks(programme),
  ...answerAsks(programme),
  ...hourAsks(programme),
];

/** The same, joined: what decisions keep beside what their guardrails ask for. */
export const modelLookback = (programme: Programme): Lookback => joined(modelAsks(programme));

/**
 * What some programmes ask for, guardrails, features and times: what is loaded. Contacts are looked for by their first time, and may
 * count from a later one.
 */
export function lookbackOf(all: readonly Looking[]): Lookback {
  const asks = all.flatMap((looking) => [...guardrailAsks(looking), ...modelAsks(looking.programme)]);
  const { contactsMs, signals } = joined(withTelling(asks));
  if (contactsMs === 0) return { contactsMs, signals };
  const open = Math.max(...all.map(({ programme }) => openMs(programme)));
  return { contactsMs: Math.max(contactsMs + REPORT_HOURS * HOUR_MS, open), signals };
}

export const signalsAsked = ({ signals }: Lookback, now: number): SignalAsk[] =>
  [...signals].map(([name, ms]) => ({ name, since: now - ms }));
