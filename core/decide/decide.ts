import type { Decision, DecideRequest } from '../domain/decision.ts';
import { SILENCE } from '../domain/decision.ts';
import { whatStands } from '../domain/orders.ts';
import type { Programme } from '../domain/programme.ts';
import type { GuardContext, Rules } from '../guardrails/guardrail.ts';
import { check } from '../guardrails/check.ts';
import { fatigueOf } from '../guardrails/fatigue.ts';
import { frequencyTarget, isOwed } from '../guardrails/frequency.ts';
import type { Asks } from '../guardrails/readings.ts';
import { asksOf, readingsOf } from '../guardrails/readings.ts';
import { sourcedContext, takesFromPerson } from '../learn/features/sourced.ts';
import { hash32 } from '../maths/murmur3.ts';
import { rngFromText } from '../maths/xoshiro.ts';
import type { Policy } from '../policies/policy.ts';
import type { Times } from '../timing/plan.ts';
import { planOf } from '../timing/plan.ts';
import { assign } from './assign.ts';
import { choose } from './choose.ts';
import { messageOf } from './compose.ts';
import { retryAtOf } from './deferral.ts';
import { decisionId } from './decision-id.ts';
import { timed, timesOf } from './timed.ts';

/** What is known when one decision is made: what guardrails may look at, and whose send it is. Its signals may be all there are. */
export interface DecideFacts extends Omit<GuardContext, 'programme' | 'context' | 'rules'> {
  sendKey: string;
  /** The model may be older than the one other copies decide on. */
  behind?: boolean | undefined;
}

/** A programme ready to decide: its policy on the newest model. */
export interface LiveProgramme {
  programme: Programme;
  policy: Policy;
  modelVersion: number;
  /** Of a programme that plans ahead: what it knows of times, on the same model. */
  times?: Times | undefined;
  /** Eligibility rules of this version, compiled; absent where it has none. */
  rules?: Rules | undefined;
}

const known = new WeakMap<LiveProgramme, Asks>();

function asksFor(live: LiveProgramme): Asks {
  let asks = known.get(live);
  if (!asks) known.set(live, (asks = asksOf(live.programme, live.rules)));
  return asks;
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
  const { person, sendKey } = facts;
  // One stream for each programme and send of each person: the same draws the same number, whoever asks and however often.
  const whose = `${live.programme.id} ${person.aliases[0] ?? person.id}`;
  const drawSeed = hash32(`${seed} draw ${whose} ${sendKey}`);
  const known = { ...facts, signals: facts.signals && whatStands(facts.signals, live.programme) };
  return decideBy(withPerson(request, known, live), withTarget(known, live), live, drawSeed);
}

/** The request with what the programme's features take from the person. */
export function withPerson(
  request: DecideRequest,
  facts: DecideFacts,
  { programme, rules, policy: { answering } }: LiveProgramme,
): DecideRequest {
  if (!takesFromPerson(programme)) return request;
  return { ...request, context: sourcedContext(request.context, { ...facts, programme, rules, answering }) };
}

/** The facts with how often the person is to be contacted. Who is in the holdout is held to the range alone. */
export function withTarget(facts: DecideFacts, { programme, policy }: LiveProgramme): DecideFacts {
  const { frequency } = programme;
  if (!frequency) return facts;
  if (assign(programme, facts.person) === 'holdout')
    return { ...facts, frequency: { target: frequency.most } };
  const { answering } = policy;
  return { ...facts, frequency: answering && frequencyTarget({ ...facts, programme }, answering) };
}

/** What there is to choose from, and all that the choice may depend on. */
function situationOf(request: DecideRequest, facts: DecideFacts, { programme, rules, times }: LiveProgramme) {
  const given: GuardContext = { ...facts, programme, rules, context: request.context };
  const plan = programme.timing && planOf(given, programme.timing, request.atOnce === true);
  const { allowed, dropped } = plan ?? check(given);
  const arm = assign(programme, facts.person);
  const [fatigue, owed] = [fatigueOf(given), isOwed(given)];
  const factors = plan && (() => timesOf(given, times).factors(plan, given));
  return { given, plan, programme, arm, allowed, dropped, request, now: facts.now, fatigue, owed, factors };
}

/** The same with the seed of the draw, the whole context and the target given, which is how a recorded decision is made again. */
export function decideBy(
  request: DecideRequest,
  facts: DecideFacts,
  live: LiveProgramme,
  drawSeed: string,
): Decision {
  const { person, now, blind, behind } = facts;
  const situation = situationOf(request, facts, live);
  const { given, plan, programme, arm, allowed, dropped, fatigue } = situation;
  const rng = rngFromText(drawSeed);
  const choice = choose(situation, live.policy, rng);
  const variant = allowed.find((candidate) => candidate.id === choice.chosen.option);
  const asked = { programme, reason: choice.reason, asked: request.pieces, at: now };
  const message = variant && messageOf(variant, live.policy, asked, drawSeed);
  const { propensity, sendAt, timing } = timed(plan, { choice, variant }, { given, times: live.times }, rng);
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
    content: message?.content,
    pieces: message?.pieces,
    drawn: message?.drawn,
    items: message?.items,
    reason: request.preview === true ? 'preview' : choice.reason,
    retryAt: retryAtOf(programme, { allowed, dropped }, now),
    guardrail: choice.guardrail,
    rung: blind || behind ? 'last-model' : 'full',
    arm,
    propensity,
    sendAt,
    timing,
    eligible: choice.eligible,
    dropped: choice.beyond?.length ? [...dropped, ...choice.beyond] : dropped,
    because: choice.because,
    fatigue: choice.reason === 'policy' || choice.reason === 'fallback' ? fatigue : undefined,
    frequency: facts.frequency,
    modelVersion: live.modelVersion,
    policy: message?.method === undefined ? choice.policy : `${choice.policy}; ${message.method}`,
    seed: drawSeed,
    context: request.context,
    read: readingsOf(given, asksFor(live)),
    pin: request.pin,
    pinnedPieces: request.pieces,
    atOnce: plan && request.atOnce === true ? true : undefined,
    spooled: blind ? true : undefined,
    learn: choice.learn,
  };
}
