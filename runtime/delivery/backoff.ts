import type { Rng } from '../../core/contracts/rng.ts';

const BASE_MS = 1000;
const CAP_MS = 600_000;

/** How long an outcome is tried: Segment gives up after 4 h, Stripe after 3 days. */
export const BUDGET_MS = 72 * 3_600_000;

/**
 * Wait in ms before the next attempt after `failures` failures (1 or more): uniform between 1 s and a ceiling that
 * doubles up to 10 min. Source of the full jitter:
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffMs(failures: number, rng: Rng): number {
  const ceiling = Math.min(CAP_MS, BASE_MS * 2 ** failures);
  return Math.round(BASE_MS + rng.uniform() * (ceiling - BASE_MS));
}

/** Whether an item made at `createdAt` (ms) has been tried for as long as it may be. */
export function isExhausted(createdAt: number, now: number): boolean {
  return now - createdAt >= BUDGET_MS;
}
