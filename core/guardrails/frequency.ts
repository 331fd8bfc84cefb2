import type { Contact } from '../contracts/records.ts';
import type { Objection } from '../domain/decision.ts';
import type { Answering } from '../domain/answering.ts';
import type { Frequency, FrequencyTarget } from '../domain/frequency.ts';
import type { Cap, GoalSignal, Programme } from '../domain/programme.ts';
import { firstReports } from '../domain/orders.ts';
import { DAY_MS, HOUR_MS } from '../domain/programme.ts';
import { full } from './caps.ts';
import { lastTimeOf, standing } from './contacts.ts';
import type { GuardContext, Guardrail, HistoryAsk } from './guardrail.ts';
import { unknown } from './guardrail.ts';
import { IGNORED_LOOKBACK_HOURS } from './suppression.ts';

/** Days after which a contact, answered or not, says half as much about the person: who stops answering is noticed. */
const HALF_LIFE_DAYS = 30;
/** A contact that nobody answered for so long counts as not answered. */
const PATIENCE_MS = DAY_MS;

/** Signals that may be answers. */
export const favoured = ({ goal }: Pick<Programme, 'goal'>): GoalSignal[] =>
  goal.signals.filter(({ weight }) => weight > 0);

/** What is looked up to find out how readily somebody answers. */
export function answerAsks(programme: Programme): HistoryAsk[] {
  if (!programme.frequency) return [];
  const ms = IGNORED_LOOKBACK_HOURS * HOUR_MS;
  return [undefined, ...favoured(programme).map(({ signal }) => signal)].map((signal) => ({ signal, ms }));
}

/** Contacts that were made, oldest first. */
const madeByAnybody = ({ contacts, now }: GuardContext): Contact[] =>
  standing(contacts, now)
    .filter((own) => own.at <= now)
    .sort((a, b) => a.at - b.at);

/** Those of the programme. */
const made = (given: GuardContext): Contact[] =>
  madeByAnybody(given).filter((own) => own.programme === given.programme.id);

/** What came of the contacts a person had: an answer is a signal before the next contact. */
function answersOf(
  { now, signals = [] }: GuardContext,
  contacts: readonly Contact[],
  { goal, rate }: Answering,
): Required<Omit<FrequencyTarget, 'target'>> {
  const times = firstReports(signals.filter(({ name }) => name === goal.signal)).map(({ at }) => at);
  let [answered, expected] = [0, 0];
  for (const [i, { at }] of contacts.entries()) {
    if (at <= now - IGNORED_LOOKBACK_HOURS * HOUR_MS) continue;
    const end = Math.min(contacts[i + 1]?.at ?? Infinity, at + goal.windowHours * HOUR_MS);
    const answer = times.some((time) => time >= at && time < end);
    if (!answer && now - at < PATIENCE_MS) continue;
    const weight = 2 ** (-(now - at) / DAY_MS / HALF_LIFE_DAYS);
    answered += answer ? weight : 0;
    expected += weight * rate;
  }
  return { answered, expected };
}

/**
 * How many times as readily as everybody a person answers. It has a Gamma(1, 1) prior, which is that of everybody, and its mean
 * given Poisson answers is (1 + answered) / (1 + expected) (DuMouchel, "Bayesian Data Mining in Large Frequency Tables", 1999).
 */
const relativeRate = (answered: number, expected: number): number => (1 + answered) / (1 + expected);

/** The same of all contacts that somebody had, of whatever programme or tool: 1 of whom nothing is known. */
export function readinessOf(given: GuardContext, answering: Answering): number {
  const { answered, expected } = answersOf(given, madeByAnybody(given), answering);
  return relativeRate(answered, expected);
}

/** The target of a person, inside the range: who is like everybody gets the middle of it, others in proportion. */
export function targetFor({ least, most }: Frequency, answered: number, expected: number): number {
  const relative = relativeRate(answered, expected);
  return Math.min(most, Math.max(least, Math.round((relative * (least + most)) / 2)));
}

/** What a decision is to be held to; undefined where the programme declares no frequency, or nothing can be looked up. */
export function frequencyTarget(given: GuardContext, answering: Answering): FrequencyTarget | undefined {
  const { frequency } = given.programme;
  if (!frequency || given.blind) return undefined;
  const { answered, expected } = answersOf(given, made(given), answering);
  return { target: targetFor(frequency, answered, expected), answered, expected };
}

/** How far back contacts are counted against the target, ms. */
export const frequencyMs = ({ frequency }: Pick<Programme, 'frequency'>): number =>
  (frequency?.perDays ?? 0) * DAY_MS;

/** Whether a person had fewer contacts than the least: then silence is no option. */
export function isOwed(given: GuardContext): boolean {
  const { frequency } = given.programme;
  if (!frequency || given.blind) return false;
  const since = given.now - frequencyMs(given.programme);
  return made(given).filter((own) => lastTimeOf(own) > since).length < frequency.least;
}

/** No more contacts of the programme than the person's target, in windows that roll as those of caps do. */
export const frequency: Guardrail = (variant, context): Objection | undefined => {
  const { frequency: range } = context.programme;
  if (!range) return undefined;
  if (context.blind) return unknown('contacts cannot be looked up');
  const count = context.frequency?.target ?? range.most;
  const cap: Cap = { per: 'person-programme', count, hours: range.perDays * (DAY_MS / HOUR_MS) };
  const objection = full(cap, variant, context);
  if (!objection) return undefined;
  const detail = `${objection.detail}; the person's own target, from ${range.least} to ${range.most}`;
  return { ...objection, detail };
};
