import type { Clock } from '../../core/contracts/clock.ts';
import type { Destination, Transport } from '../../core/contracts/destination.ts';
import type { Rng } from '../../core/contracts/rng.ts';
import type { OutboxAdmin } from '../../core/contracts/store.ts';
import type { OutboxPort } from '../../core/contracts/outbox.ts';
import { REQUEST_MS } from './axios-transport.ts';
import type { RedisSettings } from './cluster.ts';
import { Deliverer } from './deliverer.ts';
import type { DelivererStatus } from './deliverer.ts';
import { AccountLimiter } from './limiter.ts';
import type { LimitsInUse } from './limiter.ts';
import type { Log } from './log.ts';

/** A destination somebody configured. */
export interface Configured {
  destination: Destination;
  settings: unknown;
}

export interface DeliveryPorts {
  store: OutboxPort & OutboxAdmin;
  clock: Clock;
  rng: Rng;
  transport: Transport;
  log: Log;
  /** Present: limits hold across all copies that meet there. */
  redis?: RedisSettings | undefined;
}

export interface DestinationStatus extends DelivererStatus {
  id: string;
  /** Outcomes that are not delivered by state, pending or dead, of all copies. */
  outbox: Record<string, number>;
}

/** All configured destinations: who is told what, and how far each is. */
export class DeliveryService {
  readonly #deliverers: Map<string, Deliverer>;
  readonly #limiter: AccountLimiter;
  readonly #store: OutboxAdmin;

  constructor(configured: readonly Configured[], ports: DeliveryPorts) {
    const { store, clock, rng, transport, log, redis } = ports;
    this.#store = store;
    const limiter = new AccountLimiter({
      clock,
      log,
      expirationMs: REQUEST_MS + 5_000,
      // Without a destination there is no limit to keep.
      redis: configured.length > 0 ? redis : undefined,
    });
    this.#limiter = limiter;
    this.#deliverers = new Map(
      configured.map(({ destination, settings }) => [
        destination.id,
        new Deliverer({ destination, settings, outbox: store, transport, limiter, clock, rng, log }),
      ]),
    );
  }

  has(id: string): boolean {
    return this.#deliverers.has(id);
  }

  start(): void {
    this.#limiter.start();
    for (const deliverer of this.#deliverers.values()) deliverer.start();
  }

  /** Tells that an outbox has new items. */
  wake(): void {
    for (const deliverer of this.#deliverers.values()) deliverer.wake();
  }

  async stop(withinMs: number): Promise<void> {
    await Promise.all([...this.#deliverers.values()].map((deliverer) => deliverer.stop(withinMs)));
    await this.#limiter.close();
  }

  /** How the limits are kept and used at the moment. */
  limits(): LimitsInUse {
    return this.#limiter.use();
  }

  /** What each destination was sent since this process started. */
  tallies(): { id: string; delivered: number }[] {
    return [...this.#deliverers].map(([id, deliverer]) => ({ id, delivered: deliverer.status().delivered }));
  }

  async status(): Promise<DestinationStatus[]> {
    const counts = await this.#store.outboxCounts();
    return [...this.#deliverers].map(([id, deliverer]) => {
      const own = counts.filter(({ destination }) => destination === id);
      return {
        id,
        ...deliverer.status(),
        outbox: Object.fromEntries(own.map((row) => [row.state, row.count])),
      };
    });
  }
}
