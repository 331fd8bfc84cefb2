import type { Rng } from '../../../core/contracts/rng.ts';
import type { Decision } from '../../../core/domain/decision.ts';
import { sendTimeOf } from '../../../core/domain/decision.ts';
import type { DomainEvent } from '../../../core/domain/event.ts';
import type { Programme } from '../../../core/domain/programme.ts';
import { below, pick } from '../chance.ts';
import type { EngineRig } from '../engine-rig.ts';
import { HOUR, MINUTE } from '../programmes.ts';
import type { Name } from './happenings.ts';
import { KINDS, refOf } from './happenings.ts';
import type { Known } from './by-hand.ts';
import type { Moment } from './planned-book.ts';
import { Book } from './planned-book.ts';
import { against, expectedOf } from './planned-check.ts';

const CALLERS = 64;
/** So few that many callers want the same person at once. */
const CROWD = 6;
const BROUGHT = { told: 'Europe/Berlin', zone: 'Europe/Berlin' };
/** Limits that a message takes a place under: whichever of two is decided first, both see each other. */
const LIMITS = ['caps', 'frequency', 'budget'];

interface Call {
  who: Name;
  own: Programme;
  send: string;
  /** What was known before any of its round. */
  before: Known;
}

/** Callers of several copies of the program at once, about a few people; what happens to these happens between two rounds of calls. */
export class CopiesWorld {
  readonly #rigs: readonly EngineRig[];
  readonly #programmes: readonly Programme[];
  readonly #rng: Rng;
  readonly #book: Book;
  readonly #made: { who: Name; decision: Decision }[] = [];
  readonly counts: Record<string, number> = { decisions: 0, sends: 0, refused: 0, merges: 0, events: 0 };
  readonly wrong: string[] = [];
  #number = 0;
  #round = 0;

  constructor(rigs: readonly EngineRig[], programmes: readonly Programme[], rng: Rng) {
    [this.#rigs, this.#programmes, this.#rng] = [rigs, programmes, rng];
    this.#book = new Book(programmes);
  }

  #count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }

  #now(): number {
    return this.#rigs[0]!.clock.now;
  }

  #human(): number {
    return Math.floor(this.#round / 4) + below(this.#rng, CROWD);
  }

  #name = (): Name => `${pick(this.#rng, KINDS)}${this.#human()}`;

  #known(own: Programme, who: Name, without?: string): Known {
    const { answering } = this.#rigs[0]!.catalogue.live(own.id)!.policy;
    const moment: Moment = { who, now: this.#now(), brought: BROUGHT, answering, without };
    return this.#book.known(own, moment);
  }

  /** Some time passes, much is told to all copies at once, and then all callers ask. */
  async round(): Promise<void> {
    this.#round++;
    const later = (1 + below(this.#rng, 40)) * MINUTE;
    for (const { clock } of this.#rigs) clock.now += later;
    await Promise.all(Array.from({ length: CALLERS / 4 }, (_, i) => this.#happen(i)));
    const calls = Array.from({ length: CALLERS }, () => this.#call());
    const made = await Promise.all(calls.map((call, i) => this.#ask(call, i)));
    this.#judge(calls, made);
  }

  #event(who: Name) {
    const at = this.#now() - below(this.#rng, HOUR);
    return { source: 's', id: `e${++this.#number}`, at, person: refOf(who) };
  }

  async #happen(i: number): Promise<void> {
    const [event, effect] = this.#happening();
    this.#count('events');
    await this.#rigs[i % this.#rigs.length]!.engine.ingest([event]);
    effect();
  }

  #happening(): [DomainEvent, () => void] {
    const [kind, who] = [below(this.#rng, 10), this.#name()];
    const some = this.#made[this.#made.length - 1 - below(this.#rng, Math.min(this.#made.length, 60))];
    if (kind < 2) {
      const [person, other]: Name[] = [`u${who.slice(1)}`, `${pick(this.#rng, ['a', 'x'])}${who.slice(1)}`];
      this.#count('merges');
      const event: DomainEvent = { ...this.#event(person!), type: 'alias', previous: refOf(other!) };
      return [event, () => this.#book.people.join(person!, other!, 0)];
    }
    const head = { type: 'signal' as const, values: {} };
    if (kind < 4 || !some) {
      const event = { ...this.#event(who), ...head, name: 'email_sent' };
      return [event, () => this.#book.other(who, event.id, 'email', event.at)];
    }
    const what = kind < 7 ? 'sent' : 'aborted';
    const { id, channel } = some.decision;
    const event = { ...this.#event(some.who), ...head, name: `${channel}_${what}`, decisionId: id };
    return [event, () => this.#book.became(id, what, event.at)];
  }

  /** Of a send that two callers ask for at once each has the same answer. */
  #call(): Call {
    const [who, own] = [this.#name(), pick(this.#rng, this.#programmes)];
    return { who, own, send: `s${++this.#number}`, before: this.#known(own, who) };
  }

  async #ask({ who, own, send }: Call, i: number): Promise<Decision> {
    const request = { programme: own.id, send, context: { tz: BROUGHT.told } };
    const twice = below(this.#rng, 4) === 0 ? this.#rigs : [this.#rigs[i % this.#rigs.length]!];
    const all = await Promise.all(twice.map((rig) => rig.decide(refOf(who), request)));
    if (new Set(all.map(({ id }) => id)).size !== 1) this.wrong.push(`${send} was decided twice`);
    return all[0]!;
  }

  /**
   * Nobody knows in which order the copies decided. But limits fill up while they do: what was full before is refused, what is refused is full
   * afterwards, and what was sent has room afterwards if it is left out.
   */
  #judge(calls: readonly Call[], made: readonly Decision[]): void {
    for (const [i, decision] of made.entries()) {
      this.#count('decisions');
      if (decision.action === 'silence') continue;
      this.#count('sends');
      this.#book.made(calls[i]!.who, decision);
      this.#made.push({ who: calls[i]!.who, decision });
    }
    for (const [i, decision] of made.entries()) {
      const wrong = this.#wrongWith(calls[i]!, decision);
      if (wrong !== undefined)
        this.wrong.push(`${decision.id} of ${decision.programme} for ${calls[i]!.who}: ${wrong}`);
    }
  }

  #wrongWith({ who, own, before }: Call, decision: Decision): string | undefined {
    const full = expectedOf(own, before, false);
    const after = expectedOf(own, this.#known(own, who), false);
    const dropped = new Set(decision.dropped.map(({ option }) => option));
    for (const { id } of own.variants) {
      if (full.open.get(id)!.length === 0 && !dropped.has(id))
        return `${id} was full before, and is not refused`;
      if (after.open.get(id)!.length > 0 && dropped.has(id)) return `${id} is refused, and has room`;
    }
    if (dropped.size > 0) this.#count('refused');
    if (decision.action === 'silence') return undefined;
    const variant = own.variants.find(({ id }) => id === decision.variant)!;
    const at = sendTimeOf(decision);
    const first = against(own, variant, at, before).next().value;
    if (first) return `${variant.id} is sent at ${at} in spite of ${first.text}`;
    const left = this.#known(own, who, decision.id);
    const rule = against(own, variant, at, left).find(({ name }) => LIMITS.includes(name));
    return rule && `${variant.id} is one too many at ${at}: ${rule.text}`;
  }
}
