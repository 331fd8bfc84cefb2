import { Fault } from '../../../core/contracts/faults.ts';
import type { Store } from '../../../core/contracts/store.ts';
import type { DomainEvent } from '../../../core/domain/event.ts';
import type { PersonRef } from '../../../core/domain/person.ts';
import type { Programme } from '../../../core/domain/programme.ts';
import type { Rng } from '../../../core/contracts/rng.ts';
import { rngFromText } from '../../../core/maths/xoshiro.ts';
import { Drainer } from '../../../runtime/engine/drainer.ts';
import { Spool } from '../../../runtime/engine/spool.ts';
import type { LadderRig } from '../ladder-rig.ts';
import { ladderRig } from '../ladder-rig.ts';
import { HOUR, MINUTE, programme, variant } from '../programmes.ts';
import type { Human } from './consent-log.ts';
import { after, closed, STRANGER } from './consent-log.ts';
import type { Proof } from './proof.ts';
import { below, pick } from '../chance.ts';

const PEOPLE = 400;
const CALLERS = 64;
const CHANNELS = ['email', 'sms'] as const;
const both = { variants: [variant('mail'), variant('text', { channel: 'sms' })], fallback: 'mail' };

/** One that asks for purposes on its channels, and one for each way to go on where nobody can be looked up. */
const PROGRAMMES = [
  programme({ id: 'asks', ...both, guardrails: { consent: { email: 'news', sms: ['news', 'calls'] } } }),
  programme({ id: 'goes-on', ...both }),
  programme({ id: 'default', ...both, whenAway: 'fallback' }),
  programme({ id: 'silent', ...both, fallback: 'text', whenAway: 'silence' }),
];

/** What is asked for: all of them, which then compete, or one. */
const ASKED = [PROGRAMMES, PROGRAMMES, ...PROGRAMMES.map((own) => [own])];

/** Of a thousand batches so many: refused, failed for a reason nobody thought of, taken and not answered, answered late. */
const FAULTS = { refused: 40, failed: 20, unanswered: 20, late: 5 };
const FULL_MS = 150;
const LATE_MS = 250;

/** A store that fails at random, whatever it is asked. */
function faulty(store: Store, rng: Rng): Store {
  const transact: Store['transact'] = async (query, work) => {
    let roll = rng.uniform() * 1_000;
    const falls = (share: number): boolean => (roll -= share) < 0 && roll >= -share;
    if (falls(FAULTS.refused)) throw new Fault('unavailable', 'refused');
    if (falls(FAULTS.failed)) throw new Error('failed');
    await store.transact(query, work);
    if (falls(FAULTS.unanswered)) throw new Fault('unavailable', 'taken, and not answered');
    if (falls(FAULTS.late)) await new Promise((resolve) => setTimeout(resolve, LATE_MS));
  };
  const closed: Store['closed'] = (...ask) =>
    rng.uniform() * 1_000 < FAULTS.refused
      ? Promise.reject(new Fault('unavailable', 'refused'))
      : store.closed(...ask);
  return { ...store, transact, closed };
}

interface Call {
  human: number;
  ref: PersonRef;
  programmes: Programme[];
}

/** People who say yes and no, and callers who want to send them something. */
class World {
  readonly #rig: LadderRig;
  readonly #rng: Rng;
  readonly #humans = new Map<number, Human>();
  /** What was said and not acknowledged: it may have been taken or not, and is said again. */
  readonly #doubts = new Map<number, DomainEvent>();
  readonly #erased = new Set<number>();
  readonly #times = new Set<string>();
  readonly counts: Record<string, number> = { calls: 0, sends: 0, closed: 0, events: 0 };
  readonly wrong: string[] = [];
  #number = 0;

  constructor(rig: LadderRig, rng: Rng) {
    this.#rig = rig;
    this.#rng = rng;
  }

  #count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }

  #anybody(): number {
    return Math.floor(this.counts.calls! / 16) + below(this.#rng, PEOPLE);
  }

  #ref(human: number): PersonRef {
    return below(this.#rng, 2) === 0 ? { userId: `u${human}` } : { anonymousId: `a${human}` };
  }

  /** Clocks that know half hours only: much of what somebody says is of the same time. */
  #time(human: number): number {
    const at = this.#rig.clock.now - below(this.#rng, 5 * HOUR);
    const shown = at - (at % (30 * MINUTE));
    const said = `${human} ${shown}`;
    if (this.#times.has(said)) this.#count('of the same time');
    this.#times.add(said);
    return shown;
  }

  #event(human: number): DomainEvent {
    const base = { source: 's', id: `e${++this.#number}`, at: this.#time(human), person: this.#ref(human) };
    const kind = below(this.#rng, 100);
    if (kind < 40) {
      const state = pick(this.#rng, ['subscribed', 'unsubscribed'] as const);
      return { ...base, type: 'subscription', channel: pick(this.#rng, CHANNELS), state };
    }
    if (kind < 43) {
      this.#erased.add(human);
      return { ...base, type: 'delete' };
    }
    if (kind < 53 && !this.#erased.has(human)) {
      const [person, previous] = [{ userId: `u${human}` }, { anonymousId: `a${human}` }];
      return { ...base, type: 'alias', person, previous };
    }
    const yes = { news: true, calls: true };
    const consent = pick<Record<string, boolean>>(this.#rng, [
      ...[yes, yes, { news: true }, { news: true, calls: false }, { calls: true }, {}],
    ]);
    return { ...base, type: 'identify', traits: {}, consent };
  }

  /** What others would have told by now, where there are any. */
  async #hear(): Promise<void> {
    if (this.#rig.store.shared) await this.#rig.closed.read().catch(() => undefined);
  }

  /** Something about each of some people, who each are asked for by some of the callers in the same moment. */
  async round(): Promise<void> {
    await this.#hear();
    const flying = new Map(this.#doubts);
    while (flying.size < this.#doubts.size + CALLERS / 4) {
      const human = this.#anybody();
      if (!flying.has(human)) flying.set(human, this.#event(human));
    }
    const told = [...flying].map(([human, event]) => this.#tell(human, event));
    const calls = Array.from({ length: CALLERS }, (): Call => {
      const human = below(this.#rng, 2) === 0 ? pick(this.#rng, [...flying.keys()]) : this.#anybody();
      const programmes = pick(this.#rng, ASKED);
      return { human, ref: this.#ref(human), programmes };
    });
    const verdicts = await Promise.all(calls.map((call) => this.#ask(call, flying.get(call.human))));
    for (const verdict of verdicts) if (verdict !== undefined) this.wrong.push(verdict);
    for (const acknowledged of await Promise.all(told)) acknowledged();
    this.#rig.clock.now += below(this.#rng, 3) * MINUTE;
    this.#rig.clock.stopwatch += 1_000;
  }

  async #tell(human: number, event: DomainEvent): Promise<() => void> {
    try {
      await this.#rig.engine.ingest([event]);
    } catch {
      return () => void this.#doubts.set(human, event);
    }
    return () => {
      this.#count('events');
      this.#doubts.delete(human);
      this.#humans.set(human, after(this.#humans.get(human) ?? STRANGER, event));
    };
  }

  /** What is wrong with an answer: that it sends where nothing may be sent, with or without what is being said meanwhile. */
  async #ask(
    { human, ref, programmes }: Call,
    meanwhile: DomainEvent | undefined,
  ): Promise<string | undefined> {
    const known = this.#humans.get(human) ?? STRANGER;
    const states = meanwhile ? [known, after(known, meanwhile)] : [known];
    const shut = (own: Programme, channel: string): boolean =>
      states.every((state) => closed(ref.userId === undefined ? state.anonymous : state.user, own, channel));
    const send = `s${++this.#number}`;
    const request = { programme: programmes.map((own) => own.id), person: ref, send, context: {} };
    const answer = await this.#rig.answer(request, FULL_MS);
    this.#count('calls');
    this.#count(answer.rung);
    if (programmes.some((own) => CHANNELS.some((channel) => shut(own, channel)))) {
      this.#count('closed');
      if (answer.rung !== 'full') this.#count('closed below full');
    }
    if (answer.action !== 'send') return undefined;
    this.#count('sends');
    if (answer.rung !== 'full') this.#count('sends below full');
    const own = PROGRAMMES.find((one) => one.id === answer.programme)!;
    if (!shut(own, answer.channel!)) return undefined;
    return `${send}: ${JSON.stringify(answer)} to ${JSON.stringify(ref)}, of whom is known ${JSON.stringify(states)}`;
  }
}

/**
 * Calls of 64 callers among consent given and withdrawn, channels left and joined, erasures and merges, on a store that fails at
 * random: nothing is sent on a channel that was closed when it was asked for, from whichever rung. `folder` is for the spool.
 */
export async function proveConsent(
  store: Store,
  calls: number,
  seed: string,
  folder: string,
): Promise<Proof> {
  const spool = new Spool(folder);
  const rng = rngFromText(`consent ${seed}`);
  const rig = await ladderRig({ store: faulty(store, rng), spool, programmes: PROGRAMMES });
  const quiet = (): void => undefined;
  const drainer = new Drainer({ spool, engine: rig.engine, observe: quiet, failed: quiet });
  const world = new World(rig, rng);
  for (let round = 0; world.counts.calls! < calls; round++) {
    await world.round();
    // what is drained may fail as well, and is tried again
    if (round % 20 === 0) await drainer.step().catch(quiet);
  }
  spool.close();
  const { calls: made = 0, sends = 0 } = world.counts;
  if (sends < made / 10)
    world.wrong.push(`only ${sends} of ${made} calls sent anything, which proves little`);
  return { counts: world.counts, wrong: world.wrong };
}
