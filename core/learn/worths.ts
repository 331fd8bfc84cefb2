import type { Credited } from '../contracts/trial.ts';
import type { Programme } from '../domain/programme.ts';

/** Name of the sum of the products of two worths. */
export const pairKey = (one: string, other: string): string =>
  JSON.stringify(one < other ? [one, other] : [other, one]);

/** A worth of 1 is 1 on the scale of logarithms, one of 1 / 65,536 of the cap or less is 0. */
export const LOG_RANGE = 16 * Math.LN2;

/** Names of the sums that are kept of a valued signal beside its worth: whether there was one, and the logarithm of it. */
export const hadKey = (signal: string): string => JSON.stringify(['had', signal]);
export const logKey = (signal: string): string => JSON.stringify(['log', signal]);

/** The signals of a goal that carry a value. */
export const valuedSignals = ({ goal }: Pick<Programme, 'goal'>): string[] =>
  goal.signals.flatMap(({ signal, value }) => (value === undefined ? [] : [signal])).sort();

/** The signal that a sum is of. */
export const signalOf = (key: string): string =>
  key.startsWith('["had",') || key.startsWith('["log",') ? (JSON.parse(key) as [string, string])[1] : key;

/** What a trial is credited with, and what is kept beside signals that carry a value. */
export function withParts(credited: Credited, valued: readonly string[]): Credited {
  const parts = valued.flatMap((signal) => {
    const worth = credited[signal]?.worth ?? 0;
    if (worth <= 0) return [];
    const log = Math.max(0, 1 + Math.log(worth) / LOG_RANGE);
    return [[hadKey(signal), { worth: 1 }] as const, [logKey(signal), { worth: log }] as const];
  });
  return parts.length === 0 ? credited : { ...credited, ...Object.fromEntries(parts) };
}
