import type { Rng } from '../../../core/contracts/rng.ts';
import type { Decision, DecideRequest } from '../../../core/domain/decision.ts';
import type { DomainEvent } from '../../../core/domain/event.ts';
import type { PersonRef } from '../../../core/domain/person.ts';
import { rngFromText } from '../../../core/maths/xoshiro.ts';
import type { EngineRig } from '../engine-rig.ts';
import { HOUR } from '../programmes.ts';
import { RECORDED } from './recorded.ts';
import { below, pick } from '../chance.ts';

const PEOPLE = 150;

/** Everything that may change what is decided about somebody, at random. */
export class RecordedWorld {
  readonly rig: EngineRig;
  readonly #rng: Rng;
  readonly #putOff: (Pick<DecideRequest, 'programme'> & { send: string; ref: PersonRef })[] = [];
  #number = 0;

  constructor(rig: EngineRig, seed: string) {
    this.rig = rig;
    this.#rng = rngFromText(`decisions that are made again ${seed}`);
  }

  below(n: number): number {
    return below(this.#rng, n);
  }

  pick<T>(...of: readonly T[]): T {
    return pick(this.#rng, of);
  }

  ref(): PersonRef {
    const id = `u${this.below(PEOPLE)}`;
    return this.below(4) === 0 ? { anonymousId: id } : { userId: id };
  }

  async step(): Promise<void> {
    if (this.below(100) >= 55) return void (await this.rig.engine.ingest([this.event()]));
    // what was put off is asked for again
    const again = this.below(12) === 0 ? this.#putOff.shift() : undefined;
    const request = {
      programme: again?.programme ?? this.#programme(),
      send: again?.send ?? `s${++this.#number}`,
      context: this.pick<Decision['context']>({}, { plan: 'pro' }, { plan: 'free', vip: true }),
      pin: undefined as string | undefined,
    };
    if (typeof request.programme === 'string' && this.below(10) === 0)
      request.pin = this.pick('a', 'c', 'none');
    const ref = again?.ref ?? this.ref();
    const { retryAt } = await this.rig.decide(ref, request);
    if (retryAt !== undefined) this.#putOff.push({ ...request, ref });
  }

  #programme(): DecideRequest['programme'] {
    const ids = RECORDED.map(({ id }) => id);
    if (this.below(4) > 0) return this.pick(...ids);
    return ids.filter(() => this.below(2) === 0).concat(this.pick(...ids));
  }

  event(): DomainEvent {
    const at = this.rig.clock.now - this.below(30 * HOUR);
    const base = { source: 's', id: `e${++this.#number}`, at, person: this.ref() };
    const kind = this.below(100);
    if (kind < 30) return { ...base, type: 'identify', ...this.#profile() };
    if (kind < 40) {
      const state = this.pick('subscribed' as const, 'unsubscribed' as const);
      return { ...base, type: 'subscription', channel: this.pick('email', 'sms'), state };
    }
    if (kind < 44) {
      const id = `u${this.below(PEOPLE)}`;
      return { ...base, type: 'alias', person: { userId: id }, previous: { anonymousId: id } };
    }
    if (kind < 45 && this.below(3) === 0) return { ...base, type: 'delete' };
    const name = this.pick(
      'Order Completed',
      'email_opened',
      'email_sent',
      'SMS Sent',
      'complained',
      'other',
    );
    const orderId = name === 'Order Completed' ? this.pick(undefined, `o${this.below(40)}`) : undefined;
    return { ...base, type: 'signal', name, values: {}, orderId, machine: this.pick(undefined, true) };
  }

  #profile() {
    const proto = this.pick('{"ok":true}', '{"ok":false}', '1');
    const traits = JSON.parse(`{"__proto__":${proto}}`) as Record<string, unknown>;
    traits.age = this.pick<unknown>(12, 18, 40, 'old', null);
    traits.tags = this.pick<unknown>([], ['blocked'], ['new'], 'x'.repeat(this.pick(3, 3, 3, 3, 5_000)));
    traits.timezone = this.pick<unknown>('America/New_York', '+05:30', 7);
    traits.country = this.pick<unknown>('DE', 'FR', 'US', undefined);
    traits.unread = this.#number;
    const consent = this.pick<Record<string, boolean> | undefined>(
      undefined,
      { marketing: true, offers: true },
      { marketing: true },
      {},
    );
    return { traits, consent };
  }
}
