import { performance } from 'node:perf_hooks';

/** How long each rung is waited for, in ms from the arrival of a request. What is below them needs no time. */
export interface Ladder {
  /** Full engine; absent: two thirds of the whole. */
  fullMs?: number | undefined;
  /** Last known model; absent: as long as the platform waits. */
  lastModelMs?: number | undefined;
}

/** When the time of each rung is up, in ms on the clock of `performance.now()`. */
export interface Deadlines {
  full: number;
  lastModel: number;
}

/** What is left until a time on the clock of `performance.now()`, in whole ms. */
export const leftUntil = (until: number): number => Math.max(0, Math.round(until - performance.now()));

const FULL_SHARE = 2 / 3;

/** Deadlines of a request that arrived at a time, on a route whose platform waits for `routeMs`: never later than that. */
export function deadlinesOf(
  arrivedAt: number,
  routeMs: number,
  { fullMs, lastModelMs = routeMs }: Ladder,
): Deadlines {
  const whole = Math.min(routeMs, lastModelMs);
  return { full: arrivedAt + Math.min(whole, fullMs ?? whole * FULL_SHARE), lastModel: arrivedAt + whole };
}
