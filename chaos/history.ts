/** One send that was asked for, with every answer it got. */
export interface Asked {
  programme: string;
  /** Whom it was asked for, as query parameters. */
  person: string;
  send: string;
  /** When it was asked for first, ms since 1970. */
  firstAt: number;
  /** Bodies of the answers with status 200. */
  answers: string[];
}

/** One event that was sent, perhaps several times. */
export interface Told {
  id: string;
  signal: boolean;
  event: object;
  /** Who leaves a channel with it, as a query parameter. */
  leaves?: string;
  /** Whether a delivery it was part of was acknowledged. */
  accepted: boolean;
}

/** Codes that were put into a pool together, perhaps several times. */
export interface Stocked {
  codes: string[];
  /** Whether that was acknowledged. */
  accepted: boolean;
}

/** Why a call has no answer: nobody listened, the connection broke, nothing came for as long as the caller waits. */
export const CAUSES = ['refused', 'cut off', 'no answer'] as const;
export type Cause = (typeof CAUSES)[number];

export type CallKind = 'decide' | 'events' | 'codes' | 'ready' | 'metrics';

/** One call as whoever made it saw it. */
export interface Call {
  kind: CallKind;
  /** Address of the copy that was called. */
  copy: string;
  /** When it began, ms since 1970. */
  at: number;
  /** Until its end, in ms. */
  ms: number;
  /** For how long of that the caller itself was held up, in ms: that is no fault of who was called. */
  held: number;
  /** Status of the answer, or why there is none. */
  outcome: number | Cause;
}

/** What the callers know: everything that was asked, told and promised. */
export class History {
  readonly asked: Asked[] = [];
  readonly told: Told[] = [];
  readonly stocked: Stocked[] = [];
  /** When it was first acknowledged that somebody left, ms since 1970, by query parameter. */
  readonly left = new Map<string, number>();
  readonly calls: Call[] = [];
}
