import type { OptionKey } from '../domain/decision.ts';
import type { Programme } from '../domain/programme.ts';
import type { LinearSums } from '../learn/linear-state.ts';
import { dayOf, linearSumsOf } from '../learn/linear-state.ts';
import type { Model } from '../learn/model.ts';
import type { Learner } from './belief.ts';
import { earned } from './earned.ts';
import { LinearBeliefs, linearStateOf } from './linear-beliefs.ts';
import type { Circumstances, Contribution } from './policy.ts';

/**
 * Believes what one linear regression of the reward on the context says for each option, its noise learned (Agrawal, Goyal,
 * "Thompson Sampling for Contextual Bandits with Linear Payoffs", 2013). Beliefs fade day by day where the programme has a
 * half-life. Between a change of the declared context and the first fold after it, it goes by what the options earned.
 */
export function regressed(programme: Programme, model: Model): Learner {
  const sums = linearSumsOf(programme);
  const state = linearStateOf(sums, model.state);
  if (!state) return { ...earned(programme, model), note: 'the context is not known yet' };
  let known: { day: number; beliefs: LinearBeliefs } | undefined;
  const beliefsAt = (at: number): LinearBeliefs => {
    const day = dayOf(at);
    if (known?.day !== day) known = { day, beliefs: new LinearBeliefs(programme, sums, state, at) };
    return known.beliefs;
  };
  return {
    name: 'linear-thompson',
    constant: false,
    believe(eligible, { context, at }) {
      const { means, sds } = beliefsAt(at).score(sums.features.encode(context), eligible);
      return eligible.map((_, i) => ({ mean: means[i]!, sd: sds[i]! }));
    },
    contributions: (option, circumstances) =>
      contributionsOf(sums, beliefsAt(circumstances.at), option, circumstances),
  };
}

function contributionsOf(
  { features }: LinearSums,
  { model, options, unit }: LinearBeliefs,
  option: OptionKey,
  { context }: Circumstances,
): Contribution[] {
  const mean = model.options[options.indexOf(option)]?.mean;
  if (!mean) return [];
  return [...features.encode(context)].flatMap((value, j) =>
    value === 0 ? [] : [{ feature: features.labels[j]!, value, contribution: value * mean[j]! * unit }],
  );
}
