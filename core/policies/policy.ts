import type { Contribution } from '../domain/contribution.ts';
import type { Decision, DecideRequest, OptionKey, ScoredOption } from '../domain/decision.ts';
import { SILENCE } from '../domain/decision.ts';
import type { Programme } from '../domain/programme.ts';
import type { Answering } from '../domain/answering.ts';
import type { Beyond } from './limits.ts';
import type { PieceChooser } from '../slots/chooser.ts';
import type { Combinations } from '../slots/combinations.ts';

/** What a policy may know of one decision besides its options. */
export interface Circumstances {
  context: DecideRequest['context'];
  /** ms since 1970 */
  at: number;
  /** What the person's contacts take off the value of an option, in rewards. */
  fatigue?: Decision['fatigue'];
  /** What the reward of an option is multiplied by, where not every option may be sent at every time; absent: 1. */
  factors?: ReadonlyMap<OptionKey, number> | undefined;
  /** As if more were expected of an option than is: of questions about what would have been, not of decisions. */
  raised?: { option: OptionKey; by: number } | undefined;
}

/** The policy of one programme on one model state. */
export interface Policy {
  /** How the probabilities are computed and how far they may be off, for the record. */
  method: string;
  /** The probability of each eligible option, of which there is at least one. What is drawn from is what is logged. */
  score(eligible: readonly OptionKey[], circumstances: Circumstances): ScoredOption[];
  /** Options that limits of the goal speak against; absent where there are none. */
  beyond?: Beyond | undefined;
  /** How readily everybody answers; absent where the programme declares no frequency. */
  answering?: Answering | undefined;
  /** What the score of an option is the sum of; only of a policy that knows the context. */
  contributions?: (option: OptionKey, circumstances: Circumstances) => Contribution[];
  /** Chooses the pieces of a variant with slots of all that it may be, `at` in ms since 1970; absent where it has no opinion of pieces. */
  pieces?:
    ((variant: OptionKey, at: number, combinations?: Combinations) => PieceChooser | undefined) | undefined;
}

/** All exploration together, where the programme names no floor. */
const DEFAULT_EXPLORATION = 0.01;

/** Least probability of each of so many eligible options; 0 where shares are fixed. */
export function floorOf({ policy }: Pick<Programme, 'policy'>, eligible: number): number {
  if (policy.kind === 'fixed-split') return 0;
  return Math.min(policy.floor ?? DEFAULT_EXPLORATION / eligible, 1 / eligible);
}

/** Propensities from the probability of each eligible option to be chosen, with the programme's floor under each. */
export function floored(programme: Programme, wins: ArrayLike<number>): number[] {
  const floor = floorOf(programme, wins.length);
  const left = 1 - floor * wins.length;
  const shares: number[] = [];
  for (let a = 0; a < wins.length; a++) shares.push(floor + left * wins[a]!);
  return shares;
}

/** The options a programme may choose from, given the variants its guardrails left. */
export function optionsOf(programme: Programme, variants: readonly { id: string }[]): OptionKey[] {
  const options = variants.map((variant) => variant.id);
  return programme.silence ? [...options, SILENCE] : options;
}
