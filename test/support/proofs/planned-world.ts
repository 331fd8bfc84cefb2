import type { Rng } from '../../../core/contracts/rng.ts';
import type { Decision, DecideRequest } from '../../../core/domain/decision.ts';
import { sendTimeOf } from '../../../core/domain/decision.ts';
import type { SignalEvent } from '../../../core/domain/event.ts';
import type { Programme } from '../../../core/domain/programme.ts';
import { below, pick } from '../chance.ts';
import type { EngineRig } from '../engine-rig.ts';
import { HOUR, MINUTE } from '../programmes.ts';
import type { Name } from './happenings.ts';
import { KINDS, refOf } from './happenings.ts';
import { changesNear } from './clocks.ts';
import type { Moment } from './planned-book.ts';
import { Book } from './planned-book.ts';
import type { Question } from './planned-check.ts';
import { expectedOf, wrongWith } from './planned-check.ts';
import type { Clock } from './planned.ts';
import { clocksFrom } from './planned.ts';

const PEOPLE = 60;
/** What somebody did, by themselves or a machine for them. */
const DEEDS = ['email_opened', 'email_opened', 'Order Completed', 'push_opened', 'unhappy', 'unhappy'];

/** A send that was asked for, and every answer that was another than the one before. */
interface Send {
  who: Name;
  brought: Clock;
  request: Partial<DecideRequest> & { programme: string[]; send: string };
  answers: Decision[];
}

type Step = () => Promise<() => void>;

/** What happens at random in the engine, and what each answer to it should have been. */
export class PlannedWorld {
  readonly #rig: EngineRig;
  readonly #rng: Rng;
  readonly #programmes: readonly Programme[];
  readonly #book: Book;
  readonly #clocks: readonly Clock[];
  readonly #sends: Send[] = [];
  readonly #putOff: Send[] = [];
  readonly #planned: Send[] = [];
  readonly counts: Record<string, number> = { decisions: 0, sends: 0 };
  readonly wrong: string[] = [];
  #number = 0;

  constructor(rig: EngineRig, programmes: readonly Programme[], rng: Rng) {
    [this.#rig, this.#programmes, this.#rng] = [rig, programmes, rng];
    this.#book = new Book(programmes);
    this.#clocks = clocksFrom(rig.clock.now);
  }

  #count(what: string, by = 1): void {
    this.counts[what] = (this.counts[what] ?? 0) + by;
  }

  /** People come and go, so that there is always somebody who was not merged yet. */
  #anybody(): number {
    return Math.floor(this.counts.decisions! / 16) + below(this.#rng, PEOPLE);
  }

  #name = (): Name => `${pick(this.#rng, KINDS)}${this.#anybody()}`;

  #lately<T>(of: readonly T[]): T | undefined {
    return of[of.length - 1 - below(this.#rng, Math.min(of.length, 300))];
  }

  /** Clocks know milliseconds, and are often asked at full minutes. */
  begin(): void {
    const { clock } = this.#rig;
    const exact =
      below(this.#rng, 2) === 0 ? clock.now - (clock.now % MINUTE) : clock.now + below(this.#rng, MINUTE);
    clock.now = exact + (below(this.#rng, 30) === 0 ? 7 * HOUR : (1 + below(this.#rng, 24)) * MINUTE);
  }

  step(): Step {
    const kind = below(this.#rng, 100);
    if (kind < 46) return this.#new();
    if (kind < 60) return this.#again();
    if (kind < 66) return this.#look();
    if (kind < 77) return this.#became(kind < 74 ? 'sent' : 'aborted');
    if (kind < 80) return this.#tell(this.#name(), pick(this.#rng, ['email_sent', 'SMS Sent']));
    if (kind < 90) return this.#tell(this.#name(), pick(this.#rng, DEEDS));
    return kind < 96 ? this.#clock() : this.#join();
  }

  #new(): Step {
    const ids = this.#programmes.map(({ id }) => id);
    const programme = below(this.#rng, 5) === 0 ? ids.slice(below(this.#rng, 2)) : [pick(this.#rng, ids)];
    const brought = pick(this.#rng, this.#clocks);
    const atOnce = below(this.#rng, 12) === 0 ? true : undefined;
    const context = { tz: brought.told as string };
    const request = { programme, atOnce, context, send: `s${++this.#number}` };
    return this.#ask({ who: this.#name(), brought, request, answers: [] });
  }

  /** A send that is on record, most likely one that was put off and is due, by any name of the person. */
  #again(): Step {
    const due = this.#putOff.findIndex(({ answers }) => answers.at(-1)!.retryAt! <= this.#rig.clock.now);
    const some =
      due >= 0 && below(this.#rng, 4) > 0 ? this.#putOff.splice(due, 1)[0] : this.#lately(this.#sends);
    return some ? this.#ask(some) : this.#new();
  }

  #moment({ who, brought }: Pick<Send, 'who' | 'brought'>): Moment {
    return { who, brought, now: this.#rig.clock.now };
  }

  #ask(send: Send): Step {
    const { request, answers } = send;
    const who = pick(this.#rng, this.#book.names(send.who));
    const answering = new Map(
      request.programme.map((id) => [id, this.#rig.catalogue.live(id)!.policy.answering] as const),
    );
    return async () => {
      const decision = await this.#rig.decide(refOf(who), request);
      return () => {
        const { now } = this.#rig.clock;
        const last = answers.at(-1);
        if (last && !(last.retryAt !== undefined && now >= last.retryAt)) {
          this.#count('asked again');
          if (decision.id !== last.id)
            this.wrong.push(`${request.send} was answered ${last.id}, and again ${decision.id}`);
          return;
        }
        if (decision.id === last?.id) this.wrong.push(`${request.send} is due, and was not decided again`);
        this.#check(send, decision, answering);
        this.#take(send, decision);
      };
    };
  }

  #check(send: Send, decision: Decision, answering: ReadonlyMap<string, Moment['answering']>): void {
    const { request, answers } = send;
    const questions = this.#programmes
      .filter(({ id }) => request.programme.includes(id))
      .map((own): Question => {
        const held = own.id === decision.programme && decision.arm === 'holdout';
        const moment = { ...this.#moment(send), answering: answering.get(own.id), held };
        const known = this.#book.known(own, moment);
        return { own, known, expected: expectedOf(own, known, request.atOnce === true) };
      });
    this.wrong.push(...wrongWith(questions, decision, answers.length));
    for (const { own, known, expected } of questions) {
      for (const [name, pairs] of expected.pruned) this.#count(name, pairs);
      if (own.id !== decision.programme || decision.action === 'silence') continue;
      if (changesNear(known.zone, sendTimeOf(decision))) this.#count('near a change of clocks');
    }
  }

  #take(send: Send, decision: Decision): void {
    this.#count('decisions');
    if (send.answers.length === 0) this.#sends.push(send);
    else this.#count('decided again');
    send.answers.push(decision);
    if (decision.retryAt !== undefined) {
      this.#count('put off');
      this.#putOff.push(send);
    }
    if (decision.action === 'silence') return;
    this.#count('sends');
    this.#book.made(send.who, decision);
    this.#planned.push(send);
    if (decision.sendAt !== undefined) this.#count('planned ahead');
  }

  /** A message on record is looked at again before it goes out. */
  #look(): Step {
    const send = this.#lately(this.#planned);
    if (!send) return this.#new();
    const sent = send.answers.at(-1)!;
    const own = this.#programmes.find(({ id }) => id === sent.programme)!;
    const { answering } = this.#rig.catalogue.live(own.id)!.policy;
    return async () => {
      const decision = await this.#rig.decide(refOf(send.who), { ...send.request, preview: true });
      return () => {
        const moment = this.#moment(send);
        const now = Math.max(moment.now, sendTimeOf(sent));
        const held = decision.arm === 'holdout';
        const given = { ...moment, now, asOf: moment.now, answering, held, without: sent.id };
        const known = this.#book.known(own, given);
        const { first } = expectedOf(own, known, true);
        const rule = first.get(sent.variant!)?.name;
        const said = decision.dropped.find(({ option }) => option === sent.variant)?.rule;
        const same = decision.variant === sent.variant && sendTimeOf(decision) === now;
        this.#count(rule ? 'held back' : 'looked at again');
        if (said !== rule || same !== (rule === undefined))
          this.wrong.push(
            `${sent.id} looked at again: ${said ?? decision.action}, and there is ${rule ?? 'room'}`,
          );
      };
    };
  }

  #became(what: 'sent' | 'aborted'): Step {
    const send = this.#lately(this.#planned);
    if (!send) return this.#new();
    const { id, channel } = send.answers.at(-1)!;
    return this.#tell(send.who, `${channel}_${what}`, id);
  }

  #event(who: Name) {
    const at = this.#rig.clock.now - below(this.#rng, 5 * HOUR);
    return { source: 's', id: `e${++this.#number}`, at, person: refOf(who) };
  }

  #tell(who: Name, name: string, decisionId?: string): Step {
    const machine = below(this.#rng, 4) === 0 ? true : undefined;
    const event: SignalEvent = { ...this.#event(who), type: 'signal', name, values: {}, machine, decisionId };
    const { id, at } = event;
    return this.#ingest(event, () => {
      this.#book.said(who, { name, at, machine: machine === true });
      if (machine) return;
      if (decisionId !== undefined)
        this.#book.became(decisionId, name.endsWith('aborted') ? 'aborted' : 'sent', at);
      else if (name.toLowerCase().endsWith('sent'))
        this.#book.other(who, id, name.startsWith('SMS') ? 'sms' : 'email', at);
    });
  }

  /** Somebody is elsewhere. */
  #clock(): Step {
    const [who, clock] = [this.#name(), pick(this.#rng, this.#clocks)];
    const event = { ...this.#event(who), type: 'identify' as const, traits: { timezone: clock.told } };
    return this.#ingest(event, () => this.#book.clock(who, clock, event.at));
  }

  /** Two ids of one person, or, seldom, two people of whom it is said that they are one. */
  #join(): Step {
    const n = this.#anybody();
    const other: Name = below(this.#rng, 8) === 0 ? `u${n + 1}` : `${pick(this.#rng, ['a', 'x'])}${n}`;
    const who: Name = `u${n}`;
    const event = { ...this.#event(who), type: 'alias' as const, previous: refOf(other) };
    this.#count('merges');
    return this.#ingest(event, () => this.#book.people.join(who, other, 0));
  }

  /** Told once or twice, which is the same. */
  #ingest(event: Parameters<EngineRig['engine']['ingest']>[0][number], effect: () => void): Step {
    return async () => {
      await this.#rig.engine.ingest(below(this.#rng, 10) === 0 ? [event, event] : [event]);
      this.#count('events');
      return effect;
    };
  }
}
