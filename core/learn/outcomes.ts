import type { History } from '../contracts/records.ts';
import type { Decision } from '../domain/decision.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Alias } from '../domain/person.ts';
import { hash32 } from '../maths/murmur3.ts';
import type { CreditChange } from './reconcile.ts';

/** What destinations are told of a decision. */
export function decisionOutcome(decision: Decision, aliases: Alias[]): Outcome {
  return {
    id: decision.id,
    kind: 'decision',
    aliases,
    at: decision.at,
    properties: {
      decision_id: decision.id,
      programme: decision.programme,
      programme_version: decision.programmeVersion,
      action: decision.action,
      variant: decision.variant ?? '',
      channel: decision.channel ?? '',
      ...(decision.sendAt !== undefined && { send_at: new Date(decision.sendAt).toISOString() }),
      reason: decision.reason,
      arm: decision.arm,
      propensity: decision.propensity,
    },
  };
}

/**
 * What destinations are told when a decision's reward moves: its new worth, not the step. `position` of the fold is in the
 * id: a repeated attempt is the same message, and a worth that comes back after it was gone is a new one.
 */
export function rewardOutcome(
  { credit, decision, reward }: CreditChange,
  history: History,
  position: number,
): Outcome {
  return {
    id: `rwd_${hash32(JSON.stringify([credit.decision, credit.signal, credit.worth, position]))}`,
    kind: 'reward',
    aliases: history.aliases,
    at: decision.at,
    properties: {
      decision_id: credit.decision,
      programme: credit.programme,
      option: decision.option,
      arm: decision.arm,
      signal: credit.signal,
      worth: credit.worth,
      reward,
    },
  };
}
