import Bottleneck from 'bottleneck';
import { Fault } from '../../core/contracts/faults.ts';
import { messageOf } from './log.ts';
import type { Log } from './log.ts';
import { minTimeMs } from './pace.ts';
import type { Pace } from './pace.ts';

/** How long an unused lane is kept, in ms; longer where the window is, so that none is forgotten half-way. */
const KEEP_MS = 600_000;

const RETIRED = 'the limiter is closed';

/** How long outcomes stay in the outbox when the library itself failed, in ms. */
const RETRY_MS = 1_000;

export interface LaneParts {
  id: string;
  /** Hash of the account. */
  account: string;
  pace: Pace;
  log: Log;
  expirationMs: number;
  /** Present: the limit is kept together with the other copies. */
  connection?: Bottleneck.IORedisConnection | undefined;
}

/** What an attempt to run a job came to, so that a failure of the job is told from one of the limiter. */
type Result<T> = { value: T } | { error: unknown };

/**
 * One limit of one account, kept by the library. One job is one request. Nothing is ever repeated here: the library's
 * own retries, reservoirs and changes of settings all let more through than the limit.
 */
export class Lane {
  readonly account: string;
  readonly shared: boolean;
  usedAt = 0;
  /** The limiter never came into being: another has to be made. */
  broken = false;
  readonly #parts: LaneParts;
  readonly #bottleneck: Bottleneck;
  readonly #ready: Promise<unknown>;

  constructor(parts: LaneParts) {
    this.#parts = parts;
    this.account = parts.account;
    this.shared = parts.connection !== undefined;
    this.#bottleneck = this.#build();
    this.#ready = this.#bottleneck.ready().catch(() => {
      this.broken = true;
    });
  }

  /** Runs the job in its turn; rejects as `AccountLimiter.schedule` does. */
  async schedule<T>(job: () => Promise<T>): Promise<T> {
    const caught = async (): Promise<Result<T>> => {
      try {
        return { value: await job() };
      } catch (error) {
        return { error };
      }
    };
    const { expirationMs: expiration } = this.#parts;
    const result = await this.#bottleneck.schedule({ expiration }, caught).catch((error: unknown) => {
      throw faultOf(error);
    });
    if ('error' in result) throw result.error;
    return result.value;
  }

  /** Jobs that wait for a slot. */
  get waiting(): number {
    const { RECEIVED, QUEUED } = this.#bottleneck.counts();
    return RECEIVED + QUEUED;
  }

  /** Jobs that have a slot. */
  get running(): number {
    const { RUNNING, EXECUTING } = this.#bottleneck.counts();
    return RUNNING + EXECUTING;
  }

  isForgettable(now: number): boolean {
    return (
      this.waiting + this.running === 0 && now - this.usedAt > Math.max(KEEP_MS, this.#parts.pace.windowMs)
    );
  }

  /** Lets nothing in any more and drops what waits. What runs runs on. */
  retire(): void {
    void this.#bottleneck.stop({ dropWaitingJobs: true, dropErrorMessage: RETIRED });
    // Its heartbeat begins when it is ready.
    if (this.shared) void this.#ready.then(() => this.#bottleneck.disconnect());
  }

  #build(): Bottleneck {
    const { id, pace, connection, log } = this.#parts;
    const { windowMs, maxConcurrent } = pace;
    const common = { id, minTime: minTimeMs(pace), maxConcurrent };
    const bottleneck = new Bottleneck(
      connection
        ? { ...common, datastore: 'ioredis', connection, timeout: Math.max(KEEP_MS, 2 * windowMs) }
        : common,
    );
    // That Redis is away is told once for all limiters.
    const level = this.shared ? 'debug' : 'error';
    bottleneck.on('error', (error) => log(level, 'limiter failed', { id, error: messageOf(error) }));
    return bottleneck;
  }
}

/** What outlived its slot may well have arrived; whatever else the library throws, nothing was sent. */
function faultOf(error: unknown): Fault {
  if (!(error instanceof Bottleneck.BottleneckError)) {
    return new Fault('rate-limited', `the limiter failed: ${messageOf(error)}`, RETRY_MS);
  }
  if (error.message.includes('timed out')) return new Fault('unavailable', error.message);
  return new Fault('rate-limited', RETIRED, 0);
}
