import type { Fault } from '../../core/contracts/faults.ts';
import type { OutboxItem, OutboxResult } from '../../core/contracts/outbox.ts';
import type { Rng } from '../../core/contracts/rng.ts';
import { backoffMs, isExhausted } from './backoff.ts';
import { inHalves } from './batches.ts';

/** How long an account that refuses our credential or settings is left alone: somebody has to act first. */
export const HOLD_MS = 300_000;

/** How one item fared in one request; delivered without a fault. */
export interface Verdict {
  item: OutboxItem;
  fault?: Fault | undefined;
}

export interface Moment {
  /** ms since 1970 */
  now: number;
  /** How long the account's gate stays closed yet, in ms; 0 when it is open. */
  pausedMs: number;
  rng: Rng;
}

/** A fault in the words of the outbox. */
export function textOf(fault: Fault): string {
  return `${fault.kind}: ${fault.detail}`;
}

/** Whether only a person can end this fault, for every item alike. */
export function needsPerson(fault: Fault | undefined): boolean {
  return fault?.kind === 'auth' || fault?.kind === 'settings';
}

/** The smaller batches to try where a whole request was `invalid`; empty when a single item is to blame. */
export function smallerBatches(verdicts: readonly Verdict[]): OutboxItem[][] {
  if (verdicts.length < 2) return [];
  const invalid = verdicts.filter(({ fault }) => fault?.kind === 'invalid').map(({ item }) => item);
  if (invalid.length === 0) return [];
  return invalid.length < verdicts.length ? [invalid] : inHalves(invalid);
}

/** What the outbox is told. Only failures of the platform count as attempts and use up the budget. */
export function resultOf({ item, fault }: Verdict, { now, pausedMs, rng }: Moment): OutboxResult {
  const { id } = item.outcome;
  if (!fault) return { id, state: 'delivered', at: now };
  const text = textOf(fault);
  const failures = item.attempts + 1;
  switch (fault.kind) {
    case 'rate-limited':
      return pending(item.attempts, now + Math.ceil(pausedMs || (fault.retryAfterMs ?? 0)));
    case 'auth':
    case 'settings':
      return pending(item.attempts, now + HOLD_MS);
    case 'unavailable':
      return isExhausted(item.createdAt, now) ? dead() : pending(failures, now + backoffMs(failures, rng));
    case 'invalid':
    case 'rejected':
      return dead();
  }

  function pending(attempts: number, nextAttemptAt: number): OutboxResult {
    return { id, state: 'pending', at: now, attempts, nextAttemptAt, fault: text };
  }

  function dead(): OutboxResult {
    return { id, state: 'dead', at: now, fault: text };
  }
}
