import type { DroppedOption, OptionKey } from '../../domain/decision.ts';
import { SILENCE } from '../../domain/decision.ts';
import { firstObjection } from '../../guardrails/check.ts';
import { rngFromText } from '../../maths/xoshiro.ts';
import { again, givenTo } from '../again.ts';
import type { Remedies } from './candidates.ts';
import { candidates } from './candidates.ts';
import type { Case, Change } from './change.ts';
import { chanceNeeded, changed } from './change.ts';

/** Changes which together would have had another outcome. */
export interface Way {
  /** The option they are about, and the one that would have been chosen. */
  option: OptionKey;
  chosen: OptionKey;
  changes: Change[];
}

/** Most steps of one way, and most partial ways that are followed at once: what takes more explains nothing. */
const MOST_STEPS = 5;
const MOST_OPEN = 24;

/** From what happens by itself to what somebody would have to do: which of two changes is the smaller. */
const ORDER: readonly Change['kind'][] = [
  ...([
    'chance',
    'time',
    'contacts',
    'resource',
    'signal',
    'no-signal',
    'value',
    'consent',
    'subscription',
  ] as const),
  ...(['approval', 'status', 'end', 'pin', 'arm'] as const),
];

const sizeOf = ({ changes }: Way): number =>
  changes.length * 100 + Math.max(...changes.map(({ kind }) => ORDER.indexOf(kind)));

/** Of two of the same kind: how much. */
function amountOf({ changes: [first] }: Way): number {
  if (first?.kind === 'chance') return first.to - first.from;
  if (first?.kind === 'time') return first.at;
  if (first?.kind === 'contacts') return first.fewer;
  return first?.kind === 'signal' ? Math.abs(first.by) : 0;
}

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

/** Every way of the fewest steps after which no guardrail objects to an option; one of no change where none does. */
function waysTo(option: OptionKey, from: Case, remedies: Remedies): Change[][] {
  const objection = objectionTo(option, from);
  if (!objection) return [[]];
  let open: Open[] = [{ changes: [], at: from, objection }];
  for (let step = 0; step < MOST_STEPS && open.length > 0; step++) {
    const done: Change[][] = [];
    const next: Open[] = [];
    for (const { changes: before, at, objection: reason } of open) {
      for (const change of candidates(reason, at, remedies)) {
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

const allOf = (from: Case, changes: readonly Change[], option: OptionKey): Case =>
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
function needed(from: Case, changes: readonly Change[], option: OptionKey): Change[] {
  const spare = changes.find((change) => {
    const others = changes.filter((other) => other !== change);
    return others.length > 0 && chosenAfter(from, others, option) !== from.decision.option;
  });
  return spare
    ? needed(
        from,
        changes.filter((change) => change !== spare),
        option,
      )
    : [...changes];
}

/** The way if it does lead to another outcome, with the chance that it takes where the draw alone stands in between. */
function verified(from: Case, changes: readonly Change[], option: OptionKey): Way | undefined {
  const before = from.decision.option;
  const way = (all: readonly Change[]): Way => {
    const least = needed(from, all, option);
    return { option, chosen: chosenAfter(from, least, option), changes: least };
  };
  if (changes.length > 0 && chosenAfter(from, changes, option) !== before) return way(changes);
  const chance = chanceOf(allOf(from, changes, option), option);
  if (!chance) return undefined;
  const all = [...changes, chance];
  return chosenAfter(from, all, option) === before ? undefined : way(all);
}

/** What has to be otherwise before policy and guardrails are asked at all. */
function first({ reason, arm, pin }: Case['decision']): Change[] {
  const changes: Change[] = [];
  if (reason === 'pinned' || (pin !== undefined && reason === 'policy')) changes.push({ kind: 'pin' });
  if (reason === 'holdout' && arm === 'holdout') changes.push({ kind: 'arm' });
  return changes;
}

/**
 * What would have led to another outcome, smallest first: each by making the decision again with it, so that what is listed
 * is what does. Of each option only ways with the fewest changes.
 */
export function waysOut(from: Case, remedies: Remedies): Way[] {
  const { decision, live } = from;
  const { programme } = live;
  const before = first(decision);
  const options = programme.variants.map(({ id }) => id);
  if (programme.silence) options.push(SILENCE);
  const blocked = decision.pin !== undefined && decision.reason === 'guardrail';
  const targets = options.filter((id) => id !== decision.option && (!blocked || id === decision.pin));
  const alone = before.length > 0 ? verified(from, before, decision.option) : undefined;
  const ways = targets.flatMap((option) =>
    waysTo(option, allOf(from, before, option), remedies).flatMap(
      (changes) => verified(from, [...before, ...changes], option) ?? [],
    ),
  );
  const unpinned = blocked ? verified(from, [{ kind: 'pin' }], decision.option) : undefined;
  const all = [...(alone ? [alone] : []), ...(unpinned ? [unpinned] : []), ...ways];
  return all.sort((a, b) => sizeOf(a) - sizeOf(b) || amountOf(a) - amountOf(b));
}
