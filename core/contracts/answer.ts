import type { Reason, Rung } from '../domain/decision.ts';
import type { Route } from '../domain/programme.ts';
import type { Items, Pieces } from '../domain/slots.ts';

/** What a decide call answers, before a platform's own form is made of it. */
export interface Answer {
  decision_id?: string | undefined;
  programme: string;
  programme_version?: number | undefined;
  action: 'send' | 'silence';
  variant?: string | undefined;
  channel?: string | undefined;
  /** RFC 3339, UTC */
  send_at?: string | undefined;
  /** The send is put off: ask for it again at this time. RFC 3339, UTC */
  retry_at?: string | undefined;
  content?: Record<string, string> | undefined;
  /** The pieces it is put together from, by slot. */
  pieces?: Pieces | undefined;
  /** Contents of the pieces of slots that take several, by slot and in order. */
  items?: Items | undefined;
  /** The code in the content, for templates of the platform. */
  coupon?: { pool: string; code: string } | undefined;
  /** To whom the person is to be handed over. */
  route?: Route | undefined;
  reason: Reason;
  guardrail?: string | undefined;
  /** That the guardrail objects because what it depends on is not known. */
  state?: 'unknown' | undefined;
  rung: Rung;
  /** To append to links, so that a click can be credited: `did=<decision id>`. */
  link?: string | undefined;
  /** False when the answer was given without being recorded; `spooled` when only this machine has it yet. */
  decision_recorded: boolean | 'spooled';
}
