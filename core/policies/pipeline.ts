import type { Contribution } from '../domain/contribution.ts';
import type { OptionKey, ScoredOption } from '../domain/decision.ts';
import type { Programme } from '../domain/programme.ts';
import { tickOf } from '../learn/effective.ts';
import type { Adjustment, Belief, Learner, Rule } from './belief.ts';
import { raised, scaled, shifted } from './belief.ts';
import type { Circumstances, Policy } from './policy.ts';
import { floored } from './policy.ts';
import type { Guard } from './traffic-guard.ts';
import { guardTraffic } from './traffic-guard.ts';

export interface Steps {
  learner: Learner;
  adjustments: readonly Adjustment[];
  rule: Rule;
  /** Holds new options back; absent where none is held. */
  guard?: Guard | undefined;
}

/**
 * The policy of a programme in steps: what the learner believes, moved by the adjustments, made probabilities by the rule,
 * with the programme's floor under each and the guard over what is new.
 */
export function pipeline(programme: Programme, steps: Steps): Policy {
  const { learner, adjustments, rule, guard } = steps;
  const score = (eligible: readonly OptionKey[], circumstances: Circumstances): ScoredOption[] => {
    const beliefs = adjusted(steps, eligible, circumstances);
    const shares = floored(programme, rule.choose(beliefs, eligible));
    const propensities = guard ? guardTraffic(Float64Array.from(shares), guard(eligible)) : shares;
    return eligible.map((option, i) => ({ option, propensity: propensities[i]!, score: beliefs[i]!.mean }));
  };
  const constant = learner.constant && adjustments.every((own) => own.constant);
  const explains = learner.contributions !== undefined || adjustments.length > 0;
  return {
    method: [rule.method(learner.name), learner.note, guard && 'new options are held back']
      .filter((part) => part !== undefined)
      .join('; '),
    score: constant ? scoredOnce(score) : score,
    ...(explains && { contributions: (option, asked) => contributionsOf(steps, option, asked) }),
  };
}

function adjusted(
  { learner, adjustments }: Steps,
  eligible: readonly OptionKey[],
  circumstances: Circumstances,
): readonly Belief[] {
  const beliefs = responsive(learner.believe(eligible, circumstances), eligible, circumstances);
  const more = circumstances.raised;
  if (adjustments.length === 0 && !more) return beliefs;
  return beliefs.map((belief, i) => {
    const by = adjustments.reduce((sum, own) => sum + own.of(eligible[i]!, circumstances), 0);
    const moved = by === 0 ? belief : shifted(belief, by);
    return more && more.option === eligible[i] ? raised(moved, more.by) : moved;
  });
}

/** What is learned is what came of messages at times as they used to be: at others it is as many times as much. */
function responsive(
  beliefs: readonly Belief[],
  eligible: readonly OptionKey[],
  { factors }: Circumstances,
): readonly Belief[] {
  if (!factors) return beliefs;
  return beliefs.map((belief, i) => scaled(belief, factors.get(eligible[i]!) ?? 1));
}

/** Equal sets of options have equal probabilities where circumstances do not matter, so each set is worked out once a tick. */
function scoredOnce(score: Policy['score']): Policy['score'] {
  const known = new Map<string, ScoredOption[]>();
  let tick = NaN;
  return (eligible, circumstances) => {
    if (circumstances.factors ?? circumstances.raised) return score(eligible, circumstances);
    const now = tickOf(circumstances.at);
    if (now !== tick) known.clear();
    tick = now;
    const key = eligible.join(' ');
    let scored = known.get(key);
    if (!scored) known.set(key, (scored = score(eligible, circumstances)));
    return scored;
  };
}

function contributionsOf(
  { learner, adjustments }: Steps,
  option: OptionKey,
  circumstances: Circumstances,
): Contribution[] {
  const [belief] = learner.contributions ? [] : learner.believe([option], circumstances);
  const learned = belief
    ? [{ feature: 'constant', value: 1, contribution: belief.mean }]
    : learner.contributions!(option, circumstances);
  return [
    ...learned,
    ...timely(learned, circumstances.factors?.get(option) ?? 1),
    ...adjustments.flatMap((own) => {
      const contribution = own.of(option, circumstances);
      return contribution === 0 ? [] : [{ feature: own.name, value: 1, contribution }];
    }),
  ];
}

/** What the time of a message adds to what is learned of messages at times as they used to be. */
function timely(learned: readonly Contribution[], factor: number): Contribution[] {
  if (factor === 1) return [];
  const usual = learned.reduce((sum, own) => sum + own.contribution, 0);
  return [{ feature: 'send time', value: factor, contribution: (factor - 1) * usual }];
}
