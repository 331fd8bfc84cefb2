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
  /** Reward per unit of worth; negative for what should not happen. */
  weight: number;
  windowHours: number;
}

export interface Approval {
  status: 'approved' | 'rejected' | 'archived';
  /** Hash of the content that was judged: changed content is not approved. */
  contentHash: string;
  /** ms since 1970 */
  at: number;
  by: string;
}

/** One complete piece of content for one channel. */
export interface Variant {
  id: string;
  channel: string;
  content: Record<string, string>;
  contentHash: string;
  labels?: Record<string, string> | undefined;
  startsAt?: string | undefined;
  endsAt?: string | undefined;
  approval?: Approval | undefined;
}

/** At most `count` contacts per person inside any `hours` hours, on one channel or on all. */
export interface Cap {
  per: 'person';
  channel?: string | undefined;
  count: number;
  hours: number;
}

export interface Guardrails {
  /** Purpose that must be consented to, by channel. */
  consent?: Record<string, string> | undefined;
  caps?: Cap[] | undefined;
}

export type HoldoutKind = 'no-contact' | 'random' | 'business-as-usual';

/** What a marketer sets up. Every saved version is kept. */
export interface Programme {
  id: ProgrammeId;
  version: number;
  name: string;
  status: ProgrammeStatus;
  goal: { signals: GoalSignal[] };
  variants: Variant[];
  /** Whether not contacting is an option the policy may choose. */
  silence: boolean;
  /** Variant answered when the engine cannot decide. */
  fallback?: string | undefined;
  policy: { kind: 'weighted-thompson'; floor?: number | undefined };
  holdout?: { kind: HoldoutKind; share: number } | undefined;
  guardrails: Guardrails;
  startsAt?: string | undefined;
  endsAt?: string | undefined;
  /** Width of the bucket that makes two requests without a send id the same send. */
  sendBucketHours: number;
}

export const HOUR_MS = 3_600_000;
