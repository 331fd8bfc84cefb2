import type { Arm } from './arm.ts';
import type { PersonId, PersonRef } from './person.ts';
import type { Cap, ProgrammeId, Route } from './programme.ts';
import type { Readings } from './readings.ts';
import type { Reservation, ResourceKey } from './resource.ts';

export type DecisionId = string;

/** Key of an option: the id of its variant, or `silence`. */
export type OptionKey = string;
export const SILENCE: OptionKey = 'silence';

export type Reason = 'policy' | 'holdout' | 'guardrail' | 'fallback' | 'pinned' | 'preview';
export type Rung = 'full' | 'last-model' | 'default' | 'silence';

/** What a connector makes of a platform's call. */
export interface DecideRequest {
  programme: ProgrammeId;
  person: PersonRef;
  /** The platform's id for this send; absent: the programme's time bucket takes its place. */
  send?: string | undefined;
  /** Further parts of the send's identity where the platform gives no send id (campaign, message, slot). */
  scope?: string | undefined;
  context: Record<string, string | number | boolean>;
  preview?: boolean | undefined;
  pin?: string | undefined;
}

export interface ScoredOption {
  option: OptionKey;
  /** Probability with which this option was drawn, after guardrails; all of them sum to 1. */
  propensity: number;
  /** Posterior mean of the reward. */
  score: number;
}

/**
 * Why an option may not be served: a sentence, and what it says as values. A field that does not apply is absent;
 * docs/programmes.md says which rule gives which.
 */
export interface Objection {
  detail: string;
  /** When it ends if nothing else happens, ms since 1970; absent: time alone does not end it. */
  until?: number | undefined;
  /** What something is instead of what it should be, for example `rejected`; `unknown` where it cannot be looked up. */
  state?: string | undefined;
  /** How many there are, and how many are allowed, inside `hours`. */
  count?: number | undefined;
  limit?: number | undefined;
  hours?: number | undefined;
  /** Whose contacts were counted. */
  per?: Cap['per'] | undefined;
  channel?: string | undefined;
  /** Name of the signal that was to blame. */
  signal?: string | undefined;
  /** What all persons share and there is too little of. */
  resource?: ResourceKey | undefined;
  /** Purposes that are not consented to. */
  purposes?: readonly string[] | undefined;
  /** The part of an eligibility rule that does not hold, in CEL, and whose rule it is part of. */
  expression?: string | undefined;
  of?: 'programme' | 'channel' | 'variant' | undefined;
  /** What the expression asks for and is not there, for example `traits.age`. */
  missing?: string | undefined;
  /** Zone by whose clock it is. */
  zone?: string | undefined;
}

export interface DroppedOption extends Objection {
  option: OptionKey;
  /** The guardrail that removed it, for example `caps`. */
  rule: string;
}

/** The recorded choice: enough to recompute it. */
export interface Decision {
  id: DecisionId;
  programme: ProgrammeId;
  programmeVersion: number;
  person: PersonId;
  sendKey: string;
  send?: string | undefined;
  /** ms since 1970 */
  at: number;
  action: 'send' | 'silence';
  option: OptionKey;
  variant?: string | undefined;
  channel?: string | undefined;
  content?: Record<string, string> | undefined;
  /** The code handed out with the message. */
  coupon?: { pool: string; code: string } | undefined;
  /** To whom the person is handed over. */
  route?: Route | undefined;
  /** What the decision took of resources that all persons share. */
  reservations?: Reservation[] | undefined;
  reason: Reason;
  /** The guardrail behind `reason: guardrail`. */
  guardrail?: string | undefined;
  rung: Rung;
  arm: Arm;
  propensity: number;
  eligible: ScoredOption[];
  dropped: DroppedOption[];
  /** Version of the model that scored and drew; 0 before anything was learned. */
  modelVersion: number;
  policy: string;
  seed: string;
  context: Record<string, string | number | boolean>;
  /** What guardrails could see of the person; absent where a decision is older than this field. */
  read?: Readings | undefined;
  /** The variant that was asked for by name. */
  pin?: string | undefined;
  /** Made while the store was away, and recorded later than it was answered. */
  spooled?: true | undefined;
  /** Whether outcomes of this decision teach the policy. */
  learn: boolean;
}
