import type { Contribution } from '../domain/contribution.ts';
import type { OptionKey } from '../domain/decision.ts';
import type { Programme } from '../domain/programme.ts';
import type { EffectiveSums, SumsAt } from '../learn/effective.ts';
import { isInContext } from '../learn/effective.ts';
import { linearSumsOf } from '../learn/linear-state.ts';
import type { Model } from '../learn/model.ts';
import { AutoBeliefs } from './auto-beliefs.ts';
import type { Learner } from './belief.ts';
import type { Circumstances } from './policy.ts';

/**
 * The default: believes what pooled regressions of the reward say, with the context where it pays and without where it does
 * not (`core/learn/models/context-beliefs.ts`), and doubts it as much as is worth exploring. docs/learning.md has how it does.
 * `shared-linear-thompson` believes the one with the context, whatever it pays, and doubts it as much as there is to doubt.
 */
export function auto(programme: Programme, sumsAt: SumsAt, { state }: Model): Learner {
  const { features } = linearSumsOf(programme);
  const inContext = isInContext(programme, state);
  const constant = !inContext || features.count === 1;
  let known: { from: EffectiveSums; beliefs: AutoBeliefs } | undefined;
  const beliefsAt = (at: number): AutoBeliefs => {
    const from = sumsAt(at);
    if (known?.from !== from) known = { from, beliefs: new AutoBeliefs(programme, from) };
    return known.beliefs;
  };
  const contributions = (option: OptionKey, { context, at }: Circumstances): Contribution[] => {
    const beliefs = beliefsAt(at);
    const { labels } = beliefs.columns;
    const x = beliefs.columns.encode(context, option);
    const all: Contribution[] = [];
    for (let j = 0; j < x.length; j++) {
      const value = x[j]!;
      if (value === 0) continue;
      all.push({ feature: labels[j]!, value, contribution: value * beliefs.meanCoefficient(option, j) });
    }
    return all;
  };
  return {
    name: programme.policy.kind,
    note: inContext ? undefined : 'the context is not known yet',
    constant,
    believe: (eligible, { context, at }) => beliefsAt(at).believe(context, eligible),
    ...(!constant && { contributions }),
  };
}
