import type { Contribution } from '../domain/contribution.ts';
import type { OptionKey } from '../domain/decision.ts';
import type { Programme } from '../domain/programme.ts';
import type { EffectiveSums, SumsAt } from '../learn/effective.ts';
import { isInContext } from '../learn/effective.ts';
import type { Model } from '../learn/model.ts';
import type { Learner } from './belief.ts';
import { earned } from './earned.ts';
import { LinearBeliefs } from './linear-beliefs.ts';
import type { Circumstances } from './policy.ts';

/**
 * Believes what one linear regression of the reward on the context says for each option, its noise learned (Agrawal, Goyal,
 * "Thompson Sampling for Contextual Bandits with Linear Payoffs", 2013). Between a change of the declared context and the first
 * fold after it, it goes by what the options earned.
 */
export function regressed(programme: Programme, sumsAt: SumsAt, { state }: Model): Learner {
  if (!isInContext(programme, state)) {
    return { ...earned(programme, sumsAt), note: 'the context is not known yet' };
  }
  let known: { from: EffectiveSums; beliefs: LinearBeliefs } | undefined;
  const beliefsAt = (at: number): LinearBeliefs => {
    const from = sumsAt(at);
    if (known?.from !== from) known = { from, beliefs: new LinearBeliefs(programme, from) };
    return known.beliefs;
  };
  return {
    name: 'linear-thompson',
    constant: false,
    believe(eligible, { context, at }) {
      const { means, sds } = beliefsAt(at).believe(context, eligible);
      return eligible.map((_, i) => ({ mean: means[i]!, sd: sds[i]! }));
    },
    contributions: (option, circumstances) =>
      contributionsOf(beliefsAt(circumstances.at), option, circumstances),
  };
}

function contributionsOf(
  beliefs: LinearBeliefs,
  option: OptionKey,
  { context }: Circumstances,
): Contribution[] {
  if (!beliefs.options.includes(option)) return [];
  const weights = beliefs.weights(option);
  return [...beliefs.columns.encode(context, option)].flatMap((value, j) =>
    value === 0 ? [] : [{ feature: beliefs.columns.labels[j]!, value, contribution: value * weights[j]! }],
  );
}
