import type { WhenAway } from './away.ts';
import type { FatigueRule } from './fatigue.ts';
import type { Frequency } from './frequency.ts';
import type { FeatureDeclaration } from './feature.ts';
import type { GoalLimits } from './goal.ts';
import type { SlotFields } from './slots.ts';
import type { Timing } from './timing.ts';

export type ProgrammeId = string;
export type ProgrammeStatus = 'draft' | 'live' | 'paused' | 'ended';

/** A signal that the goal counts, with its weight inside its attribution window. */
export interface GoalSignal {
  /** Name of the signal, for example `Order Completed` or `email_clicked`. */
  signal: string;
  /** Numeric property that carries the worth of the signal; absent: each signal counts 1. */
  value?: string | undefined;
  /** Largest worth one signal can have; required with `value`. */
  cap?: number | undefined;
  /** Reward per unit of worth; negative for what should not happen, 0 for what only a limit counts. */
  weight: number;
  windowHours: number;
  /** false: nothing that followed silence; absent: whatever follows it counts for it as for a message. */
  silence?: boolean | undefined;
}

export interface Approval {
  status: 'approved' | 'rejected' | 'archived';
  /** Hash of the content that was judged: changed content is not approved. */
  contentHash: string;
  /** ms since 1970 */
  at: number;
  by: string;
}

/** One complete piece of content for one channel, or one that is put together from pieces. */
export interface Variant extends SlotFields {
  id: string;
  channel: string;
  content: Record<string, string>;
  contentHash: string;
  labels?: Record<string, string> | undefined;
  /** Who may get it, in CEL; beside the programme's own rule. */
  eligible?: string | undefined;
  startsAt?: string | undefined;
  endsAt?: string | undefined;
  approval?: Approval | undefined;
  /** What one message costs, in the currency of the programme's budget. */
  cost?: number | undefined;
  /** Pool that a code is taken from for each message. */
  coupon?: string | undefined;
  /** Hands the person over to people instead of sending a message. */
  route?: Route | undefined;
}

/** To which queue of a sales team or a call centre, and with what value. */
export interface Route {
  queue: string;
  value?: number | undefined;
}

/**
 * At most `count` contacts inside any `hours` hours, on one channel or on all. Of a person: over all programmes and the sends of
 * other tools (`person`), of this programme, or of each variant of it. Over all persons: of this programme, or of each variant. With
 * `signal` it is not contacts that are counted, but how often that happened to the person.
 */
export interface Cap {
  per: 'person' | 'person-programme' | 'person-variant' | 'programme' | 'variant';
  channel?: string | undefined;
  signal?: string | undefined;
  count: number;
  hours: number;
}

/** What the messages of a programme may cost: on one calendar day of a zone, and altogether. */
export interface Budget {
  perDay?: number | undefined;
  total?: number | undefined;
  /** IANA name or offset; with `perDay`. */
  zone?: string | undefined;
}

/** What a queue can take, over all programmes that hand over to it. */
export interface Queue {
  /** Hand-overs on one calendar day of `zone`. */
  perDay?: number | undefined;
  /** IANA name or offset; with `perDay`. */
  zone?: string | undefined;
  /** Hand-overs that are not worked off. */
  atOnce?: number | undefined;
  /** After so many hours one is taken for worked off; with `atOnce`. */
  hours?: number | undefined;
  /** Signals of the person that say that it is. */
  givenBackBy?: string[] | undefined;
}

export const WEEKDAYS = [
  'sunday',
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** What the name of a trait begins with where a programme names one. */
export const TRAITS = 'traits.';

/**
 * After `count` contacts in a row on a channel that nobody reacted to, none for `hours` after the last of them. An open, a click
 * or a signal of the goal is a reaction.
 */
export interface IgnoredRule {
  count: number;
  hours: number;
}

/** No contact on any channel for `hours` after a signal. */
export interface RestRule {
  signal: string;
  hours: number;
}

/** When nothing is sent, by the person's own clock. */
export interface QuietHours {
  /** `HH:MM`; the first quiet minute. `to` is the first that is not, on the next day if it is the smaller of the two. */
  from?: string | undefined;
  to?: string | undefined;
  /** Absent: every day. */
  allowedDays?: Weekday[] | undefined;
  /** `YYYY-MM-DD` */
  blackoutDates?: string[] | undefined;
  /** A send that nothing else is known to be against is put off until it ends, and decided then. */
  defer?: boolean | undefined;
  /** Longest that it is put off at once; with `defer`. Absent: a week (`DEFER_HOURS`). */
  deferHours?: number | undefined;
  /** Channels it holds for; absent: all. */
  channels?: string[] | undefined;
  /** Trait, or feature of the request (`context.tz`), with the person's zone. Absent: `traits.timezone`. */
  zone?: string | undefined;
  /** Zone of persons of whom it names none. */
  fallbackZone: string;
}

export interface Guardrails {
  /** Who may be contacted at all, in CEL (https://cel.dev): over `traits`, `context`, `now`. */
  eligible?: string | undefined;
  /** Who may be contacted on one channel, in CEL, by channel. */
  eligibleByChannel?: Record<string, string> | undefined;
  /** Purpose that must be consented to, or several that all must be, by channel. */
  consent?: Record<string, string | string[]> | undefined;
  caps?: Cap[] | undefined;
  /** Hours after which a contact of this programme no longer counts unless it is known to have been sent; absent: never. */
  releaseAfterHours?: number | undefined;
  quietHours?: QuietHours | undefined;
  suppressAfterIgnored?: IgnoredRule | undefined;
  restAfterSignal?: RestRule[] | undefined;
  budget?: Budget | undefined;
  /** By the name of the queue. */
  queues?: Record<string, Queue> | undefined;
}

export type PolicyKind =
  'auto' | 'weighted-thompson' | 'linear-thompson' | 'shared-linear-thompson' | 'top-two' | 'fixed-split';

export interface PolicyChoice {
  kind: PolicyKind;
  /** Least probability of every option. Absent: all options share 1 %. */
  floor?: number | undefined;
  /** Days after which a trial counts half; absent: nothing is forgotten. */
  halfLifeDays?: number | undefined;
  /** Whether an option that a person had lately is worth less to them, by as much and for as long as outcomes say. */
  recovering?: boolean | undefined;
  /** Share of each option under `fixed-split`, in any unit; absent: equal shares. */
  shares?: Record<string, number> | undefined;
  /** An option is worth its reward, at `arbitration.value` each, less what its message costs. */
  netOfCosts?: boolean | undefined;
  /** Largest probability of each option until it was decided on so often; absent: as large as the policy says. */
  newOptions?: { share: number; trials: number } | undefined;
  /** Programmes that say what options earn before this one knows; `workspace`: all of the same goal that are over. */
  priorFrom?: 'workspace' | ProgrammeId[] | undefined;
  /** A send log that says it. */
  priorLog?: LogPrior | undefined;
}

/** What a send log says of options (`core/learn/send-log.ts`). */
export interface LogPrior {
  /** Name of the log, for people. */
  source: string;
  /** When it was read. */
  at: string;
  /** Sums over sends to anybody, in rewards. */
  options: Record<string, { trials: number; reward: number; squares: number }>;
}

export type HoldoutKind = 'no-contact' | 'random' | 'business-as-usual';

/** What a programme's score is the product of when several want the same send. */
export const FACTORS = ['priority', 'value', 'propensity', 'lever'] as const;
export type Factor = (typeof FACTORS)[number];

/** How a programme competes with others for a send. */
export interface Arbitration {
  /** Absent: 1. */
  priority?: number | undefined;
  /** What a reward of 1 is worth, in the marketer's currency. Absent: 1. */
  value?: number | undefined;
  /** Percent: +55 makes the score 1.55 times as large. Absent: 0. */
  lever?: number | undefined;
  /** Factors with `false` do not count. */
  factors?: Partial<Record<Factor, boolean | undefined>> | undefined;
}

/** What a marketer sets up. Every saved version is kept. */
export interface Programme {
  id: ProgrammeId;
  version: number;
  name: string;
  status: ProgrammeStatus;
  goal: { signals: GoalSignal[] } & GoalLimits;
  variants: Variant[];
  /** Whether not contacting is an option the policy may choose. */
  silence: boolean;
  /** Variant answered when the engine cannot decide. */
  fallback?: string | undefined;
  /** Absent: `last-model`. */
  whenAway?: WhenAway | undefined;
  policy: PolicyChoice;
  /** What the policy may know, by name; whatever else a request carries is not learned from. */
  context?: Record<string, FeatureDeclaration> | undefined;
  /** Pairs of features that act together. */
  crosses?: [string, string][] | undefined;
  holdout?: { kind: HoldoutKind; share: number } | undefined;
  guardrails: Guardrails;
  /** What contacts take off the value of further ones; all rules add up. */
  fatigue?: FatigueRule[] | undefined;
  frequency?: Frequency | undefined;
  /** Absent: every message is for now. */
  timing?: Timing | undefined;
  arbitration?: Arbitration | undefined;
  startsAt?: string | undefined;
  endsAt?: string | undefined;
  /** Width of the bucket that makes two requests without a send id the same send. */
  sendBucketHours: number;
}

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
