import type { Clock } from '../../core/contracts/clock.ts';
import type { Delivery, Destination, Limits, Transport } from '../../core/contracts/destination.ts';
import { Fault } from '../../core/contracts/faults.ts';
import type { HttpResponse } from '../../core/contracts/http.ts';
import type { OutboxItem } from '../../core/contracts/outbox.ts';
import type { Rng } from '../../core/contracts/rng.ts';
import type { Outcome } from '../../core/domain/outcome.ts';
import { backoffMs } from './backoff.ts';
import type { AccountLimiter } from './limiter.ts';
import { messageOf } from './log.ts';
import type { Log } from './log.ts';
import type { Verdict } from './verdict.ts';

/** One destination account and the way to it. */
export interface Route<Settings> {
  destination: Destination<Settings>;
  settings: Settings;
  transport: Transport;
  limiter: AccountLimiter;
  clock: Clock;
  rng: Rng;
  log: Log;
}

/** Statuses by which a platform asks everybody to wait (RFC 6585 section 4, RFC 9110 section 15.6.4). */
const WAIT_STATUSES: ReadonlySet<number> = new Set([429, 503]);

/** Makes requests to one account, one at a time for each call, under its limit. */
export class Attempts<Settings> {
  readonly account: string;
  readonly limits: Limits;
  readonly #route: Route<Settings>;
  /** Times in a row that the account asked to wait. */
  #waits = 0;

  constructor(route: Route<Settings>) {
    this.#route = route;
    this.account = route.destination.account(route.settings);
    this.limits = route.destination.limits(route.settings);
  }

  /**
   * One request for the items: how each of them fared, in order. Undefined when nothing was sent, because `mayStart`
   * said no once it was its turn. Never rejects.
   */
  async request(items: readonly OutboxItem[], mayStart: () => boolean): Promise<Verdict[] | undefined> {
    const job = async () => (mayStart() ? this.#exchange(items) : undefined);
    try {
      return await this.#route.limiter.schedule(this.account, this.limits, job);
    } catch (error) {
      const fault = this.#faultOf(error);
      return items.map((item) => ({ item, fault }));
    }
  }

  async #exchange(items: readonly OutboxItem[]): Promise<Verdict[]> {
    const { destination, clock } = this.#route;
    const batch = items.map(({ outcome }) => outcome);
    const response = await this.#send(batch);
    const deliveries = new Map(
      destination.decode(response, batch, clock.now()).map((delivery) => [delivery.id, delivery]),
    );
    const verdicts = items.map((item) => ({ item, fault: faultIn(deliveries.get(item.outcome.id)) }));
    return this.#heed(response.status, verdicts);
  }

  #send(batch: readonly Outcome[]): Promise<HttpResponse> {
    const { destination, settings, transport } = this.#route;
    if (destination.deliver) return destination.deliver(batch, settings, transport);
    if (destination.encode) return transport(destination.encode(batch, settings));
    throw new Fault('settings', `${destination.id} has neither encode nor deliver`);
  }

  /** Closes the gate where the platform asked to wait, before the next request can start. */
  #heed(status: number, verdicts: Verdict[]): Verdict[] {
    const asked = verdicts.map(({ fault }) => fault).find((fault) => fault && asksToWait(status, fault));
    if (!asked) {
      this.#waits = 0;
      return verdicts;
    }
    const waitMs = asked.retryAfterMs ?? this.#untoldWaitMs();
    this.#route.limiter.pause(this.account, waitMs);
    return verdicts.map(({ item, fault }) =>
      fault && asksToWait(status, fault)
        ? { item, fault: new Fault('rate-limited', fault.detail, waitMs) }
        : { item, fault },
    );
  }

  /** The rest of the pause in force, or a longer one each time: those in flight together are refused together. */
  #untoldWaitMs(): number {
    const leftMs = this.#route.limiter.pausedMs(this.account);
    if (leftMs > 0) return leftMs;
    this.#waits += 1;
    return backoffMs(this.#waits, this.#route.rng);
  }

  #faultOf(error: unknown): Fault {
    if (error instanceof Fault) return error;
    const fields = { destination: this.#route.destination.id, error: messageOf(error) };
    this.#route.log('error', 'a destination threw something that is no fault', fields);
    return new Fault('unavailable', 'unexpected error');
  }
}

function asksToWait(status: number, fault: Fault): boolean {
  return fault.kind === 'rate-limited' || (WAIT_STATUSES.has(status) && fault.retry);
}

function faultIn(delivery: Delivery | undefined): Fault | undefined {
  if (!delivery) return new Fault('unavailable', 'the answer says nothing of this item');
  return delivery.ok ? undefined : delivery.fault;
}
