import { createHash } from 'node:crypto';
import Bottleneck from 'bottleneck';
import type { Clock } from '../../core/contracts/clock.ts';
import type { Limits } from '../../core/contracts/destination.ts';
import { Fault } from '../../core/contracts/faults.ts';
import { messageOf } from './log.ts';
import type { Log } from './log.ts';

/** Share of the allowance that is used: a stalled event loop bunches the starts that fell into the stall. */
const SHARE = 0.9;

/** How long an unused limiter is kept, in ms; longer where the window is, so that none is forgotten half-way. */
const KEEP_MS = 600_000;

const CLOSED = 'the limiter is closed';

interface Lane {
  account: string;
  bottleneck: Bottleneck;
  windowMs: number;
  usedAt: number;
}

export interface LimiterOptions {
  clock: Clock;
  log: Log;
  /** When a job loses its slot, in ms; longer than any request takes, because nothing stops the job itself. */
  expirationMs: number;
}

/** Least time between two starts, in ms, that keeps any window of `windowMs` under `requests`. */
export function minTimeMs(limits: Limits): number {
  return Math.ceil(limits.windowMs.value / (SHARE * limits.requests.value));
}

/**
 * The rate limit of every account, and the gate that closes it. One job is one request. Nothing is ever repeated here:
 * the library's own retries, reservoirs and changes of settings all let more through than the limit.
 */
export class AccountLimiter {
  readonly #options: LimiterOptions;
  readonly #lanes = new Map<string, Lane>();
  readonly #pauses = new Map<string, number>();
  #closed = false;

  constructor(options: LimiterOptions) {
    this.#options = options;
  }

  /**
   * Runs the job when the account's limit allows it. Rejects with what the job throws, with Fault `rate-limited` when
   * the account is paused or the limiter closed by then, and with Fault `unavailable` when the job outlives its slot.
   */
  async schedule<T>(account: string, limits: Limits, job: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new Fault('rate-limited', CLOSED, 0);
    const lane = this.#lane(account, limits);
    lane.usedAt = this.#options.clock.now();
    try {
      return await lane.bottleneck.schedule({ expiration: this.#options.expirationMs }, () =>
        this.#pass(account, job),
      );
    } catch (error) {
      if (!(error instanceof Bottleneck.BottleneckError)) throw error;
      // What was dropped was no attempt; what outlived its slot may well have arrived.
      if (error.message === CLOSED) throw new Fault('rate-limited', CLOSED, 0);
      throw new Fault('unavailable', error.message);
    }
  }

  /** Closes the account's gate until `untilMs` (ms since 1970). A shorter pause does not shorten a longer one. */
  pause(account: string, untilMs: number): void {
    const key = hashOf(account);
    this.#pauses.set(key, Math.max(untilMs, this.#pauses.get(key) ?? 0));
  }

  /** When the account's gate opens, in ms since 1970; undefined when it is open. */
  pausedUntil(account: string): number | undefined {
    const key = hashOf(account);
    const until = this.#pauses.get(key);
    if (until === undefined || until > this.#options.clock.now()) return until;
    this.#pauses.delete(key);
    return undefined;
  }

  /** Jobs of the account that wait for a slot. */
  queued(account: string): number {
    const key = hashOf(account);
    const lanes = [...this.#lanes.values()].filter((lane) => lane.account === key);
    return lanes.reduce((sum, { bottleneck }) => sum + waiting(bottleneck), 0);
  }

  /** Lets nothing in any more and drops what waits. What runs runs on: how long to wait for it is the caller's. */
  close(): Promise<void> {
    this.#closed = true;
    for (const { bottleneck } of this.#lanes.values()) {
      void bottleneck.stop({ dropWaitingJobs: true, dropErrorMessage: CLOSED });
    }
    this.#lanes.clear();
    return Promise.resolve();
  }

  async #pass<T>(account: string, job: () => Promise<T>): Promise<T> {
    const until = this.pausedUntil(account);
    if (until === undefined) return job();
    throw new Fault('rate-limited', 'the account is paused', until - this.#options.clock.now());
  }

  /** Other limits for an account are another lane: the library cannot change the limits of one that is in use. */
  #lane(account: string, limits: Limits): Lane {
    const key = hashOf(account);
    const name = `${key}:${limits.requests.value}:${limits.windowMs.value}:${limits.maxConcurrent}`;
    const known = this.#lanes.get(name);
    if (known) return known;
    this.#evict();
    const lane = {
      account: key,
      bottleneck: this.#build(name, limits),
      windowMs: limits.windowMs.value,
      usedAt: 0,
    };
    this.#lanes.set(name, lane);
    return lane;
  }

  #build(id: string, limits: Limits): Bottleneck {
    const bottleneck = new Bottleneck({
      id,
      minTime: minTimeMs(limits),
      maxConcurrent: limits.maxConcurrent,
    });
    bottleneck.on('error', (error) =>
      this.#options.log('error', 'limiter failed', { id, error: messageOf(error) }),
    );
    return bottleneck;
  }

  #evict(): void {
    const now = this.#options.clock.now();
    for (const [name, { bottleneck, windowMs, usedAt }] of this.#lanes) {
      const { RUNNING, EXECUTING } = bottleneck.counts();
      const idle = waiting(bottleneck) + RUNNING + EXECUTING === 0;
      if (idle && now - usedAt > Math.max(KEEP_MS, windowMs)) this.#lanes.delete(name);
    }
  }
}

function waiting(bottleneck: Bottleneck): number {
  const { RECEIVED, QUEUED } = bottleneck.counts();
  return RECEIVED + QUEUED;
}

/** The account's part of every key. The hash tag keeps the keys of a limiter together on a cluster. */
function hashOf(account: string): string {
  return `{dest:${createHash('sha256').update(account).digest('hex').slice(0, 16)}}`;
}
