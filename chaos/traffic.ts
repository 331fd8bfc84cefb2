import { setTimeout as sleep } from 'node:timers/promises';
import type { Rng } from '../core/contracts/rng.ts';
import { rngFromNumber } from '../core/maths/xoshiro.ts';
import type { Answered } from './caller.ts';
import { call } from './caller.ts';
import type { Copy } from './copy.ts';
import type { Asked, CallKind, History, Stocked, Told } from './history.ts';
import { POOL } from './programmes.ts';
import { below, pick } from '../test/support/chance.ts';

/** Platforms give up after about this long; nobody is answered later. */
const PATIENCE_MS = 5_000;
/** Pause of a client after a call that nobody answered, in ms. */
const UNANSWERED_PAUSE_MS = 200;
/** Share of calls that repeat an earlier one. */
const REPEATED = 0.2;
const PEOPLE = 300;
/** Share of sends that are for somebody who leaves or has left, and of events with which somebody does. */
const LEAVING = 0.2;
/** Of those who are about to leave or have left, so many are asked for. */
const LEAVERS = 20;
/** Share of calls that put codes into the pool, and how many they put there. */
const STOCKING = 0.003;
const CODES = 3;

export interface TrafficOptions {
  copies: readonly Copy[];
  history: History;
  /** Ids of the programmes that are asked for. */
  programmes: readonly string[];
  seed: number;
  clients: number;
  /** Pause of a client after each call, in ms, so that the machine keeps time for faults. */
  pauseMs: number;
}

/** Callers that never stop: decisions and events, repeated, shuffled, under several ids of the same people. */
export class Traffic {
  readonly #options: TrafficOptions;
  readonly #rng: Rng;
  #stopping = false;
  #clients: Promise<void>[] = [];
  #next = 0;
  #leavers = 0;

  constructor(options: TrafficOptions) {
    this.#options = options;
    this.#rng = rngFromNumber(options.seed);
  }

  start(): void {
    this.#stopping = false;
    this.#clients = this.#some(this.#options.clients, () => !this.#stopping);
  }

  /** So many times as many callers, for so long. */
  async burst(times: number, ms: number): Promise<void> {
    const until = performance.now() + ms;
    await Promise.all(this.#some((times - 1) * this.#options.clients, () => performance.now() < until));
  }

  #some(clients: number, go: () => boolean): Promise<void>[] {
    return Array.from({ length: clients }, () => this.#client(go));
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#clients);
  }

  async #client(go: () => boolean): Promise<void> {
    while (go()) {
      const what = this.#rng.uniform();
      const answered =
        what < STOCKING ? await this.stock() : what < 0.7 ? await this.#decide() : await this.#tell();
      // who is refused at once must not keep the machine from starting whom they call
      await sleep(answered ? this.#options.pauseMs : UNANSWERED_PAUSE_MS);
    }
  }

  #call(kind: CallKind, path: string, body?: object): Promise<Answered | undefined> {
    const { copies, history } = this.#options;
    const { base: copy } = pick(this.#rng, copies);
    return call(history, { kind, copy, path, patienceMs: PATIENCE_MS, ...(body && { body }) });
  }

  /** Puts a few codes into the pool, some of them again. */
  async stock(): Promise<boolean> {
    const { stocked } = this.#options.history;
    const repeats = this.#rng.uniform() < REPEATED && stocked.length > 0;
    const fresh = (): Stocked => ({
      codes: Array.from({ length: CODES }, () => `c${this.#next++}`),
      accepted: false,
    });
    const own = repeats ? pick(this.#rng, stocked) : fresh();
    if (!repeats) stocked.push(own);
    const answer = await this.#call('codes', `/v1/coupons/${POOL}`, { codes: own.codes });
    own.accepted ||= answer?.status === 200;
    return answer !== undefined;
  }

  async #decide(): Promise<boolean> {
    const { history } = this.#options;
    const repeats = this.#rng.uniform() < REPEATED && history.asked.length > 0;
    const asked: Asked = repeats ? pick(this.#rng, history.asked.slice(-200)) : this.#newSend();
    if (!repeats) history.asked.push(asked);
    const { programme, person, send } = asked;
    const answer = await this.#call('decide', `/v1/decide?programme=${programme}&${person}&send=${send}`);
    if (answer?.status === 200) asked.answers.push(answer.text);
    return answer !== undefined;
  }

  #newSend(): Asked {
    const number = this.#next++;
    // a few people get most of it, so that copies meet over the same person
    const who = below(this.#rng, 4) === 0 ? below(this.#rng, 5) : below(this.#rng, PEOPLE);
    const known = below(this.#rng, 7) === 0 ? `anonymous=a${who}` : `user=u${who}`;
    const leaver = `user=l${Math.max(0, this.#leavers + 3 - below(this.#rng, LEAVERS))}`;
    const person = this.#rng.uniform() < LEAVING ? leaver : known;
    const programme = pick(this.#rng, this.#options.programmes);
    return { programme, person, send: `s${number}`, firstAt: Date.now(), answers: [] };
  }

  async #tell(): Promise<boolean> {
    const { history } = this.#options;
    const events: Told[] = [];
    for (let i = 0; i <= below(this.#rng, 5); i++) {
      const repeats = this.#rng.uniform() < REPEATED && history.told.length > 0;
      const told = repeats ? pick(this.#rng, history.told.slice(-200)) : this.#newEvent();
      if (!repeats) history.told.push(told);
      events.push(told);
    }
    const answer = await this.#call('events', '/v1/events', { events: events.map(({ event }) => event) });
    if (answer?.status !== 200) return answer !== undefined;
    for (const told of events) {
      told.accepted = true;
      const { leaves } = told;
      if (leaves !== undefined && !history.left.has(leaves)) history.left.set(leaves, Date.now());
    }
    return true;
  }

  /** Somebody leaves, for good. */
  #leave(id: string): Told {
    const userId = `l${this.#leavers++}`;
    const event = { id, type: 'subscription', person: { userId }, channel: 'email', state: 'unsubscribed' };
    return { id, signal: false, accepted: false, event, leaves: `user=${userId}` };
  }

  /** An order, an id that turns out to be somebody's, something about the person, or that they leave. */
  #newEvent(): Told {
    const id = `e${this.#next++}`;
    if (this.#rng.uniform() < LEAVING) return this.#leave(id);
    const who = below(this.#rng, PEOPLE);
    const userId = `u${who}`;
    const kind = below(this.#rng, 10);
    if (kind === 0) {
      const event = { id, type: 'identify', person: { userId, anonymousId: `a${who}` } };
      return { id, signal: false, accepted: false, event };
    }
    const answered = this.#options.history.asked.slice(-100).flatMap(({ answers }) => answers.slice(0, 1));
    const named =
      answered.length > 0 ? (JSON.parse(pick(this.#rng, answered)) as { decision_id?: string }) : {};
    const event = {
      ...{ id, type: 'signal', person: { userId }, name: 'Order Completed' },
      ...(kind < 5 ? { decision_id: named.decision_id } : {}),
    };
    return { id, signal: true, accepted: false, event };
  }
}
