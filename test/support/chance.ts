import type { Rng } from '../../core/contracts/rng.ts';

/** A whole number from 0 to below `n`. */
export const below = (rng: Rng, n: number): number => Math.floor(rng.uniform() * n);

/** One of some, each as likely. */
export const pick = <T>(rng: Rng, of: readonly T[]): T => of[below(rng, of.length)]!;
