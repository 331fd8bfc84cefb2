import type { Contact } from '../contracts/records.ts';
import type { Decision, DecideRequest } from '../domain/decision.ts';
import { SILENCE } from '../domain/decision.ts';
import type { Person } from '../domain/person.ts';
import type { Programme } from '../domain/programme.ts';
import { check } from '../guardrails/check.ts';
import { hash32 } from '../maths/murmur3.ts';
import { rngFromText } from '../maths/xoshiro.ts';
import type { Policy } from '../policies/weighted-thompson.ts';
import { assign } from './assign.ts';
import { choose } from './choose.ts';
import { decisionId } from './decision-id.ts';

/** What is known when one decision is made. */
export interface DecideFacts {
  person: Person;
  contacts: readonly Contact[];
  sendKey: string;
  now: number;
}

/** A programme ready to decide: its policy on the newest model. */
export interface LiveProgramme {
  programme: Programme;
  policy: Policy;
  modelVersion: number;
}

/**
 * One decision, a function of its arguments alone: equal request, facts, programme, model and seed give the equal
 * decision. The caller looked up the send key before and records what comes back.
 */
export function decide(
  request: DecideRequest,
  facts: DecideFacts,
  live: LiveProgramme,
  seed: string,
): Decision {
  const { programme } = live;
  const { person, now } = facts;
  const arm = assign(programme, person);
  const { allowed, dropped } = check({ programme, person, contacts: facts.contacts, now });
  // One stream for each send of each person: the same send draws the same number, whoever asks and however often.
  const drawSeed = hash32(`${seed} draw ${person.aliases[0] ?? person.id} ${facts.sendKey}`);
  const choice = choose(
    { programme, arm, allowed, dropped, pin: request.pin },
    live.policy,
    rngFromText(drawSeed),
  );
  const variant = allowed.find((candidate) => candidate.id === choice.chosen.option);
  return {
    id: decisionId(now, drawSeed),
    programme: programme.id,
    programmeVersion: programme.version,
    person: person.id,
    sendKey: facts.sendKey,
    send: request.send,
    at: now,
    action: choice.chosen.option === SILENCE ? 'silence' : 'send',
    option: choice.chosen.option,
    variant: variant?.id,
    channel: variant?.channel,
    content: variant?.content,
    reason: request.preview === true ? 'preview' : choice.reason,
    guardrail: choice.guardrail,
    rung: 'full',
    arm,
    propensity: choice.chosen.propensity,
    eligible: choice.eligible,
    dropped,
    modelVersion: live.modelVersion,
    policy: choice.policy,
    seed: drawSeed,
    context: request.context,
    learn: choice.learn,
  };
}
