import type { Contribution } from '../domain/contribution.ts';
import type { OptionKey } from '../domain/decision.ts';
import type { Beta } from '../maths/best-beta.ts';
import type { Circumstances } from './policy.ts';

/** What is believed of the expected reward of one option in one decision. In rewards. */
export interface Belief {
  mean: number;
  sd: number;
  /** The Beta on [low, high] that it is, where it is one; without it is taken to be normal. */
  shape?: (Beta & { low: number; high: number }) | undefined;
}

/** What an option is believed to earn by all options together before it is tried, in rewards, and as how many trials that counts. */
export interface LearnedPrior {
  mean: number;
  trials: number;
}

/** What was learned of one programme, ready to be asked. The first step of a policy. */
export interface Learner {
  /** For the record. */
  name: string;
  /** What else the record should say. */
  note?: string | undefined;
  /** Whether it believes the same in all circumstances, until what was learned counts for more or less (`tickOf`). */
  constant: boolean;
  /** One belief for each eligible option, in their order. */
  believe(eligible: readonly OptionKey[], circumstances: Circumstances): readonly Belief[];
  /** What the mean of an option is the sum of; only where it follows from the circumstances. */
  contributions?: (option: OptionKey, circumstances: Circumstances) => Contribution[];
}

/** Something besides learning that moves what an option is worth in a decision, such as what it costs. The second step. */
export interface Adjustment {
  /** For the trace. */
  name: string;
  /** Whether it is the same in all circumstances. */
  constant: boolean;
  /** What it adds to the expected reward of an option; less than 0 is a cost. */
  of(option: OptionKey, circumstances: Circumstances): number;
}

/** Turns beliefs into the probability of each option to be chosen. The third step; the floor is the last. */
export interface Rule {
  /** How, and how far the probabilities may be off, for the record. `learner` is the learner's name. */
  method(learner: string): string;
  /** Sums to 1, in the order of the options, of which there is at least one. */
  choose(beliefs: readonly Belief[], options: readonly OptionKey[]): ArrayLike<number>;
}

/** The same belief of a reward that is `by` times as large; `by` is above 0. */
export const scaled = ({ mean, sd, shape }: Belief, by: number): Belief => ({
  mean: mean * by,
  sd: sd * by,
  shape: shape && { ...shape, low: shape.low * by, high: shape.high * by },
});

/** The same belief of a reward that is larger by `by`. */
export const shifted = ({ mean, sd, shape }: Belief, by: number): Belief => ({
  mean: mean + by,
  sd,
  shape: shape && { ...shape, low: shape.low + by, high: shape.high + by },
});

/** As if `by` more were expected, as surely as before, of a reward that keeps to its range; normal where that cannot be. */
export function raised({ mean, sd, shape }: Belief, by: number): Belief {
  const belief = { mean: mean + by, sd };
  if (!shape) return belief;
  const { low, high } = shape;
  const unit = (belief.mean - low) / (high - low);
  const trials = (unit * (1 - unit) * (high - low) ** 2) / (sd * sd) - 1;
  if (unit <= 0 || unit >= 1 || trials <= 0) return belief;
  return { ...belief, shape: { low, high, alpha: unit * trials, beta: (1 - unit) * trials } };
}
