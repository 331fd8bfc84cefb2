import type { Contact, StoredSignal } from '../contracts/records.ts';
import type { ResourceFact } from '../contracts/resources.ts';
import type { Standings } from '../domain/closed.ts';
import type { DecideRequest, Objection } from '../domain/decision.ts';
import type { Answering } from '../domain/answering.ts';
import type { FrequencyTarget } from '../domain/frequency.ts';
import type { Person } from '../domain/person.ts';
import type { Programme, Variant } from '../domain/programme.ts';
import type { ResourceKey } from '../domain/resource.ts';
import type { Found } from './once.ts';
import type { Past } from './past.ts';

/** What a guardrail may look at. */
export interface GuardContext {
  programme: Programme;
  person: Person;
  contacts: readonly Contact[];
  /** Signals of the names and as far back as guardrails ask for, and maybe others: those that stand (`whatStands`). */
  signals?: readonly StoredSignal[] | undefined;
  /** What is taken of the resources the programme's variants need. */
  resources?: ReadonlyMap<ResourceKey, ResourceFact> | undefined;
  now: number;
  /** When it is decided, where `now` is a later time that is planned for; absent: `now`. */
  asOf?: number | undefined;
  /** How often the person is to be contacted; absent: as often as the range allows. */
  frequency?: FrequencyTarget | undefined;
  /** How readily everybody answers; absent: not known, or not asked for. */
  answering?: Answering | undefined;
  /** Features of the request. */
  context?: DecideRequest['context'] | undefined;
  /** The programme's eligibility rules, compiled. */
  rules?: Rules | undefined;
  /** One of the ids asked for was of somebody who had themselves erased. */
  erased?: boolean | undefined;
  /** Nothing could be looked up about the person: whatever depends on it objects. */
  blind?: boolean | undefined;
  /** Where nothing could be looked up: which channels are closed as far as that is known; absent: nobody knows. */
  standings?: Standings | undefined;
  /** The signals, gathered for all that asks; `check` gives it. */
  past?: Past | undefined;
  /** What was found for other options of the same decision; `check` gives it. */
  found?: Found | undefined;
  /** The same of what time does not change, for all times a message may be sent at; absent: there is one. */
  lasting?: Found | undefined;
}

/** A compiled eligibility rule: why it does not hold, or undefined. Never throws, and ends in bounded time. */
export interface Rule {
  (context: GuardContext): Objection | undefined;
  /** It looks neither at the time nor at the past: of the same person and request it says the same whenever it is asked. */
  readonly timeless?: boolean | undefined;
}

/** What a rule asks about the past: how often a signal happened, or with no name the contacts, as far back as `ms`. */
export interface HistoryAsk {
  signal?: string | undefined;
  ms: number;
}

/** Compiled rules of one programme version. */
export interface Rules {
  programme?: Rule | undefined;
  channels: ReadonlyMap<string, Rule>;
  variants: ReadonlyMap<string, Rule>;
  asks: readonly HistoryAsk[];
  /** Traits that are named. */
  traits: readonly string[];
}

/** Why a variant may not be served, or undefined. Pure; fails closed on what it cannot read. */
export type Guardrail = (variant: Variant, context: GuardContext) => Objection | undefined;

/** The objection of a guardrail that depends on what cannot be looked up. */
export const unknown = (detail: string): Objection => ({ detail, state: 'unknown' });

/** Of two objections of a guardrail the one that stands for longer: what the other names as its end would be in vain. */
export function longer(a: Objection | undefined, b: Objection | undefined): Objection | undefined {
  if (!a || !b) return a ?? b;
  return (b.until ?? Infinity) > (a.until ?? Infinity) ? b : a;
}
