import type { DecideRequest, Decision } from '../../../core/domain/decision.ts';
import type { SignalEvent } from '../../../core/domain/event.ts';
import type { Programme } from '../../../core/domain/programme.ts';
import { rngFromText } from '../../../core/maths/xoshiro.ts';
import type { EngineRig } from '../engine-rig.ts';
import { HOUR, MINUTE } from '../programmes.ts';
import { fateOf, toldAt } from './fates.ts';
import type { Look, Name, Told } from './happenings.ts';
import { KINDS, Log, refOf } from './happenings.ts';
import { People } from './standing.ts';
import { below, pick } from '../chance.ts';

const PEOPLE = 150;

/** Signals that some limit counts or is given back by, and others. */
const OTHER_TOOLS = ['email_sent', 'Email Sent', 'SMS Sent', 'SMS Sent', 'Push Notification Sent'] as const;
const OF_PERSON = ['Order Completed', 'Order Completed', 'email_opened', 'call_completed'] as const;
const CHANNELS = ['email', 'sms', 'push'] as const;

/** A send that was asked for, and what was answered. */
interface Asked {
  who: Name;
  request: Pick<DecideRequest, 'programme'> & { send: string };
  decision: Decision;
}

type Step = () => Promise<() => void>;

/** What each programme that was asked said: the one that answered, and those that competed with it. */
function looksOf({ request, decision }: Asked): Omit<Look, 'place' | 'now' | 'who'>[] {
  const { programme, dropped, arbitration = [] } = decision;
  if (typeof request.programme === 'string') return [{ programme, dropped, decision }];
  return arbitration.map((own) =>
    own.programme === programme
      ? { programme, dropped, decision }
      : { programme: own.programme, dropped: own.dropped ?? [] },
  );
}

/** What happens at random, in the engine and in the log. */
export class World {
  readonly rig: EngineRig;
  readonly log = new Log();
  readonly counts: Record<string, number> = {
    decisions: 0,
    sends: 0,
    merges: 0,
    events: 0,
    repeats: 0,
  };
  readonly wrong: string[] = [];
  readonly #programmes: readonly Programme[];
  readonly #rng;
  readonly #people = new People();
  readonly #asked: Asked[] = [];
  readonly #sent: Asked[] = [];
  /** Sends that were told of before they are decided. */
  readonly #foretold: { who: Name; send: string }[] = [];
  readonly #events: SignalEvent[] = [];
  /** When the message of each decision really leaves; of one that was told of before nobody asks. */
  readonly fates = new Map<string, number>();
  readonly #untold: Asked[] = [];
  #number = 0;

  constructor(rig: EngineRig, programmes: readonly Programme[], seed: string) {
    this.rig = rig;
    this.#programmes = programmes;
    this.#rng = rngFromText(`replay of caps ${seed}`);
  }

  #count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }

  /** People come and go, so that there is always somebody who was not merged yet. */
  #anybody(): number {
    return Math.floor(this.counts.decisions! / 16) + below(this.#rng, PEOPLE);
  }

  #name(): Name {
    return `${pick(this.#rng, KINDS)}${this.#anybody()}`;
  }

  /** Now and then a night passes. */
  begin(): void {
    const { clock } = this.rig;
    clock.now += below(this.#rng, 40) === 0 ? 8 * HOUR : below(this.#rng, 12) * MINUTE;
    this.log.begin(clock.now);
  }

  step(): Step {
    const kind = below(this.#rng, 100);
    if (kind < 56) return this.#decide();
    if (kind < 60) return this.#again();
    if (kind < 74) return this.#about(pick(this.#rng, ['sent', 'sent', 'delivered']));
    if (kind < 80) return this.#about('aborted');
    if (kind < 83) return this.#about('call_completed');
    if (kind < 94)
      return this.#tell({ name: pick(this.#rng, [...OTHER_TOOLS, ...OF_PERSON]), who: this.#name() });
    return kind < 97 ? this.#repeat() : this.#join();
  }

  #decide(): Step {
    const foretold = below(this.#rng, 20) === 0 ? this.#foretold.shift() : undefined;
    const ids = this.#programmes.map(({ id }) => id);
    if (foretold) {
      const { who, send } = foretold;
      return this.#ask({ who, other: who, request: { programme: pick(this.#rng, ids), send } }, true);
    }
    const who = this.#name();
    const programme = below(this.#rng, 4) === 0 ? ids.slice(below(this.#rng, 2)) : pick(this.#rng, ids);
    // whoever gives two ids says that they are one person
    const other = below(this.#rng, 25) === 0 ? `${pick(this.#rng, KINDS)}${who.slice(1)}` : who;
    return this.#ask({ who, other, request: { programme, send: `s${++this.#number}` } });
  }

  #ask({ who, other, request }: Omit<Asked, 'decision'> & { other: Name }, foretold = false): Step {
    return async () => {
      const decision = await this.rig.decide({ ...refOf(other), ...refOf(who) }, request);
      return () => {
        if (other !== who) this.#joined(who, other);
        const asked = { who, request, decision };
        this.log.add({ kind: 'asked', who, looks: looksOf(asked) });
        this.#count('decisions');
        this.#asked.push(asked);
        if (decision.action === 'silence') return;
        this.#count('sends');
        this.#sent.push(asked);
        if (foretold) return;
        this.fates.set(decision.id, fateOf(this.#rng, decision.at));
        this.#untold.push(asked);
      };
    };
  }

  #lately(of: readonly Asked[]): Asked | undefined {
    return of[of.length - 1 - below(this.#rng, Math.min(of.length, 2_000))];
  }

  /** A send that was decided, by a name of whoever it was for: it is the same decision, and takes nothing. */
  #again(): Step {
    const some = this.#lately(this.#asked);
    if (!some) return this.#decide();
    const who = pick(this.#rng, [...this.#people.namesOf(some.who).keys()]);
    return async () => {
      const decision = await this.rig.decide(refOf(who), some.request);
      return () => {
        this.#count('repeats');
        if (decision.id !== some.decision.id)
          this.wrong.push(`${some.request.send}: ${some.decision.id}, and again ${decision.id}`);
      };
    };
  }

  /** What became of one of the sends, told by the decision, by the platform's id, or by both; now and then before it is decided. */
  #about(what: string): Step {
    const some = what === 'sent' || what === 'delivered' ? this.#left() : this.#lately(this.#sent);
    if (!some) return this.#decide();
    if (below(this.#rng, 20) === 0) {
      const early = { who: this.#name(), send: `s${++this.#number}` };
      this.#foretold.push(early);
      return this.#tell({ name: `${pick(this.#rng, CHANNELS)}_${what}`, ...early });
    }
    const { id, channel = '' } = some.decision;
    const { now } = this.rig.clock;
    const by = below(this.#rng, 3);
    const about = { made: by === 1 ? undefined : id, send: by === 0 ? undefined : some.request.send };
    // a hand-over is told of under any channel, and one send may go out on two
    const other = channel === 'sales' || below(this.#rng, 20) === 0;
    const name = what.endsWith('completed') ? what : `${other ? pick(this.#rng, CHANNELS) : channel}_${what}`;
    const left = what === 'sent' || what === 'delivered' ? this.fates.get(id) : undefined;
    const at =
      left === undefined ? undefined : toldAt(this.#rng, left, { what, decision: some.decision, now });
    return this.#tell({ name, who: some.who, ...about }, at);
  }

  /** A message that has left, most likely the last of which nobody told yet. */
  #left(): Asked | undefined {
    const leftAt = ({ decision }: Asked): number => this.fates.get(decision.id) ?? Infinity;
    const has = (some: Asked): boolean => leftAt(some) <= this.rig.clock.now;
    const next = this.#untold
      .slice(-500)
      .filter(has)
      .sort((a, b) => leftAt(b) - leftAt(a))[0];
    const some = next && below(this.#rng, 8) > 0 ? next : this.#lately(this.#sent);
    if (!some || !has(some)) return undefined;
    if (some === next) this.#untold.splice(this.#untold.indexOf(some), 1);
    return some;
  }

  /** The clock of whoever reports something may be behind, and the report late. */
  #tell(
    about: Pick<Told, 'name' | 'made' | 'send'> & { who: Name },
    at = this.rig.clock.now - below(this.#rng, 5 * HOUR),
  ): Step {
    const { who, name, made: decisionId, send } = about;
    const id = `e${++this.#number}`;
    const orderId =
      name === 'Order Completed' && below(this.#rng, 3) > 0 ? `${who} ${below(this.#rng, 4)}` : undefined;
    const machine = below(this.#rng, 8) === 0 ? true : undefined;
    const person = refOf(who);
    const told = { source: 's', id, at, person, name, orderId, machine, decisionId, send };
    const event: SignalEvent = { ...told, type: 'signal', values: {} };
    this.#events.push(event);
    return () =>
      this.#ingest(event, true, () => {
        const heard = { name, at, event: id, made: decisionId, send, orderId, machine };
        this.log.add({ kind: 'told', who, told: heard });
      });
  }

  /** The same event once more: nothing happens. */
  #repeat(): Step {
    const event =
      this.#events[this.#events.length - 1 - below(this.#rng, Math.min(this.#events.length, 3_000))];
    return event ? () => this.#ingest(event, false, () => undefined) : this.#decide();
  }

  async #ingest(event: SignalEvent, first: boolean, effect: () => void): Promise<() => void> {
    const [fresh] = await this.rig.engine.ingest(below(this.#rng, 10) === 0 ? [event, event] : [event]);
    if (fresh !== first) this.wrong.push(`${event.id}: ${first ? 'taken for a repetition' : 'taken twice'}`);
    this.#count('events');
    return effect;
  }

  #joined(who: Name, other: Name): void {
    this.#count('merges');
    this.log.add({ kind: 'joined', who, other });
    this.#people.join(who, other, 0);
  }

  /** Two ids of one person, or, seldom, two people of whom it is said that they are one. */
  #join(): Step {
    const n = this.#anybody();
    const [who, other] =
      below(this.#rng, 8) === 0 ? [`u${n}`, `u${n + 1}`] : [`u${n}`, `${pick(this.#rng, ['a', 'x'])}${n}`];
    const [person, previous, id] = [refOf(who), refOf(other), `m${++this.#number}`];
    return async () => {
      await this.rig.engine.ingest([{ type: 'alias', source: 's', id, at: 0, person, previous }]);
      return () => this.#joined(who, other);
    };
  }
}
