import type { Influenced, Interval } from './off-policy.ts';
import {
  doublyRobust,
  effectiveSize,
  intervalOf,
  minus,
  mostWeight,
  selfNormalised,
  weightsOf,
} from './off-policy.ts';
import type { Weighed } from './replay.ts';

/** Reward per decision, by two ways of estimating it. */
export interface Estimated {
  selfNormalised: Interval;
  doublyRobust: Interval;
}

/** What a change is worth, or why that cannot be said. */
export type ValueOfChange =
  | { refused: string; decisions: number; uncovered?: number; effectiveSize?: number }
  | {
      decisions: number;
      unchanged: Estimated;
      changed: Estimated;
      /** Changed minus unchanged. */
      difference: Estimated;
      /** As many decisions drawn by the changed programme would say as much. */
      effectiveSize: number;
      /** Probability the changed programme gives to what could not have been drawn. */
      uncovered: number;
      /** Weights are cut off here; how many were. */
      mostWeight: number;
      clipped: number;
    };

/** Least decisions, decisions in effect, and most probability outside of what was tried, with which something is concluded. */
const LEAST = 100;
const MOST_UNCOVERED = 0.05;

const share = (x: number): string => `${Number((x * 100).toPrecision(2))} %`;

const mean = (values: readonly Weighed[]): number =>
  values.reduce((sum, { uncovered }) => sum + uncovered, 0) / values.length;

/** Both sides are of the same decisions in the same order. */
export function valueOfChange(unchanged: readonly Weighed[], changed: readonly Weighed[]): ValueOfChange {
  const decisions = changed.length;
  if (decisions < LEAST) {
    return { refused: `${decisions} decisions whose outcome is complete; ${LEAST} are needed`, decisions };
  }
  const uncovered = Math.max(mean(changed), mean(unchanged));
  if (uncovered > MOST_UNCOVERED) {
    const refused = `${share(uncovered)} of what it would choose could not have been drawn when these decisions were made: nothing is known of its outcome`;
    return { refused, decisions, uncovered };
  }
  const weights = { unchanged: weightsOf(unchanged), changed: weightsOf(changed) };
  const size = Math.min(effectiveSize(weights.changed), effectiveSize(weights.unchanged));
  if (size < LEAST) {
    const refused = `these decisions say as much about it as ${Math.floor(size)} of its own would; ${LEAST} are needed`;
    return { refused, decisions, uncovered, effectiveSize: size };
  }
  const sides = {
    unchanged: estimates(unchanged, weights.unchanged),
    changed: estimates(changed, weights.changed),
  };
  const most = mostWeight(decisions);
  const shown = ({ sn, dr }: Sides): Estimated => ({
    selfNormalised: intervalOf(sn, changed),
    doublyRobust: intervalOf(dr, changed),
  });
  const { unchanged: u, changed: c } = sides;
  return {
    decisions,
    unchanged: shown(u),
    changed: shown(c),
    difference: shown({ sn: minus(c.sn, u.sn), dr: minus(c.dr, u.dr) }),
    effectiveSize: size,
    uncovered,
    mostWeight: most,
    clipped: changed.filter(({ logged, target }) => target / logged > most).length,
  };
}

interface Sides {
  sn: Influenced;
  dr: Influenced;
}

const estimates = (samples: readonly Weighed[], weights: Float64Array): Sides => ({
  sn: selfNormalised(samples, weights),
  dr: doublyRobust(samples, weights),
});
