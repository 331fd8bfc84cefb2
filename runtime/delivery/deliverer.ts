import { setTimeout as delay } from 'node:timers/promises';
import type { OutboxItem, OutboxPort } from '../../core/contracts/outbox.ts';
import { Attempts } from './attempt.ts';
import type { Route } from './attempt.ts';
import { REQUEST_MS } from './axios-transport.ts';
import { Bell } from './bell.ts';
import { messageOf } from './log.ts';
import { minTimeMs, paceOf } from './pace.ts';
import { prepare } from './prepare.ts';
import { PORT_RETRY_MS, Settler } from './settler.ts';
import type { Lease, Tally } from './settler.ts';
import { smallerBatches } from './verdict.ts';

export interface DelivererParts<Settings> extends Route<Settings> {
  outbox: OutboxPort;
  /** Longest time a request takes, in ms: none is started that could outlive its lease. */
  requestMs?: number;
  /** How often an outbox that seems empty is looked at without being woken, in ms. */
  idleMs?: number;
}

/** What an operator sees of one destination. */
export interface DelivererStatus extends Tally {
  running: boolean;
  /** Items claimed and not yet settled. */
  inHand: number;
  /** ms since 1970; absent: nothing keeps the account closed. */
  pausedUntil?: number;
}

/** From one start to the stop that ends it. */
interface Run {
  bell: Bell;
  works: Set<Promise<void>>;
  /** Nothing new is claimed or sent. */
  stopping: boolean;
  abandoned: boolean;
}

/** Items of one claim at most: they are all encoded in one go. */
const CLAIM_ITEMS = 500;

const IDLE_MS = 500;

/**
 * Carries one destination's outbox to its account. The outbox is the queue; in memory is only what is about to go.
 * Every outcome is sent at least once, and never again after its delivery was settled.
 */
export class Deliverer<Settings = unknown> {
  readonly #parts: DelivererParts<Settings>;
  readonly #attempts: Attempts<Settings>;
  readonly #settler: Settler<Settings>;
  readonly #requestMs: number;
  /** Who holds what is claimed and not settled yet, by id: what was claimed again meanwhile is not taken up a second time. */
  readonly #inHand = new Map<string, Lease>();
  #run: Run | undefined;
  #ended = Promise.resolve();

  constructor(parts: DelivererParts<Settings>) {
    this.#parts = parts;
    this.#attempts = new Attempts(parts);
    this.#settler = new Settler(parts, parts.outbox);
    this.#requestMs = parts.requestMs ?? REQUEST_MS;
  }

  /** Begins to deliver; without effect while running. */
  start(): void {
    if (this.#run) return;
    this.#settler.letGo();
    this.#run = { bell: new Bell(), works: new Set(), stopping: false, abandoned: false };
    this.#ended = this.#loop(this.#run);
  }

  /** Ends once what is in flight was settled, or after `withinMs` at the latest; what is unsent goes back at once. */
  async stop(withinMs: number): Promise<void> {
    const run = this.#run;
    if (!run) return;
    this.#run = undefined;
    run.stopping = true;
    run.bell.ring();
    const timer = new AbortController();
    const bound = delay(withinMs, undefined, { signal: timer.signal }).catch(() => undefined);
    await Promise.race([this.#ended, bound]);
    timer.abort();
    run.abandoned = true;
  }

  /** Tells that the outbox has new items. */
  wake(): void {
    this.#run?.bell.ring();
  }

  status(): DelivererStatus {
    const shutMs = this.#shutMs();
    const paused = shutMs > 0 ? { pausedUntil: this.#parts.clock.now() + Math.ceil(shutMs) } : {};
    return { running: this.#run !== undefined, inHand: this.#inHand.size, ...this.#settler.tally, ...paused };
  }

  async #loop(run: Run): Promise<void> {
    while (!run.stopping) {
      const waitMs = await this.#turn(run);
      if (waitMs > 0) await run.bell.wait(waitMs);
    }
    await Promise.all(run.works);
  }

  /** Claims what there is room for and sets it to work. Returns how long to sleep, in ms, unless woken. */
  async #turn(run: Run): Promise<number> {
    const { limiter, idleMs = IDLE_MS } = this.#parts;
    const { account, limits } = this.#attempts;
    const shutMs = this.#shutMs();
    if (shutMs > 0) return shutMs;
    const room = 2 * limits.maxConcurrent - limiter.queued(account);
    if (room <= 0) return idleMs;
    const limit = Math.min(room * limits.itemsPerRequest.value, CLAIM_ITEMS);
    try {
      const claimed = await this.#claim(run, limit);
      return claimed < limit ? idleMs : 0;
    } catch (error) {
      this.#log('claiming outcomes failed', error);
      return PORT_RETRY_MS;
    }
  }

  #shutMs(): number {
    return Math.max(this.#settler.heldMs, this.#pausedMs());
  }

  #pausedMs(): number {
    return this.#parts.limiter.pausedMs(this.#attempts.account);
  }

  async #claim(run: Run, limit: number): Promise<number> {
    const { clock, destination, settings, outbox } = this.#parts;
    const [now, leaseMs] = [clock.now(), this.#leaseMs()];
    const lease: Lease = {
      until: clock.elapsed() + leaseMs,
      isAbandoned: () => run.abandoned,
      letGo: (ids) => this.#letGo(ids, lease),
    };
    // also what is settled while the claim is under way was in hand when it was claimed
    const held = new Set(this.#inHand.keys());
    const claimed = await outbox.claim(destination.id, now, now + leaseMs, limit);
    const fresh = claimed.filter(({ outcome: { id } }) => !held.has(id) && !this.#inHand.has(id));
    const { batches, refused } = prepare(fresh, destination, settings, this.#attempts.limits);
    const refusedItems = refused.map(({ item }) => item);
    if (refused.length > 0)
      this.#track(run, refusedItems, lease, () => this.#settler.conclude(refused, 0, lease));
    for (const batch of batches) this.#track(run, batch, lease, () => this.#work(run, batch, lease));
    return claimed.length;
  }

  #letGo(ids: readonly string[], lease: Lease): void {
    for (const id of ids) if (this.#inHand.get(id) === lease) this.#inHand.delete(id);
  }

  /** Time for everything that may wait before a batch, and for its own request and a few smaller ones after it. */
  #leaseMs(): number {
    const { limits } = this.#attempts;
    return 60_000 + 4 * this.#requestMs + 3 * limits.maxConcurrent * minTimeMs(paceOf(limits));
  }

  #track(run: Run, items: readonly OutboxItem[], lease: Lease, work: () => Promise<void>): void {
    const ids = items.map(({ outcome }) => outcome.id);
    for (const id of ids) this.#inHand.set(id, lease);
    const tracked = work()
      .catch((error: unknown) => this.#log('delivering a batch failed', error))
      .finally(() => {
        this.#letGo(ids, lease);
        run.works.delete(tracked);
        run.bell.ring();
      });
    run.works.add(tracked);
  }

  /** One batch, and smaller ones where the platform refused it whole: only the item to blame stays behind. */
  async #work(run: Run, batch: OutboxItem[], lease: Lease): Promise<void> {
    const { clock } = this.#parts;
    const mayStart = () => !run.stopping && clock.elapsed() + this.#requestMs < lease.until;
    const todo = [batch];
    for (let items = todo.shift(); items; items = todo.shift()) {
      const verdicts = await this.#attempts.request(items, mayStart);
      if (!verdicts) {
        await this.#settler.release(items, lease);
        continue;
      }
      const smaller = smallerBatches(verdicts);
      const open = new Set(smaller.flat());
      todo.push(...smaller);
      const closed = verdicts.filter(({ item }) => !open.has(item));
      await this.#settler.conclude(closed, this.#pausedMs(), lease);
    }
  }

  #log(message: string, error: unknown): void {
    const fields = { destination: this.#parts.destination.id, error: messageOf(error) };
    this.#parts.log('error', message, fields);
  }
}
