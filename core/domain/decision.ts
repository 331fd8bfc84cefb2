import type { Arm } from './arm.ts';
import type { Contribution } from './contribution.ts';
import type { FrequencyTarget } from './frequency.ts';
import type { PersonId, PersonRef } from './person.ts';
import type { Cap, Factor, ProgrammeId, Route } from './programme.ts';
import type { Readings } from './readings.ts';
import type { Reservation, ResourceKey } from './resource.ts';
import type { DrawnPieces, Items, Pieces } from './slots.ts';
import type { TimingRecord } from './timing.ts';

export type DecisionId = string;

/** Key of an option: the id of its variant, or `silence`. */
export type OptionKey = string;
export const SILENCE: OptionKey = 'silence';

export type Reason = 'policy' | 'holdout' | 'guardrail' | 'fallback' | 'pinned' | 'preview';
export type Rung = 'full' | 'last-model' | 'default' | 'silence';

/** What a connector makes of a platform's call. */
export interface DecideRequest {
  /** Several: they compete, and one answers. */
  programme: ProgrammeId | readonly ProgrammeId[];
  person: PersonRef;
  /** The platform's id for this send; absent: the programme's time bucket takes its place. */
  send?: string | undefined;
  /** Further parts of the send's identity where the platform gives no send id (campaign, message, slot). */
  scope?: string | undefined;
  context: Record<string, string | number | boolean>;
  preview?: boolean | undefined;
  pin?: string | undefined;
  /** Pieces to put the pinned variant together from; slots that are not named are left to the policy. */
  pieces?: Pieces | undefined;
  /** Whoever asks sends at once or not at all: nothing is planned for later. */
  atOnce?: boolean | undefined;
}

/** The programmes a request names, each once, in the order in which it names them. */
export const programmesIn = ({ programme }: Pick<DecideRequest, 'programme'>): ProgrammeId[] =>
  typeof programme === 'string' ? [programme] : [...new Set<ProgrammeId>(programme)];

/** Programmes as a query names them, `welcome` or `welcome,offers`. */
export function programmesInText(text: string): ProgrammeId | ProgrammeId[] {
  const ids = text.split(',').map((id) => id.trim());
  const named = ids.filter((id) => id !== '');
  return ids.length > 1 && named.length > 0 ? named : text;
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

/** How a programme fared among those that wanted the same send. */
export interface Contender {
  programme: ProgrammeId;
  /**
   * `won`: it is the answer. `outscored`: another was asked before it and sent. `held-out`, `silent`: it was asked, but the person
   * is in its holdout, or its policy chose silence. `guardrail`: it had nothing to send.
   */
  reason: 'won' | 'outscored' | 'held-out' | 'silent' | 'guardrail';
  /** The product of its factors; absent where it had nothing to send. */
  score?: number | undefined;
  /** Those that are not switched off. */
  factors?: Partial<Record<Factor, number>> | undefined;
  /** What its guardrails removed, where it was not asked. */
  dropped?: DroppedOption[] | undefined;
  /** Options it had, silence included, where it was not asked: in the record of the answer, where nobody else counts them. */
  candidates?: number | undefined;
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
  /** When the message is to be sent, ms since 1970; absent: at once. */
  sendAt?: number | undefined;
  action: 'send' | 'silence';
  option: OptionKey;
  variant?: string | undefined;
  channel?: string | undefined;
  content?: Record<string, string> | undefined;
  /** The pieces the message is put together from, where its variant has slots, and how they were drawn. */
  pieces?: Pieces | undefined;
  drawn?: DrawnPieces | undefined;
  /** Contents of the pieces of slots that take several, in order. */
  items?: Items | undefined;
  /** The code handed out with the message. */
  coupon?: { pool: string; code: string } | undefined;
  /** To whom the person is handed over. */
  route?: Route | undefined;
  /** What the decision took of resources that all persons share. */
  reservations?: Reservation[] | undefined;
  reason: Reason;
  /** The send is put off: asked again at this time or later it is decided anew. ms since 1970 */
  retryAt?: number | undefined;
  /** The guardrail behind `reason: guardrail`. */
  guardrail?: string | undefined;
  rung: Rung;
  arm: Arm;
  /** Of what was drawn: of the option, times that of its time given the option. */
  propensity: number;
  eligible: ScoredOption[];
  dropped: DroppedOption[];
  /** What the score of the chosen option is the sum of, largest first; of a policy that goes by the circumstances. */
  because?: Contribution[] | undefined;
  /** What the contacts the person had took off the score of an option, where the programme declares fatigue. */
  fatigue?: Record<OptionKey, number> | undefined;
  /** How often the person was to be contacted, where the programme declares a frequency. */
  frequency?: FrequencyTarget | undefined;
  /** Version of the model that scored and drew; 0 before anything was learned. */
  modelVersion: number;
  policy: string;
  /** Of a programme that plans ahead. */
  timing?: TimingRecord | undefined;
  seed: string;
  /** The programmes that competed for the send, in the order in which they were named; absent where one was asked alone. */
  arbitration?: Contender[] | undefined;
  context: Record<string, string | number | boolean>;
  /** What guardrails could see of the person; absent where a decision is older than this field. */
  read?: Readings | undefined;
  /** The variant that was asked for by name. */
  pin?: string | undefined;
  /** The pieces that were asked for by name, with it. */
  pinnedPieces?: Pieces | undefined;
  /** As in the request. */
  atOnce?: true | undefined;
  /** Made while the store was away, and recorded later than it was answered. */
  spooled?: true | undefined;
  /** Whether outcomes of this decision teach the policy. */
  learn: boolean;
}

/** When the message of a decision is to be sent, ms since 1970. */
export const sendTimeOf = ({ at, sendAt = at }: Pick<Decision, 'at' | 'sendAt'>): number => sendAt;
