import type { Answering } from '../../../core/domain/answering.ts';
import type { Decision } from '../../../core/domain/decision.ts';
import { sendTimeOf } from '../../../core/domain/decision.ts';
import type { Programme } from '../../../core/domain/programme.ts';
import { HOUR, MINUTE } from '../programmes.ts';
import type { Known, Message, Said } from './by-hand.ts';
import { targetOf } from './by-hand.ts';
import type { Name } from './happenings.ts';
import type { Clock } from './planned.ts';
import { People } from './standing.ts';

/** Who is asked about, when, and with what clock in the request. */
export interface Moment {
  who: Name;
  now: number;
  /** When its message is looked at again that goes out at `now`; absent: it is decided on. */
  asOf?: number | undefined;
  /** What the request says of the person's clock. */
  brought: Clock;
  /** How readily everybody answered when it was asked. */
  answering?: Answering | undefined;
  /** The person is in the programme's holdout. */
  held?: boolean | undefined;
  /** A decision whose message is in nobody's way. */
  without?: string | undefined;
}

function append<T>(to: Map<string, T[]>, key: string, value: T): void {
  const all = to.get(key);
  if (all) all.push(value);
  else to.set(key, [value]);
}

/** What was sent, said and told of clocks so far, in the order in which it took effect. */
export class Book {
  readonly people = new People();
  readonly #programmes: ReadonlyMap<string, Programme>;
  readonly #messages = new Map<Name, Message[]>();
  readonly #ofAll = new Map<string, Message[]>();
  readonly #byKey = new Map<string, Message>();
  readonly #said = new Map<Name, Said[]>();
  readonly #clocks = new Map<Name, { clock: Clock; at: number }>();

  constructor(programmes: readonly Programme[]) {
    this.#programmes = new Map(programmes.map((own) => [own.id, own]));
  }

  names(who: Name): Name[] {
    return [...this.people.namesOf(who).keys()];
  }

  #of<T>(who: Name, from: ReadonlyMap<Name, T[]>): T[] {
    return this.names(who).flatMap((name) => from.get(name) ?? []);
  }

  made(who: Name, decision: Decision): void {
    const { programme, variant: id, channel = '' } = decision;
    const own = this.#programmes.get(programme)!;
    const at = sendTimeOf(decision);
    const variant = own.variants.find((one) => one.id === id)!;
    const releases = at + (own.guardrails.releaseAfterHours ?? Infinity) * HOUR;
    const times = { decidedAt: decision.at, plannedAt: at, at, releases };
    const message = { key: decision.id, who, channel, programme, variant, ...times };
    this.#keep({ ...message, sent: false, aborted: false });
  }

  /** Another tool sent something. */
  other(who: Name, key: string, channel: string, at: number): void {
    const times = { decidedAt: at, plannedAt: at, at, releases: Infinity };
    this.#keep({ key, who, channel, ...times, sent: true, aborted: false });
  }

  #keep(message: Message): void {
    append(this.#messages, message.who, message);
    if (message.programme !== undefined) append(this.#ofAll, message.programme, message);
    this.#byKey.set(message.key, message);
  }

  /** What became of a message; that it was sent stands, and of two times at which it was, the later. */
  became(key: string, what: 'sent' | 'aborted', told: number): void {
    const own = this.#byKey.get(key)!;
    const before = own.sentAt ?? -Infinity;
    own[what] = true;
    if (what === 'aborted') return;
    own.sentAt = Math.max(told, before);
    // five minutes are the most that clocks are apart
    const early = own.sentAt < own.plannedAt - 5 * MINUTE;
    own.at = Math.max(own.sentAt, early ? own.decidedAt : own.plannedAt);
  }

  said(who: Name, one: Said): void {
    append(this.#said, who, one);
  }

  /** What was told last of a clock, by the time it was told, counts. */
  clock(who: Name, clock: Clock, at: number): void {
    const now = this.#clocks.get(who);
    if (!now || at > now.at) this.#clocks.set(who, { clock, at });
  }

  #zone({ guardrails }: Programme, { who, brought }: Moment): string {
    const { zone, fallbackZone } = guardrails.quietHours!;
    const told = this.names(who).flatMap((name) => this.#clocks.get(name) ?? []);
    const last = told.sort((a, b) => b.at - a.at)[0]?.clock;
    return (zone === 'context.tz' ? brought : last)?.zone ?? fallbackZone;
  }

  known(own: Programme, moment: Moment): Known {
    const { who, now, asOf = now, answering, held, without } = moment;
    const others = (some: readonly Message[]): readonly Message[] =>
      some.filter(({ key }) => key !== without);
    const messages = others(this.#of(who, this.#messages));
    const ofAll = others(this.#ofAll.get(own.id) ?? []);
    const said = this.#of(who, this.#said);
    const known = { now, asOf, messages, ofAll, said, zone: this.#zone(own, moment) };
    const { most = 0 } = own.frequency ?? {};
    const target = own.frequency && !held ? targetOf(own, { ...known, target: most }, answering!) : most;
    return { ...known, target };
  }
}
