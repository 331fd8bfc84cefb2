import type { Clock } from '../../core/contracts/clock.ts';
import type { Limits } from '../../core/contracts/destination.ts';
import { Fault } from '../../core/contracts/faults.ts';
import { Cluster } from './cluster.ts';
import type { RedisSettings } from './cluster.ts';
import type { Mode } from './copies.ts';
import { Lane } from './lanes.ts';
import type { Log } from './log.ts';
import { hashOf, laneName, minTimeMs, paceOf, shareOf } from './pace.ts';
import type { Pace } from './pace.ts';
import { Pauses } from './pauses.ts';
import { Steps } from './steps.ts';

const CLOSED = 'the limiter is closed';

/** How limits are kept by a process that is alone. */
const ALONE: Mode = { kind: 'local', share: 1, since: -Infinity };

export interface LimiterOptions {
  clock: Clock;
  log: Log;
  /** When a job loses its slot, in ms; longer than any request takes, because nothing stops the job itself. */
  expirationMs: number;
  /** Present: limits hold across all copies that meet there. */
  redis?: RedisSettings | undefined;
}

/** How the limits are kept and used at a moment. */
export interface LimitsInUse {
  mode: Mode['kind'];
  /** Copies known, those missing too. */
  copies: number;
  /** Every account in use, by the hash of its name; `pausedUntil` in ms since 1970, 0 when open. */
  accounts: { account: string; running: number; queued: number; pausedUntil: number }[];
}

/**
 * The rate limit of every account, and the gate that closes it. With Redis the copies keep one limit together; while it
 * is away each keeps its share.
 */
export class AccountLimiter {
  readonly #options: LimiterOptions;
  readonly #lanes = new Map<string, Lane>();
  readonly #pauses: Pauses;
  readonly #steps: Steps;
  #cluster: Cluster | undefined;
  /** The mode that the lanes were made for. */
  #mode = ALONE;
  #closed = false;

  constructor(options: LimiterOptions) {
    this.#options = options;
    this.#pauses = new Pauses(options.clock.elapsed);
    this.#steps = new Steps(options.clock);
  }

  /** Connects to Redis where there is one; until then nothing is let through. */
  start(): void {
    const { clock, redis, log } = this.#options;
    if (!redis || this.#cluster || this.#closed) return;
    const member = {
      pauses: () => this.#pauses.remaining(),
      pauseFor: (account: string, ms: number) => this.#pauses.pause(account, ms),
      changed: () => void this.#currentMode(),
    };
    this.#cluster = new Cluster(redis, { log, elapsed: clock.elapsed, member });
  }

  /**
   * Runs the job when the account's limit allows it. Rejects with what the job throws, with Fault `rate-limited` when
   * the account is paused or the limiter closed by then, and with Fault `unavailable` when the job outlives its slot.
   */
  async schedule<T>(account: string, limits: Limits, job: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new Fault('rate-limited', CLOSED, 0);
    const mode = this.#currentMode();
    const key = hashOf(account);
    if (mode.kind === 'closed') throw divided(mode.retryMs);
    const pace = mode.kind === 'redis' ? paceOf(limits) : shareOf(paceOf(limits), mode.share);
    this.#mayBegin(mode, pace, paceOf(limits));
    const lane = this.#lane(key, pace, mode);
    lane.usedAt = this.#options.clock.elapsed();
    return lane.schedule(() => this.#pass(account, mode, job));
  }

  /** Closes the account's gate for `ms`, in all copies. A shorter pause does not shorten a longer one. */
  pause(account: string, ms: number): void {
    const key = hashOf(account);
    this.#pauses.pause(key, ms);
    this.#cluster?.publish(key, ms);
  }

  /** How long the account's gate stays closed yet, in ms; 0 when it is open. */
  pausedMs(account: string): number {
    const mode = this.#currentMode();
    return Math.max(this.#pauses.left(hashOf(account)), mode.kind === 'closed' ? mode.retryMs : 0);
  }

  /** Jobs of the account that wait for a slot. */
  queued(account: string): number {
    return this.#of(hashOf(account)).reduce((sum, { waiting }) => sum + waiting, 0);
  }

  /** What operators see; counts are of this copy. */
  use(): LimitsInUse {
    const lanes = [...this.#lanes.values()];
    const paused = this.#pauses.remaining();
    const accounts = [...new Set([...lanes.map(({ account }) => account), ...paused.keys()])];
    return {
      mode: this.#currentMode().kind,
      copies: this.#cluster?.count() ?? 1,
      accounts: accounts.map((account) => ({
        account,
        running: this.#of(account).reduce((sum, { running }) => sum + running, 0),
        queued: this.#of(account).reduce((sum, { waiting }) => sum + waiting, 0),
        pausedUntil: paused.has(account) ? this.#options.clock.now() + Math.ceil(paused.get(account)!) : 0,
      })),
    };
  }

  /** Lets nothing in any more and drops what waits. What runs runs on: how long to wait for it is the caller's. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#retireAll();
    await this.#cluster?.close();
  }

  async #pass<T>(account: string, mode: Mode, job: () => Promise<T>): Promise<T> {
    const current = this.#currentMode();
    if (!isSame(mode, current)) throw divided(current.kind === 'closed' ? current.retryMs : 0);
    const left = this.#pauses.left(hashOf(account));
    if (left === 0) return job();
    throw new Fault('rate-limited', 'the account is paused', left);
  }

  /**
   * Starts of before a change of mode and after it lie as far apart as those of one share: else the two together could
   * be one too many for a window. A share may be nothing.
   */
  #mayBegin(mode: Exclude<Mode, { kind: 'closed' }>, pace: Pace, whole: Pace): void {
    if (pace.requests === 0) throw divided(whole.windowMs);
    const share = shareOf(whole, mode.share);
    const gapMs = share.requests === 0 ? whole.windowMs : minTimeMs(share);
    const waitMs = mode.since + gapMs - this.#options.clock.elapsed();
    if (waitMs > 0) throw divided(waitMs);
  }

  /** The mode now. Lanes of another mode let nothing through any more. */
  #currentMode(): Mode {
    const mode = beganAgain(this.#agreedMode(), this.#steps.look());
    if (!isSame(mode, this.#mode)) this.#retireAll();
    this.#mode = mode;
    return mode;
  }

  #agreedMode(): Mode {
    if (!this.#options.redis) return ALONE;
    return this.#cluster?.mode() ?? { kind: 'closed', retryMs: 100 };
  }

  #retireAll(): void {
    for (const lane of this.#lanes.values()) lane.retire();
    this.#lanes.clear();
  }

  /** Other limits for an account are another lane: the library cannot change the limits of one that is in use. */
  #lane(account: string, pace: Pace, { kind }: Mode): Lane {
    const name = laneName(account, pace);
    const known = this.#lanes.get(name);
    if (known && !known.broken) return known;
    known?.retire();
    this.#evict();
    const { log, expirationMs } = this.#options;
    const connection = kind === 'redis' ? this.#cluster?.connection : undefined;
    const id = `${this.#cluster?.prefix ?? 'pickwell'}:${name}`;
    const lane = new Lane({ id, account, pace, log, expirationMs, connection });
    this.#lanes.set(name, lane);
    return lane;
  }

  #of(account: string): Lane[] {
    return [...this.#lanes.values()].filter((lane) => lane.account === account);
  }

  #evict(): void {
    for (const [name, lane] of this.#lanes) {
      if (!lane.isForgettable(this.#options.clock.elapsed())) continue;
      lane.retire();
      this.#lanes.delete(name);
    }
  }
}

/**
 * A limit that is kept here is counted by a clock that can be set: the library waits for a time of day. After that it begins anew.
 * Shared ones go by the clock of Redis.
 */
function beganAgain(mode: Mode, steppedAt: number): Mode {
  return mode.kind === 'local' ? { ...mode, since: Math.max(mode.since, steppedAt) } : mode;
}

function isSame(one: Mode, other: Mode): boolean {
  if (one.kind === 'closed' || other.kind === 'closed') return one.kind === other.kind;
  const sameShare = one.kind === 'redis' || one.share === other.share;
  return one.kind === other.kind && one.since === other.since && sameShare;
}

function divided(waitMs: number): Fault {
  return new Fault('rate-limited', 'the limit is being divided anew', Math.max(0, Math.ceil(waitMs)));
}
