import type { Row } from './rows.ts';

/** One send of a log from before: what was sent to whom with which probability, and what came of it. */
export interface LoggedSend {
  x: Float64Array;
  option: number;
  reward: number;
  /** Probability with which the option was chosen then. */
  propensity: number;
}

/** What a log may count for at most, in decisions: right history saves about a quarter, wrong costs a few per cent. */
export const MOST_HISTORY = 500;
/** Fewer sends than this of one option, or an effective number of sends below this for all, say too little. */
const LEAST_SENDS = 30;
const LEAST_EFFECTIVE = 200;

export type History = { rows: Row[]; effective: number } | { refused: string };

/**
 * Turns a send log into rows of a power prior (Ibrahim, Chen, "Power Prior Distributions for Regression Models", 2000): the
 * likelihood of n sends to the power a, with n a <= `most`, so that a wrong log is outvoted soon. Refuses a log that
 * does not overlap with what the policy will choose from.
 */
export function readHistory(log: readonly LoggedSend[], options: number, most = MOST_HISTORY): History {
  const sends = new Int32Array(options);
  let [sum, squares] = [0, 0];
  for (const { option, propensity } of log) {
    if (!(propensity > 0 && propensity <= 1)) return { refused: `a send has the propensity ${propensity}` };
    if (option < 0 || option >= options) return { refused: `a send has the unknown option ${option}` };
    sends[option]!++;
    const weight = 1 / options / propensity;
    sum += weight;
    squares += weight * weight;
  }
  const few = sends.findIndex((n) => n < LEAST_SENDS);
  if (few >= 0)
    return { refused: `option ${few} was sent ${sends[few]} times, expected at least ${LEAST_SENDS}` };
  const effective = (sum * sum) / squares;
  if (effective < LEAST_EFFECTIVE) {
    return { refused: `the log is worth ${effective.toFixed(0)} uniform sends, expected ${LEAST_EFFECTIVE}` };
  }
  const weight = Math.min(1, most / log.length);
  return { rows: log.map(({ x, option, reward }) => ({ x, option, reward, weight })), effective };
}
