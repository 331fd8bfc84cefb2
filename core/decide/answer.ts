import type { Answer } from '../contracts/answer.ts';
import type { Standings } from '../domain/closed.ts';
import type { Decision, DecideRequest, Rung } from '../domain/decision.ts';
import { sendTimeOf } from '../domain/decision.ts';
import type { Alias } from '../domain/person.ts';
import { newPerson } from '../domain/person.ts';
import type { Programme, ProgrammeId } from '../domain/programme.ts';
import { assign } from './assign.ts';
import type { Message } from './compose.ts';
import { usualMessage } from './compose.ts';
import { defaultObjection } from './default-objection.ts';

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

/** What a degraded answer goes by besides the programme. */
export interface Circumstances {
  now: number;
  /** Whom it is for. */
  aliases: readonly Alias[];
  standings: Standings;
  /** Features of the request. */
  context?: DecideRequest['context'] | undefined;
  fill?: ((message: Filled) => Filled | undefined) | undefined;
}

/**
 * Whether somebody who cannot be looked up is kept out. The arm is a hash of an id, here of the first that is asked for, as on
 * the rung above. Business as usual is the default itself, and a random holdout is sent something in any case.
 */
function isKeptOut(programme: Programme, aliases: readonly Alias[]): boolean {
  if (programme.holdout?.kind !== 'no-contact' || aliases.length === 0) return false;
  return assign(programme, newPerson('unknown', [...aliases])) === 'holdout';
}

/**
 * The answer when the engine could not decide in time: the approved default, or silence. The default is not sent to the holdout
 * that is not contacted, nor where a guardrail objects that cannot look anything up on this rung (`defaultObjection`), nor
 * where `fill` cannot fill its template tags. A programme may want silence in any case (`whenAway`).
 */
export function degradedAnswer(
  programmeId: ProgrammeId,
  programme: Programme | undefined,
  circumstances: Circumstances,
): Answer {
  const { now, fill = untagged } = circumstances;
  const head = { programme: programmeId, programme_version: programme?.version, reason: 'fallback' as const };
  const rung: Rung = programme ? 'silence' : 'default';
  const silence = { ...head, action: 'silence' as const, rung, decision_recorded: false };
  const fallback = programme?.variants.find((variant) => variant.id === programme.fallback);
  if (!programme || !fallback || programme.whenAway === 'silence') return silence;
  if (isKeptOut(programme, circumstances.aliases)) return { ...silence, reason: 'holdout' };
  const objection = defaultObjection(programme, fallback, circumstances);
  const { id, channel } = fallback;
  const standing = circumstances.standings(channel);
  if (objection?.rule === 'consent' && standing !== 'open') {
    const guardrail = standing === 'unknown' ? { state: standing } : {};
    return { ...silence, reason: 'guardrail', guardrail: 'consent', ...guardrail };
  }
  const message = objection ? undefined : usualMessage(fallback);
  const filled = message && fill(message);
  if (!filled) return silence;
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
