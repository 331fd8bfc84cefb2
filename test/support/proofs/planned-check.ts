import type { Decision, DroppedOption } from '../../../core/domain/decision.ts';
import { sendTimeOf, SILENCE } from '../../../core/domain/decision.ts';
import type { Programme, Variant } from '../../../core/domain/programme.ts';
import { HOUR, MINUTE } from '../programmes.ts';
import type { Known, Rule } from './by-hand.ts';
import { isOwed, rulesOf } from './by-hand.ts';
import { quietUntil, shownIn } from './clocks.ts';

const rulesKnown = new WeakMap<Programme, Rule[]>();

function rules(own: Programme): Rule[] {
  let all = rulesKnown.get(own);
  if (!all) rulesKnown.set(own, (all = rulesOf(own)));
  return all;
}

/** The rules that are against a variant at some time, the one that speaks first before all others. */
export const against = (
  own: Programme,
  variant: Variant,
  at: number,
  known: Known,
): IteratorObject<Rule, undefined> =>
  rules(own)
    .values()
    .filter(({ objects }) => objects(variant, at, known));

/** Now, the next full hour of the clocks there, and every so many hours from then on, within the horizon. */
function timesOf({ timing }: Programme, { now, zone }: Known, atOnce: boolean): number[] {
  if (!timing || atOnce) return [now];
  const step = timing.stepHours ?? 1;
  const left = 60 * step - (shownIn(zone, now).minute % (60 * step));
  const first = now - (now % MINUTE) + left * MINUTE;
  const times = [now];
  for (let at = first; at <= now + timing.horizonHours * HOUR; at += step * HOUR) times.push(at);
  return times;
}

/** What may be sent when, and what is against everything else. */
export interface Expected {
  times: number[];
  /** Places of the times at which a variant may be sent, by variant. */
  open: Map<string, number[]>;
  /** The first rule that is against a variant now. */
  first: Map<string, Rule>;
  /** How many pairs of a variant and a time each rule is the first against. */
  pruned: Map<string, number>;
}

export function expectedOf(own: Programme, known: Known, atOnce: boolean): Expected {
  const times = timesOf(own, known, atOnce);
  const expected: Expected = { times, open: new Map(), first: new Map(), pruned: new Map() };
  for (const variant of own.variants) {
    const rulesAt = times.map((at) => against(own, variant, at, known).next().value);
    const places = rulesAt.flatMap((rule, place) => (rule ? [] : [place]));
    expected.open.set(variant.id, places);
    if (rulesAt[0]) expected.first.set(variant.id, rulesAt[0]);
    for (const rule of rulesAt)
      if (rule) expected.pruned.set(rule.name, 1 + (expected.pruned.get(rule.name) ?? 0));
  }
  return expected;
}

const closed = ({ open }: Expected, id: string): boolean => open.get(id)!.length === 0;

/** What is wrong with what was dropped: other variants, for another reason, or until another time. */
function wrongDropped(own: Programme, known: Known, expected: Expected, dropped: readonly DroppedOption[]) {
  const told = new Map(dropped.map((one) => [one.option, one]));
  for (const variant of own.variants) {
    const [one, rule] = [told.get(variant.id), expected.first.get(variant.id)];
    const name = closed(expected, variant.id) ? rule?.name : undefined;
    if (one?.rule !== name)
      return `${variant.id} was ${one ? `dropped by ${one.rule}` : 'free'}, and there is ${name ?? 'room'}`;
    if (!one || !rule || rule.shared || one.until === undefined) continue;
    const { until } = one;
    const then = ({ objects }: Rule, at: number): boolean =>
      objects(variant, at, { ...known, now: at, asOf: at });
    // of several caps that are full the one speaks that has room last
    const same = against(own, variant, known.now, known).filter(({ name: its }) => its === rule.name);
    if (!same.some((own) => !then(own, until) && then(own, until - 1)))
      return `${variant.id} is said to be free of ${rule.name} at ${until}`;
  }
  return undefined;
}

/** When a send is to be asked for again, where it is put off. */
function retryOf(own: Programme, known: Known, { first, open }: Expected): number | undefined {
  const { quietHours: quiet } = own.guardrails;
  if (!quiet?.defer || [...open.values()].some((places) => places.length > 0)) return undefined;
  if (![...first.values()].some(({ name }) => name === 'quiet-hours')) return undefined;
  const until = quietUntil(quiet, known.zone, known.now);
  return until - known.now <= (quiet.deferHours ?? 168) * HOUR ? until : undefined;
}

/** What is wrong with the times a message was chosen a time from, and with that time. */
function wrongTime(own: Programme, { times, open }: Expected, decision: Decision): string | undefined {
  const { timing, variant = '', reason, policy } = decision;
  const places = open.get(variant)!;
  const place = times.indexOf(sendTimeOf(decision));
  if (!places.includes(place))
    return `${variant} is to be sent at ${sendTimeOf(decision)}, which is no open time`;
  if (!own.timing) return undefined;
  const { steps = [], cut, candidates, pruned } = timing!;
  const all = [...open.values()].reduce((sum, { length }) => sum + length, 0);
  if (candidates !== times.length * open.size)
    return `${candidates} pairs, and there are ${times.length * open.size}`;
  const gone = Object.values(pruned).reduce((sum, count) => sum + count, 0);
  if (candidates - gone !== all) return `${candidates - gone} pairs are left, and should be ${all}`;
  // of a holdout that is sent the usual, and of what is asked for by name, the first time there is
  const expected = reason === 'holdout' && policy !== 'uniform' ? places.slice(0, 1) : places;
  const same = cut > 0 ? steps.every((step) => expected.includes(step)) : steps.join() === expected.join();
  return same ? undefined : `${variant} might be sent at ${steps.join()}, and may at ${expected.join()}`;
}

function wrongSilence(
  own: Programme,
  known: Known,
  expected: Expected,
  decision: Decision,
): string | undefined {
  const { reason, guardrail, eligible, arm } = decision;
  const none = own.variants.every(({ id }) => closed(expected, id));
  if (none) {
    const first = expected.first.get(own.variants[0]!.id)!.name;
    if (decision.action === 'silence' && arm === 'holdout') return undefined;
    return guardrail === first ? undefined : `silence for ${guardrail ?? reason}, and it is ${first}`;
  }
  if (reason !== 'policy' && reason !== 'holdout') return `${reason} while something may be sent`;
  const may = eligible.some(({ option }) => option === SILENCE);
  const should = own.silence && !(reason === 'policy' && isOwed(own, known));
  const usual = reason === 'holdout' && decision.policy !== 'uniform';
  if (may !== should && !usual)
    return `silence ${may ? 'may' : 'may not'} be chosen, and should be otherwise`;
  return undefined;
}

/** What is wrong with an answer, or undefined. */
function wrongAnswer(
  own: Programme,
  known: Known,
  expected: Expected,
  decision: Decision,
): string | undefined {
  const { frequency } = decision;
  if (own.frequency && frequency?.target !== known.target)
    return `a target of ${frequency?.target}, and it is ${known.target}`;
  const dropped = decision.dropped.filter(({ rule }) => rule !== 'limits');
  return (
    wrongDropped(own, known, expected, dropped) ??
    wrongSilence(own, known, expected, decision) ??
    (decision.action === 'send' ? wrongTime(own, expected, decision) : undefined)
  );
}

/** One programme of those that were asked, and what should have come of it. */
export interface Question {
  own: Programme;
  known: Known;
  expected: Expected;
}

/** When a send of some programmes is to be asked for again: when the first of them has something to send, and no more often than seven times. */
function wrongRetry(
  questions: readonly Question[],
  { retryAt }: Decision,
  putOff: number,
): string | undefined {
  const open = questions.some(({ expected }) => [...expected.open.values()].some(({ length }) => length > 0));
  const ends = questions.map(({ own, known, expected }) => retryOf(own, known, expected) ?? Infinity);
  const first = Math.min(...ends);
  const expected = open || first === Infinity || putOff >= 7 ? undefined : first;
  return retryAt === expected
    ? undefined
    : `put off until ${retryAt}, and should be until ${expected ?? 'never'}`;
}

/** What is wrong with an answer to a send that was put off so many times, and with what the programmes that competed for it said. */
export function wrongWith(questions: readonly Question[], decision: Decision, putOff: number): string[] {
  const all = questions.map(({ own, known, expected }) => {
    if (own.id === decision.programme) return wrongAnswer(own, known, expected, decision);
    const { dropped } = decision.arbitration!.find((one) => one.programme === own.id)!;
    return dropped && wrongDropped(own, known, expected, dropped);
  });
  return [...all, wrongRetry(questions, decision, putOff)].flatMap((wrong) =>
    wrong === undefined ? [] : [`${decision.programme}, ${decision.id}: ${wrong}`],
  );
}
