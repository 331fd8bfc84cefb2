import type { Arm } from './arm.ts';
import type { PersonId, PersonRef } from './person.ts';
import type { ProgrammeId, Route } from './programme.ts';
import type { Reservation } from './resource.ts';

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

export interface DroppedOption {
  option: OptionKey;
  /** The guardrail that removed it, for example `caps`. */
  rule: string;
  detail: string;
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
  /** Made while the store was away, and recorded later than it was answered. */
  spooled?: true | undefined;
  /** Whether outcomes of this decision teach the policy. */
  learn: boolean;
}
