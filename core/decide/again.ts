import type { Decision, DroppedOption, OptionKey } from '../domain/decision.ts';
import type { Readings } from '../domain/readings.ts';
import type { GuardContext } from '../guardrails/guardrail.ts';
import { knownFrom } from '../guardrails/readings.ts';
import { LIMITS } from '../policies/limits.ts';
import type { Policy } from '../policies/policy.ts';
import type { DrawnPieces } from '../domain/slots.ts';
import type { PieceChooser } from '../slots/chooser.ts';
import { evenly } from '../slots/chooser.ts';
import { planOf } from '../timing/plan.ts';
import type { LiveProgramme } from './decide.ts';
import { timesOf } from './timed.ts';
import { decideBy, withPerson, withTarget } from './decide.ts';

/** A recorded decision with what its guardrails could see: enough to make it again. */
export type Complete = Decision & { read: Readings };

/**
 * Whether everything is recorded that the guardrails looked at: not in decisions older than `read`, nor where a trait was too
 * large to be kept.
 */
export const isComplete = (decision: Decision): decision is Complete =>
  decision.read !== undefined && decision.read.large === undefined;

/**
 * The probabilities as they were recorded, for the options, the context, the fatigue and, where they are given, the factors of times they
 * were recorded for; for any others those of `known`. A model goes on learning, and of what it was only the newest is kept.
 */
export function asRecorded(decision: Decision, known: Policy, factors?: () => Factors): Policy {
  const { reason, eligible, fatigue, context } = decision;
  const pieces = piecesAsRecorded(decision, known.pieces);
  const policy = { ...known, beyond: beyondAsRecorded(decision, known), pieces };
  if (reason !== 'policy' && reason !== 'fallback') return policy;
  const score: Policy['score'] = (options, circumstances) => {
    const same =
      !circumstances.raised &&
      options.length === eligible.length &&
      options.every((option, i) => eligible[i]!.option === option) &&
      options.every((option) => fatigue?.[option] === circumstances.fatigue?.[option]) &&
      alike(context, circumstances.context) &&
      (!factors || alikeIn(factors(), circumstances.factors));
    return same ? eligible : policy.score(options, circumstances);
  };
  return { ...policy, score, contributions: contributionsAsRecorded(decision, known) };
}

const alike = (a: Decision['context'], b: Decision['context']): boolean =>
  [...Object.keys(a), ...Object.keys(b)].every((name) => a[name] === b[name]);

type Factors = ReadonlyMap<OptionKey, number> | undefined;

const alikeIn = (a: Factors, b: Factors): boolean =>
  a?.size === b?.size && [...(a ?? [])].every(([option, factor]) => b?.get(option) === factor);

/** How much more each option was expected to be responded to at its best time, by the times of `live`. */
export function factorsOf(decision: Complete, live: LiveProgramme): Factors {
  const { timing } = live.programme;
  if (!timing) return undefined;
  const given = givenTo(decision, live);
  const plan = planOf(given, timing, decision.atOnce === true);
  return timesOf(given, live.times).factors(plan, given);
}

/** What was recorded of the option that was chosen, and nothing where nothing was. */
function contributionsAsRecorded(
  { because, option }: Decision,
  { contributions }: Policy,
): Policy['contributions'] {
  if (!because) return undefined;
  return (asked, at) => (asked === option ? because : (contributions?.(asked, at) ?? []));
}

/**
 * The same for the pieces of a message: the probabilities of each step for as long as everything before it is the same. A model that
 * knows nothing of pieces any more does not change what was drawn.
 */
function piecesAsRecorded({ variant, drawn, policy }: Decision, pieces: Policy['pieces']): Policy['pieces'] {
  if (!drawn) return pieces;
  return (option, at, combinations) => {
    const known = pieces?.(option, at, combinations);
    const chooser = known ?? (combinations && evenly(combinations));
    if (option !== variant || !chooser) return known;
    return { ...chooser, method: policy.split('; ').at(-1)!, next: nextAsRecorded(drawn, chooser) };
  };
}

function nextAsRecorded({ draws }: DrawnPieces, chooser: PieceChooser): PieceChooser['next'] {
  const { combinations } = chooser;
  return (chosen) => {
    const before = chosen.every((piece, step) => draws[step]?.piece === combinations.idOf(piece));
    const among = draws[chosen.length]?.among ?? {};
    const open = combinations.next(chosen);
    const known = open.flatMap((piece) => {
      const propensity = among[combinations.idOf(piece)];
      return propensity === undefined ? [] : [{ piece, propensity }];
    });
    const same = known.length === open.length && open.length === Object.keys(among).length;
    return before && same ? known : chooser.next(chosen);
  };
}

/** What limits said then of the options they were asked about, and what they say now of any others. */
function beyondAsRecorded(
  { reason, option, eligible, dropped }: Decision,
  { beyond }: Policy,
): Policy['beyond'] {
  const then = new Map<OptionKey, DroppedOption | undefined>();
  if (reason === 'policy') for (const own of eligible) then.set(own.option, undefined);
  // the fallback stood in although a limit spoke against it
  if (reason === 'fallback') then.set(option, { option, rule: LIMITS, detail: '' });
  for (const own of dropped) if (own.rule === LIMITS) then.set(own.option, own);
  if (!beyond && then.values().every((own) => own === undefined)) return undefined;
  return (options, at) =>
    options.flatMap((own) => (then.has(own) ? then.get(own) : beyond?.([own], at)[0]) ?? []);
}

/** What the guardrails of a recorded decision were given. */
export function givenTo(decision: Complete, { programme, rules }: LiveProgramme): GuardContext {
  const { context, at: now, spooled: blind, frequency } = decision;
  return { ...knownFrom(decision.read, decision), programme, rules, context, now, blind, frequency };
}

/** A changed record with the features and the target that follow from it. */
export function asOfPerson(decision: Complete, live: LiveProgramme): Complete {
  if (decision.spooled) return decision;
  const { programme, context, sendKey, at: now } = decision;
  const facts = { ...knownFrom(decision.read, decision), sendKey, now };
  const request = withPerson({ programme, person: {}, context }, facts, live);
  return { ...decision, context: request.context, frequency: withTarget(facts, live).frequency };
}

/**
 * Makes a recorded decision again: on `live`, from the facts and with the seed it was made with. On the programme version and
 * the probabilities of then it is the same decision.
 */
export function again(decision: Complete, live: LiveProgramme): Decision {
  const {
    programme,
    send,
    context,
    pin,
    pinnedPieces: pieces,
    sendKey,
    at,
    spooled,
    frequency,
    atOnce,
  } = decision;
  const facts = { ...knownFrom(decision.read, decision), sendKey, now: at, blind: spooled, frequency };
  return decideBy({ programme, person: {}, send, context, pin, pieces, atOnce }, facts, live, decision.seed);
}
