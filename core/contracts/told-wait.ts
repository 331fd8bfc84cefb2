import type { HttpResponse } from './http.ts';

const MIN_WAIT_MS = 1_000;
const MAX_WAIT_MS = 3_600_000;

/** A reset time from here on is a moment (seconds since 1970), below it a number of seconds to wait. */
const EPOCH_SECONDS = 1_000_000_000;

/**
 * How long a response asks to wait, in ms, held between 1 s and 1 h; undefined when it does not say. Reads `Retry-After`
 * (RFC 9110 10.2.3: seconds or a date), else `X-RateLimit-Reset` (seconds since 1970 or from now).
 */
export function toldWaitMs(headers: HttpResponse['headers'], now: number): number | undefined {
  const wait = retryAfter(headers['retry-after'], now) ?? reset(headers['x-ratelimit-reset'], now);
  return wait === undefined ? undefined : Math.min(MAX_WAIT_MS, Math.max(MIN_WAIT_MS, wait));
}

function retryAfter(header: string | undefined, now: number): number | undefined {
  if (!header?.trim()) return undefined;
  const seconds = Number(header);
  const wait = Number.isNaN(seconds) ? Date.parse(header) - now : seconds * 1000;
  return Number.isNaN(wait) ? undefined : wait;
}

function reset(header: string | undefined, now: number): number | undefined {
  const seconds = header?.trim() ? Number(header) : NaN;
  if (Number.isNaN(seconds)) return undefined;
  return seconds >= EPOCH_SECONDS ? seconds * 1000 - now : seconds * 1000;
}
