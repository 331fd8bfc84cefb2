import type { OptionKey } from '../domain/decision.ts';
import type { Programme } from '../domain/programme.ts';
import type { LinearSums } from '../learn/linear-state.ts';
import { dayOf, linearSumsOf } from '../learn/linear-state.ts';
import type { Model } from '../learn/model.ts';
import { bestNormalProbabilities } from '../maths/best-normal.ts';
import { LinearBeliefs, linearStateOf } from './linear-beliefs.ts';
import type { Circumstances, Contribution, Policy } from './policy.ts';
import { floored } from './policy.ts';
import { weightedThompson } from './weighted-thompson.ts';

/** What is decided on between a change of the declared context and the first fold after it. */
function withoutContext(programme: Programme, model: Model): Policy {
  const policy = weightedThompson(programme, model);
  return { ...policy, method: `${policy.method}; the context is not known yet` };
}

/**
 * Thompson sampling with one linear regression of the reward on the context for each option, its noise learned (Agrawal,
 * Goyal, "Thompson Sampling for Contextual Bandits with Linear Payoffs", 2013). Beliefs fade day by day where the programme
 * has a half-life.
 */
export function linearThompson(programme: Programme, model: Model): Policy {
  const sums = linearSumsOf(programme);
  const state = linearStateOf(sums, model.state);
  if (!state) return withoutContext(programme, model);
  let known: { day: number; beliefs: LinearBeliefs } | undefined;
  const beliefsAt = (at: number): LinearBeliefs => {
    const day = dayOf(at);
    if (known?.day !== day) known = { day, beliefs: new LinearBeliefs(programme, sums, state, at) };
    return known.beliefs;
  };
  return {
    method: 'linear-thompson; panel quadrature, error < 1e-4',
    score(eligible, { context, at }) {
      const { means, sds } = beliefsAt(at).score(sums.features.encode(context), eligible);
      const wins = bestNormalProbabilities(means, sds, new Float64Array(eligible.length));
      const propensities = floored(programme, wins);
      return eligible.map((option, i) => ({ option, propensity: propensities[i]!, score: means[i]! }));
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
