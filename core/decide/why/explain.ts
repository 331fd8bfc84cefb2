import type { Contribution } from '../../domain/contribution.ts';
import type { Decision, DroppedOption, OptionKey } from '../../domain/decision.ts';
import { SILENCE } from '../../domain/decision.ts';
import type { Programme } from '../../domain/programme.ts';
import type { Readings } from '../../domain/readings.ts';
import type { Priced } from '../../policies/costs.ts';
import { costOf, pricedOf } from '../../policies/costs.ts';
import { mainContributions } from '../../policies/main-contributions.ts';
import type { Circumstances, Policy } from '../../policies/policy.ts';
import type { Complete } from '../again.ts';
import { again, asRecorded, factorsOf, isComplete } from '../again.ts';
import { timesAsRecorded } from '../times-as-recorded.ts';
import type { LiveProgramme } from '../decide.ts';
import { byScore } from './by-score.ts';
import type { Remedies } from './candidates.ts';
import type { Funnel } from '../funnel.ts';
import { funnelOf } from '../funnel.ts';
import type { Outscored } from './outscored.ts';
import { outscoredOf } from './outscored.ts';
import type { Way } from './smallest.ts';
import { waysOut } from './smallest.ts';
import { summaryOf, whereOf } from './summary.ts';
import { changeWords } from './words.ts';

/** A way with its sentence; it was tried out before it is told. */
export interface Suggestion extends Way {
  text: string;
}

/** What became of one option. */
export interface OptionFate extends Partial<DroppedOption>, Priced {
  option: OptionKey;
  fate: 'chosen' | 'not-chosen' | 'dropped';
  propensity?: number | undefined;
  score?: number | undefined;
  /** What the score is the sum of, largest first; absent where nothing is known of it. */
  contributions?: Contribution[] | undefined;
  /** What the contacts the person had took off the score. */
  fatigue?: number | undefined;
  /** The smallest change with which it would have been chosen. */
  wouldTake?: string | undefined;
}

/** Why somebody got what they got. */
export interface Explanation {
  summary: string;
  options: OptionFate[];
  funnel: Funnel;
  /** What guardrails could see of the person. */
  read?: Readings | undefined;
  /** Whether the decision, made again from its record, is the same; absent where it is too old to be made again. */
  recomputed?: boolean | undefined;
  /** Why no contributions can be told of the options that were not chosen. */
  noContributions?: string | undefined;
  /** Version of the model that was asked where the record has no probability, which is the newest. */
  askedModel?: number | undefined;
  /** Absent where it is too old to be made again, or nothing we can think of would have changed it. */
  smallestChange?: Suggestion | undefined;
  otherChanges: Suggestion[];
  /** Of programmes that competed: what those lacked that were not asked. */
  outscored?: Outscored[] | undefined;
}

/** Changes told beside the smallest. */
const MOST_OTHERS = 4;

/**
 * Explains a recorded decision. `live` is the programme version it was made on, on the newest model; every change that is
 * suggested was tried by making the decision again with it. With many variants and times that takes seconds: it yields between pieces of
 * work, so that others have their turn.
 */
export function* explaining(
  decision: Decision,
  live: LiveProgramme,
  remedies: Remedies,
): Generator<void, Explanation> {
  const funnel = funnelOf(decision, live.programme);
  const outscored = decision.arbitration && outscoredOf(decision.arbitration);
  const where = whereOf(decision, live.programme);
  const always = { funnel, read: decision.read, summary: summaryOf(decision, funnel, where), outscored };
  const wordsOf = ({ changes }: Way): string =>
    changes.map((change) => changeWords(change, where)).join(', and ');
  if (!isComplete(decision))
    return { ...always, options: fates(decision, live.programme, () => undefined), otherChanges: [] };
  const times = live.times && timesAsRecorded(decision, live.times);
  let known: { factors: ReturnType<typeof factorsOf> } | undefined;
  const factors = () => (known ??= { factors: factorsOf(decision, { ...live, times }) }).factors;
  const on = { ...live, policy: asRecorded(decision, live.policy, factors), times };
  const from = { decision, live: on };
  const ways = yield* waysOut(from, remedies);
  const alone = decision.arbitration ? `, had ${decision.programme} been asked alone` : '';
  const suggested: Suggestion[] = [];
  for (const some of distinct(ways).slice(0, MOST_OTHERS + 1)) {
    const way = yield* byScore(from, some);
    suggested.push({ text: `${way.chosen} would have been chosen ${wordsOf(way)}${alone}`, ...way });
  }
  const wouldTake = (option: OptionKey): string | undefined => {
    const way = ways.find((one) => one.option === option && one.chosen === option);
    return way && wordsOf(way);
  };
  const [smallestChange, ...otherChanges] = suggested;
  yield;
  const { made, asked } = watched(decision, on);
  return {
    ...always,
    options: withContributions(fates(decision, live.programme, wouldTake), { decision, live, asked }),
    noContributions: forgotten(decision, live),
    recomputed: sameOutcome(made, decision),
    askedModel: live.modelVersion === decision.modelVersion ? undefined : live.modelVersion,
    smallestChange,
    otherChanges,
  };
}

/** The same in one go. */
export function explain(...asked: Parameters<typeof explaining>): Explanation {
  const steps = explaining(...asked);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** Of a model only the newest state is kept: what an older one was the sum of is known of the chosen option alone. */
function forgotten(
  { because, modelVersion }: Decision,
  { modelVersion: newest }: LiveProgramme,
): string | undefined {
  if (!because || modelVersion === newest) return undefined;
  return `version ${modelVersion} of the model, which decided, is not kept: contributions are recorded of the chosen option, scores of all`;
}

/** A decision made again, and in which circumstances its policy was asked; of a decision without a policy, in none. */
function watched(
  decision: Complete,
  live: LiveProgramme,
): { made: Decision; asked: Circumstances | undefined } {
  let asked: Circumstances | undefined;
  const score: Policy['score'] = (options, circumstances) => {
    asked = circumstances;
    return live.policy.score(options, circumstances);
  };
  const made = again(decision, { ...live, policy: { ...live.policy, score } });
  return { made, asked };
}

function withContributions(
  fates: readonly OptionFate[],
  { decision, live, asked }: { decision: Decision; live: LiveProgramme; asked: Circumstances | undefined },
): OptionFate[] {
  const { because, option: chosen, modelVersion } = decision;
  const { modelVersion: newest, policy } = live;
  if (!because || !asked) return [...fates];
  const { contributions } = modelVersion === newest ? policy : {};
  return fates.map((one) => {
    if (one.option === chosen) return { ...one, contributions: because };
    if (one.score === undefined || !contributions) return one;
    return { ...one, contributions: mainContributions(contributions(one.option, asked)) };
  });
}

const said = (one: Decision): string =>
  JSON.stringify([
    ...[one.option, one.pieces, one.sendAt, one.reason, one.guardrail],
    ...[one.dropped, one.eligible, one.timing?.chances],
  ]);

/** Whether two decisions say the same about every option. */
export const sameOutcome = (a: Decision, b: Decision): boolean => said(a) === said(b);

/** One change may help many options: it is told once, of the first. */
function distinct(ways: readonly Way[]): Way[] {
  const seen = new Set<string>();
  return ways.filter(({ option, changes }) => {
    const own = changes.some(({ kind }) => kind === 'chance' || kind === 'approval');
    const key = JSON.stringify([own ? option : '', changes]);
    return !seen.has(key) && seen.add(key);
  });
}

function fates(
  { dropped, eligible, option: chosen, fatigue }: Decision,
  programme: Programme,
  wouldTake: (option: OptionKey) => string | undefined,
): OptionFate[] {
  const scored = eligible
    .filter(({ option }) => option !== SILENCE || programme.silence)
    .map(({ option, propensity, score }) => {
      const priced = pricedOf(programme, option, score + costOf(programme, option));
      return { option, propensity, score, fatigue: fatigue?.[option], ...priced };
    });
  const known = new Set([...scored, ...dropped].map(({ option }) => option));
  // what a holdout or a pin left aside has neither a probability nor an objection
  const aside = programme.variants.filter(({ id }) => !known.has(id)).map(({ id }) => ({ option: id }));
  const open = [...scored, ...aside].map((one): OptionFate => {
    const { option } = one;
    return option === chosen
      ? { ...one, fate: 'chosen' }
      : { ...one, fate: 'not-chosen', wouldTake: wouldTake(option) };
  });
  const gone = dropped.map((one): OptionFate => ({
    ...one,
    fate: 'dropped',
    wouldTake: wouldTake(one.option),
  }));
  return [...open, ...gone];
}
