import type { DroppedOption, OptionKey } from '../../domain/decision.ts';
import { SILENCE } from '../../domain/decision.ts';
import { DAY_MS } from '../../domain/programme.ts';
import { firstObjection } from '../../guardrails/check.ts';
import { rngFromText } from '../../maths/xoshiro.ts';
import { LIMITS } from '../../policies/limits.ts';
import { again, givenTo } from '../again.ts';
import type { Remedies } from './candidates.ts';
import { candidates } from './candidates.ts';
import type { Case, Change } from './change.ts';
import { chanceNeeded, changed } from './change.ts';

/** Changes about one option. */
interface Try {
  option: OptionKey;
  changes: Change[];
}

/** Changes which together would have had another outcome. */
export interface Way extends Try {
  /** The option that would have been chosen. */
  chosen: OptionKey;
}

/** Most steps of one way, and most partial ways that are followed at once: what takes more explains nothing. */
const MOST_STEPS = 5;
const MOST_OPEN = 24;
/** Ways that are tried out at most, of one option and in all: with many variants each costs up to a millisecond. */
const MOST_OF_ONE = 3;
const MOST_TRIED = 60;

/** From what happens by itself to what somebody would have to do: which of two changes is the smaller. */
const ORDER: readonly Change['kind'][] = [
  ...([
    'chance',
    'score',
    'time',
    'contacts',
    'resource',
    'signal',
    'no-signal',
    'value',
    'consent',
    'subscription',
  ] as const),
  ...(['limit', 'approval', 'status', 'end', 'pin', 'arm'] as const),
];

const sizeOf = ({ changes }: Try): number =>
  changes.length * ORDER.length + Math.max(0, ...changes.map(({ kind }) => ORDER.indexOf(kind)));

/** Of two of the same kind: how much. */
function amountOf({ changes: [first] }: Try): number {
  if (first?.kind === 'chance') return first.to - first.from;
  if (first?.kind === 'time') return first.at;
  if (first?.kind === 'contacts') return first.fewer;
  return first?.kind === 'signal' ? Math.abs(first.by) : 0;
}

const bySize = (a: Try, b: Try): number => sizeOf(a) - sizeOf(b) || amountOf(a) - amountOf(b);

function objectionTo(option: OptionKey, { decision, live }: Case): DroppedOption | undefined {
  const variant = live.programme.variants.find(({ id }) => id === option);
  return variant && firstObjection(variant, givenTo(decision, live));
}

interface Open {
  changes: Change[];
  at: Case;
  objection: DroppedOption;
}

const sameReason = (a: DroppedOption, b: DroppedOption): boolean =>
  a.rule === b.rule && a.detail === b.detail;

/** A later time stands for an earlier one. */
const followed = (changes: readonly Change[], change: Change): Change[] => [
  ...changes.filter(({ kind }) => kind !== 'time' || change.kind !== 'time'),
  change,
];

/** The time at which nothing is left that only time ends: when one guardrail opens, another may have closed. */
function settled({ at: first }: Change & { kind: 'time' }, from: Case, option: OptionKey): Change {
  let at = first;
  for (let step = 0; step < MOST_STEPS; step++) {
    const until = objectionTo(option, changed(from, { kind: 'time', at }, option))?.until;
    if (until === undefined) break;
    at = until;
  }
  return { kind: 'time', at };
}

/** Every way of the fewest steps after which no guardrail objects to an option; one of no change where none does. */
function* waysTo(option: OptionKey, from: Case, remedies: Remedies): Generator<void, Change[][]> {
  const objection = objectionTo(option, from);
  if (!objection) return [[]];
  let open: Open[] = [{ changes: [], at: from, objection }];
  for (let step = 0; step < MOST_STEPS && open.length > 0; step++) {
    const done: Change[][] = [];
    const next: Open[] = [];
    for (const { changes: before, at, objection: reason } of open) {
      yield;
      for (const candidate of candidates(reason, at, remedies)) {
        const change = candidate.kind === 'time' ? settled(candidate, at, option) : candidate;
        const after = changed(at, change, option);
        const left = objectionTo(option, after);
        const changes = followed(before, change);
        if (!left) done.push(changes);
        else if (!sameReason(left, reason)) next.push({ changes, at: after, objection: left });
      }
    }
    if (done.length > 0) return done;
    open = next.slice(0, MOST_OPEN);
  }
  return [];
}

/** A decision with several things otherwise. */
export const allOf = (from: Case, changes: readonly Change[], option: OptionKey): Case =>
  changes.reduce((now, change) => changed(now, change, option), from);

/** How much likelier an option would have had to be for the draw that was made to fall on it. */
function chanceOf({ decision, live }: Case, option: OptionKey): Change | undefined {
  const { eligible, option: chosen, reason } = again(decision, live);
  const own = eligible.find((scored) => scored.option === option);
  if (!own || reason !== 'policy') return undefined;
  const to = chanceNeeded(eligible, option, rngFromText(decision.seed).uniform());
  const best = eligible.find((scored) => scored.option === chosen)!;
  return { kind: 'chance', from: own.propensity, to, short: Math.max(0, best.score - own.score) };
}

/** The option chosen after some changes. */
function chosenAfter(from: Case, changes: readonly Change[], option: OptionKey): OptionKey {
  const { decision, live } = allOf(from, changes, option);
  return again(decision, live).option;
}

/** Leaves out what the outcome does not depend on. */
function* needed(
  from: Case,
  changes: readonly Change[],
  option: OptionKey,
): Generator<void, readonly Change[]> {
  for (const spare of changes) {
    const others = changes.filter((other) => other !== spare);
    if (others.length === 0) break;
    yield;
    if (chosenAfter(from, others, option) !== from.decision.option)
      return yield* needed(from, others, option);
  }
  return changes;
}

/** The way if it does lead to another outcome, with the chance that it takes where the draw alone stands in between. */
function* verified(
  from: Case,
  changes: readonly Change[],
  option: OptionKey,
): Generator<void, Way | undefined> {
  let all = changes;
  if (all.length === 0 || chosenAfter(from, all, option) === from.decision.option) {
    const chance = chanceOf(allOf(from, changes, option), option);
    if (!chance) return undefined;
    all = [...changes, chance];
    yield;
    if (chosenAfter(from, all, option) === from.decision.option) return undefined;
  }
  const least = [...(yield* needed(from, all, option))];
  yield;
  return { option, chosen: chosenAfter(from, least, option), changes: least };
}

/** Limits of the goal that took an option away from the policy, not from the guardrails. */
const limitsOn = (option: OptionKey, { dropped }: Case['decision']): Change[] =>
  dropped.flatMap((own): Change[] =>
    own.option === option && own.rule === LIMITS && own.signal !== undefined
      ? [{ kind: 'limit', signal: own.signal }]
      : [],
  );

/** What has to be otherwise before policy and guardrails are asked at all. */
function first({ reason }: Case['decision']): Change[] {
  if (reason === 'pinned') return [{ kind: 'pin' }];
  return reason === 'holdout' ? [{ kind: 'arm' }] : [];
}

/** Days after which a person who was tired by contacts is looked at again. */
const RESTED_DAYS = [1, 2, 3, 7];

/** Times at which the person is less tired, and nothing else is against what could be sent. */
function rested(from: Case): Change[] {
  const { fatigue, at, eligible } = from.decision;
  if (!fatigue) return [];
  return RESTED_DAYS.map((days): Change => ({ kind: 'time', at: at + days * DAY_MS })).filter((later) =>
    eligible.every(({ option }) => !objectionTo(option, changed(from, later, option))),
  );
}

/** What may lead to another outcome, smallest first: of each option a few ways with the fewest steps. */
function* possible(from: Case, remedies: Remedies): Generator<void, Try[]> {
  const { decision, live } = from;
  const { option: chosen, pin } = decision;
  const before = first(decision);
  const refused = pin !== undefined && decision.reason === 'guardrail';
  const options = [
    ...live.programme.variants.map(({ id }) => id),
    ...(live.programme.silence ? [SILENCE] : []),
  ];
  const targets = options.filter((id) => id !== chosen && (!refused || id === pin));
  const alone: Try[] = before.length > 0 ? [{ option: chosen, changes: before }] : [];
  const unpinned: Try[] = refused ? [{ option: chosen, changes: [{ kind: 'pin' }] }] : [];
  const others: Try[] = [];
  for (const option of targets) {
    yield;
    const known = [...before, ...limitsOn(option, decision)];
    const ways = yield* waysTo(option, allOf(from, known, option), remedies);
    const tries = ways.map((changes): Try => ({ option, changes: [...known, ...changes] }));
    others.push(...tries.sort(bySize).slice(0, MOST_OF_ONE));
  }
  const later = rested(from).map((change): Try => ({ option: chosen, changes: [change] }));
  return [...alone, ...unpinned, ...later, ...others].sort(bySize).slice(0, MOST_TRIED);
}

/**
 * What would have led to another outcome, smallest first: each by making the decision again with it, so that what is listed
 * is what does. Of each option only ways with the fewest steps. Yields between pieces of work.
 */
export function* waysOut(from: Case, remedies: Remedies): Generator<void, Way[]> {
  const ways: Way[] = [];
  for (const { option, changes } of yield* possible(from, remedies)) {
    yield;
    const way = yield* verified(from, changes, option);
    if (way) ways.push(way);
  }
  return ways.sort(bySize);
}
