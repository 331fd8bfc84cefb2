import type { Answer } from '../contracts/answer.ts';
import type { Decision, Rung } from '../domain/decision.ts';
import type { Programme } from '../domain/programme.ts';

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
    send_at: sent ? new Date(decision.at).toISOString() : undefined,
    content: decision.content,
    reason: decision.reason,
    guardrail: decision.guardrail,
    rung: decision.rung,
    link: sent ? `did=${decision.id}` : undefined,
    decision_recorded: decision.reason !== 'preview',
  };
}

/**
 * The answer when the engine could not decide in time: the approved default, or silence. A default whose channel needs
 * consent is not sent, because consent cannot be looked up on this rung.
 */
export function degradedAnswer(programmeId: string, programme: Programme | undefined, now: number): Answer {
  const fallback = programme?.variants.find((variant) => variant.id === programme.fallback);
  const approved =
    fallback?.approval?.status === 'approved' && fallback.approval.contentHash === fallback.contentHash;
  const open = programme?.status === 'live' && programme.guardrails.consent?.[fallback?.channel ?? ''] === undefined;
  const head = { programme: programmeId, programme_version: programme?.version, reason: 'fallback' as const };
  if (!fallback || !approved || !open) {
    const rung: Rung = programme ? 'silence' : 'default';
    return { ...head, action: 'silence', rung, decision_recorded: false };
  }
  const { id, channel, content } = fallback;
  const send_at = new Date(now).toISOString();
  return { ...head, action: 'send', variant: id, channel, send_at, content, rung: 'default', decision_recorded: false };
}
