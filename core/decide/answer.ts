import type { Answer } from '../contracts/answer.ts';
import type { Standings } from '../domain/closed.ts';
import type { Decision, Rung } from '../domain/decision.ts';
import { sendTimeOf } from '../domain/decision.ts';
import type { Programme, ProgrammeId, Variant } from '../domain/programme.ts';
import { approvalObjection } from '../guardrails/approval.ts';
import { datesObjection } from '../guardrails/dates.ts';
import { needsOf } from '../guardrails/needs.ts';
import type { Message } from './compose.ts';
import { usualMessage } from './compose.ts';

/** A recorded decision as it is answered: the same decision, the same answer, for ever. */
export function answerOf(decision: Decision): Answer {
  const sent = decision.action === 'send';
  return {
    decision_id: decision.id,
    programme: decision.programme,
    programme_version: decision.programmeVersion,
    action: decision.action,
    variant: decision.variant,
    channel: decision.channel,
    send_at: sent ? new Date(sendTimeOf(decision)).toISOString() : undefined,
    retry_at: decision.retryAt === undefined ? undefined : new Date(decision.retryAt).toISOString(),
    content: decision.content,
    pieces: decision.pieces,
    items: decision.items,
    coupon: decision.coupon,
    route: decision.route,
    reason: decision.reason,
    guardrail: decision.guardrail,
    rung: decision.rung,
    link: sent ? `did=${decision.id}` : undefined,
    decision_recorded: decision.spooled ? 'spooled' : decision.reason !== 'preview',
  };
}

/** Whether text is a template. */
export const hasTag = (text: string): boolean => text.includes('{{') || text.includes('{%');

export const hasTags = (content: Record<string, string>): boolean => Object.values(content).some(hasTag);

/** What of a message is filled. */
export type Filled = Pick<Message, 'content' | 'items'>;

/** A message that needs no filling, or nothing. */
const untagged = ({ content, items }: Filled): Filled | undefined =>
  [content, ...Object.values(items ?? {}).flat()].some(hasTags) ? undefined : { content, items };

/** Whether a guardrail that no rung may skip has to look at the person, or at what all persons share. */
export function asksStore(programme: Programme, variant: Variant): boolean {
  if (variant.route || needsOf(programme, variant).length > 0) return true;
  const { guardrails } = programme;
  const { channel, eligible } = variant;
  const { consent, eligibleByChannel, quietHours } = guardrails;
  const rules = [consent?.[channel], guardrails.eligible, eligibleByChannel?.[channel], eligible];
  const timed = quietHours !== undefined && quietHours.channels?.includes(channel) !== false;
  const rests = guardrails.suppressAfterIgnored !== undefined || guardrails.restAfterSignal !== undefined;
  return timed || rests || rules.some((rule) => rule !== undefined);
}

/** What a degraded answer goes by besides the programme. */
export interface Circumstances {
  now: number;
  standings: Standings;
  fill?: ((message: Filled) => Filled | undefined) | undefined;
}

/**
 * The answer when the engine could not decide in time: the approved default between its dates, or silence. A default that
 * depends on consent, eligibility, quiet hours, suppression or a resource is not sent, because nothing can be looked up
 * on this rung; nor is one on a channel that is not known to be open, nor one whose template tags `fill` cannot fill. A
 * programme may want silence in any case (`whenAway`).
 */
export function degradedAnswer(
  programmeId: ProgrammeId,
  programme: Programme | undefined,
  { now, standings, fill = untagged }: Circumstances,
): Answer {
  const fallback = programme?.variants.find((variant) => variant.id === programme.fallback);
  const open =
    programme !== undefined &&
    programme.whenAway !== 'silence' &&
    fallback !== undefined &&
    approvalObjection(fallback) === undefined &&
    datesObjection(fallback, programme, now) === undefined &&
    !asksStore(programme, fallback);
  const message = open ? usualMessage(fallback) : undefined;
  const filled = message && fill(message);
  const head = { programme: programmeId, programme_version: programme?.version, reason: 'fallback' as const };
  const rung: Rung = programme ? 'silence' : 'default';
  const silence = { ...head, action: 'silence' as const, rung, decision_recorded: false };
  if (!open || !message || !filled) return silence;
  const { id, channel } = fallback;
  const standing = standings(channel);
  if (standing !== 'open') {
    const guardrail = standing === 'unknown' ? { state: standing } : {};
    return { ...silence, reason: 'guardrail', guardrail: 'consent', ...guardrail };
  }
  const send_at = new Date(now).toISOString();
  return {
    ...head,
    action: 'send',
    variant: id,
    channel,
    send_at,
    ...filled,
    pieces: message.pieces,
    rung: 'default',
    decision_recorded: false,
  };
}
