import type { Decision } from '../../../core/domain/decision.ts';
import type { Programme, Variant } from '../../../core/domain/programme.ts';
import { HOUR } from '../programmes.ts';
import type { Look, Log, Name, Told } from './happenings.ts';

/** From one place of the log up to another, which is outside of it. */
export interface Span {
  from: number;
  to: number;
  /** When it is over if nothing more is told, ms since 1970; `Infinity`: never. */
  until: number;
  /** From when windows count it, ms since 1970; `Infinity`: it may still be sent, and no window leaves it behind. */
  at: number;
}

/** A contact or a signal: what limits count. */
export interface Thing {
  /** Things with the same key count once. */
  key: string;
  who: Name;
  /** When it was decided, or first told of. */
  at: number;
  /** When it is said to have been sent, and to have been delivered. */
  sentAt?: number | undefined;
  deliveredAt?: number | undefined;
  /** Where in the log it stands, whatever the limit. */
  spans: Span[];
  /** Signals only. */
  signal?: string | undefined;
  /** Contacts only; another tool's has no programme. */
  channel?: string | undefined;
  programme?: string | undefined;
  variant?: Variant | undefined;
  code?: string | undefined;
  made?: string | undefined;
  send?: string | undefined;
  sent?: boolean | undefined;
  /** It was told of before it was decided: all that is told from then on is of the decision's. */
  decided?: boolean | undefined;
  /** When somebody opened it, and when it is given up unless it is told to be sent. */
  openedAt?: number | undefined;
  releases?: number | undefined;
  aborted?: boolean | undefined;
  /** Of a hand-over: after how many hours it is taken for worked off, and by which signals it is. */
  hours?: number | undefined;
  givenBackBy?: readonly string[] | undefined;
  /** Where in the log somebody said that it is worked off, and the earliest time at which it was. */
  worked?: number | undefined;
  workedAt?: number | undefined;
}

/** Which names are of one person, and since which place of the log. */
export class People {
  readonly #of = new Map<Name, Map<Name, number>>();

  #knownTo(name: Name): Map<Name, number> {
    let known = this.#of.get(name);
    if (!known) this.#of.set(name, (known = new Map([[name, 0]])));
    return known;
  }

  join(a: Name, b: Name, place: number): void {
    const [one, other] = [[...this.#knownTo(a).keys()], [...this.#knownTo(b).keys()]];
    if (one.includes(b)) return;
    for (const mine of one) {
      for (const theirs of other) {
        this.#knownTo(mine).set(theirs, place + 1);
        this.#knownTo(theirs).set(mine, place + 1);
      }
    }
  }

  /** All names of the person who has this one, each with the first place that knows of it. */
  namesOf(name: Name): ReadonlyMap<Name, number> {
    return this.#knownTo(name);
  }

  areOne(a: Name, b: Name): boolean {
    return this.#knownTo(a).has(b);
  }
}

/** What signals say of a message, and on which channel. */
const REPORTS: Readonly<
  Record<string, readonly [says: 'sent' | 'delivered' | 'proof' | 'aborted', channel: string]>
> = {
  ...Object.fromEntries(
    ['email', 'sms', 'push'].flatMap((channel) => [
      [`${channel}_sent`, ['sent', channel]],
      [`${channel}_delivered`, ['delivered', channel]],
      [`${channel}_aborted`, ['aborted', channel]],
    ]),
  ),
  'Email Sent': ['sent', 'email'],
  'SMS Sent': ['sent', 'sms'],
  'Push Notification Sent': ['sent', 'push'],
  email_opened: ['proof', 'email'],
};

/** Nobody reports on these: what is told of them is told under the name of another channel. */
const UNREPORTED: readonly (string | undefined)[] = ['sales'];

/** Reads a log from its beginning and says what stood when: a second reading of docs/programmes.md. */
export class Standing {
  readonly people = new People();
  readonly contacts: Thing[] = [];
  readonly signals: Thing[] = [];
  readonly looks: Look[] = [];
  readonly #log: Log;
  readonly #programmes: ReadonlyMap<string, Programme>;
  readonly #byMade = new Map<string, Thing>();
  readonly #bySend = new Map<string, Thing[]>();
  readonly #byName = new Map<Name, Thing[]>();

  constructor(log: Log, programmes: readonly Programme[]) {
    this.#log = log;
    this.#programmes = new Map(programmes.map((own) => [own.id, own]));
    for (const [place, happening] of log.all.entries()) {
      if (happening.kind === 'joined') this.people.join(happening.who, happening.other, place);
      else if (happening.kind === 'told') this.#told(happening.who, happening.told, place);
      else this.#asked(happening.who, happening.looks, place);
    }
  }

  #asked(who: Name, looks: Omit<Look, 'place' | 'now' | 'who'>[], place: number): void {
    for (const look of looks) {
      this.looks.push({ ...look, place, now: this.#log.nowAt(place), who });
      if (look.decision?.action === 'send') this.#made(who, look.decision, place);
    }
  }

  #made(who: Name, { id, at, programme, variant: chosen, send, coupon }: Decision, place: number): void {
    const { variants, guardrails } = this.#programmes.get(programme)!;
    const variant = variants.find((own) => own.id === chosen)!;
    const { channel } = variant;
    const hours = variant.route ? Infinity : (guardrails.releaseAfterHours ?? Infinity);
    const releases = at + hours * HOUR;
    const counts = hours === Infinity ? at : Infinity;
    const own: Thing = { key: id, who, at, spans: [], channel, programme, variant, made: id, send };
    const queue = variant.route && guardrails.queues?.[variant.route.queue];
    Object.assign(own, { code: coupon?.code, hours: queue?.hours, givenBackBy: queue?.givenBackBy });
    own.spans.push({ from: place + 1, to: this.#log.placeAt(releases), until: releases, at: counts });
    own.releases = hours === Infinity ? undefined : releases;
    // whoever told of the send before it was decided told of this one
    for (const early of this.#about(who, { made: id, send }, channel)) {
      end(early, place + 1);
      early.decided = true;
      if (!early.sent) continue;
      Object.assign(own, { sentAt: early.sentAt, deliveredAt: early.deliveredAt });
      sent(own, place);
    }
    this.#keep(own);
  }

  #keep(contact: Thing): void {
    this.contacts.push(contact);
    if (contact.made !== undefined) this.#byMade.set(contact.made, contact);
    append(this.#byName, contact.who, contact);
    if (contact.send !== undefined) append(this.#bySend, contact.send, contact);
  }

  /** Contacts of a person that a decision made, or a send with the platform's id, which may go out on several channels. */
  #about(who: Name, { made, send }: Pick<Told, 'made' | 'send'>, channel?: string): Thing[] {
    const named = made === undefined ? undefined : this.#byMade.get(made);
    const of = named?.who ?? who;
    const sends = (send === undefined ? [] : (this.#bySend.get(send) ?? [])).filter(
      (own) => channel === undefined || own.channel === channel || UNREPORTED.includes(own.channel),
    );
    return [...new Set([...(named ? [named] : []), ...sends])].filter(
      (own) => own.decided !== true && this.people.areOne(own.who, of),
    );
  }

  #told(who: Name, told: Told, place: number): void {
    const { name, at, event, made, send, machine = false } = told;
    if (machine) return;
    const key = told.orderId === undefined ? event : `order ${told.orderId}`;
    this.signals.push({ key, who, at, spans: [lasting(place, at)], signal: name });
    const names = [...this.people.namesOf(who).keys()];
    const unnamed = made === undefined && send === undefined;
    for (const own of unnamed ? names.flatMap((of) => this.#byName.get(of) ?? []) : this.#about(who, told))
      if (own.givenBackBy?.includes(name) && at >= own.at) workedOff(own, at, place);
    const [says, channel] = REPORTS[name] ?? [];
    if (says === undefined) return;
    const about = this.#about(who, told, channel);
    // what was told of the send of a decision before both were known to be of one person is not told of again
    const ours = about.filter(({ programme }) => programme !== undefined);
    for (const own of ours.length > 0 ? ours : about) {
      if (says === 'aborted') {
        if (!own.sent) end(own, place + 1);
        continue;
      }
      hear(own, says, at);
      sent(own, place);
    }
    if (about.length > 0 || (says !== 'sent' && says !== 'delivered')) return;
    const other: Thing = { key: event, who, at, spans: [], channel, made, send };
    hear(other, says, at);
    sent(other, place);
    this.#keep(other);
  }
}

function append<T>(to: Map<string, T[]>, key: string, value: T): void {
  const all = to.get(key);
  if (all) all.push(value);
  else to.set(key, [value]);
}

const lasting = (place: number, at: number): Span => ({ from: place + 1, to: Infinity, until: Infinity, at });

/** Of two sends the later counts, of two deliveries or openings the earlier. */
function hear(contact: Thing, says: 'sent' | 'delivered' | 'proof', at: number): void {
  if (says === 'sent') contact.sentAt = Math.max(at, contact.sentAt ?? -Infinity);
  if (says === 'delivered') contact.deliveredAt = Math.min(at, contact.deliveredAt ?? Infinity);
  if (says === 'proof') contact.openedAt = Math.min(at, contact.openedAt ?? Infinity);
}

/** When a contact that was sent counts from: no sooner than it was decided, where it is one of ours. */
export function countsFrom({ programme, at, sentAt, deliveredAt, openedAt, releases }: Thing): number {
  const told = sentAt ?? deliveredAt;
  if (programme === undefined) return told ?? at;
  if (told !== undefined) return Math.max(at, told);
  // it was opened, so it had been sent; where sends are told, in time, but nobody knows when
  return releases === undefined || openedAt === undefined ? at : Math.min(releases, Math.max(at, openedAt));
}

/** From the next place on it is known that it was sent, and when. */
function sent(contact: Thing, place: number): void {
  contact.sent = true;
  for (const span of contact.spans) span.to = Math.min(span.to, place + 1);
  contact.spans.push(lasting(place, countsFrom(contact)));
}

function end(contact: Thing, place: number): void {
  contact.aborted = true;
  for (const span of contact.spans) span.to = Math.min(span.to, place);
}

/** From the next place on it is no longer waiting; by something that came before it, it is not. */
function workedOff(contact: Thing, at: number, place: number): void {
  contact.worked ??= place + 1;
  contact.workedAt = Math.min(at, contact.workedAt ?? Infinity);
}
