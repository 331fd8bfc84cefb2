import { createHash } from 'node:crypto';
import type { Limits } from '../../core/contracts/destination.ts';

/** Share of the allowance that is used: a stalled event loop bunches the starts that fell into the stall. */
const SHARE = 0.9;

/** What a lane lets through: starts in any window, and requests at once. */
export interface Pace {
  requests: number;
  windowMs: number;
  maxConcurrent: number;
}

/** Least time between two starts, in ms, that keeps any window of `windowMs` under `requests`. */
export function minTimeMs({ requests, windowMs }: Pace): number {
  return Math.ceil(windowMs / (SHARE * requests));
}

/** The whole of what an account allows. */
export function paceOf(limits: Limits): Pace {
  const { requests, windowMs, maxConcurrent } = limits;
  return { requests: requests.value, windowMs: windowMs.value, maxConcurrent };
}

/** A fraction of what an account allows, in whole requests: the shares together are never above the limit. Maybe none. */
export function shareOf({ requests, windowMs, maxConcurrent }: Pace, share: number): Pace {
  // A third three times is the whole.
  const part = (number: number) => Math.floor(number * share + 1e-6);
  return { requests: part(requests), windowMs, maxConcurrent: Math.max(1, part(maxConcurrent)) };
}

/** An account without its name: what stands in keys, metrics and logs. */
export function hashOf(account: string): string {
  return createHash('sha256').update(account).digest('hex').slice(0, 16);
}

/** Distinguishes the limits of one account. The hash tag keeps the keys of a limiter together on a cluster. */
export function laneName(account: string, { requests, windowMs, maxConcurrent }: Pace): string {
  return `{dest:${account}}:${requests}:${windowMs}:${maxConcurrent}`;
}
