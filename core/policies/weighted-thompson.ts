import type { OptionKey, ScoredOption } from '../domain/decision.ts';
import { SILENCE } from '../domain/decision.ts';
import type { Programme } from '../domain/programme.ts';
import type { Model } from '../learn/model.ts';
import { bestBetaProbabilities } from '../maths/best-beta.ts';
import { posteriorOf } from './posterior.ts';

/** The policy of one programme on one model state: eligible options in, the probability of each out. */
export type Policy = (eligible: readonly OptionKey[]) => ScoredOption[];

/** How the probabilities are computed and how far they may be off, for the record. */
export const METHOD = 'weighted-thompson; panel quadrature, error < 1e-3';

/** All exploration together, where the programme names no floor. */
const DEFAULT_EXPLORATION = 0.01;

/** Least probability of every option of the programme. */
export function floorOf(programme: Programme): number {
  const options = programme.variants.length + Number(programme.silence);
  return programme.policy.floor ?? DEFAULT_EXPLORATION / options;
}

/**
 * Thompson sampling with its probabilities worked out first (Thompson 1933; Russo et al., "A Tutorial on Thompson
 * Sampling", 2018): what is drawn from is what is logged. Equal sets of options on one model state have equal
 * probabilities, so each set is worked out once.
 */
export function weightedThompson(programme: Programme, model: Model): Policy {
  const known = new Map<string, ScoredOption[]>();
  return (eligible) => {
    const key = eligible.join(' ');
    let scored = known.get(key);
    if (!scored) known.set(key, (scored = score(programme, model, eligible)));
    return scored;
  };
}

function score(programme: Programme, model: Model, eligible: readonly OptionKey[]): ScoredOption[] {
  const posteriors = eligible.map((option) => posteriorOf(programme, model.state, option));
  const wins = bestBetaProbabilities(posteriors);
  const floor = Math.min(floorOf(programme), 1 / eligible.length);
  return eligible.map((option, i) => ({
    option,
    propensity: floor + (1 - floor * eligible.length) * wins[i]!,
    score: posteriors[i]!.mean,
  }));
}

/** The options a programme may choose from, given the variants its guardrails left. */
export function optionsOf(programme: Programme, variants: readonly { id: string }[]): OptionKey[] {
  const options = variants.map((variant) => variant.id);
  return programme.silence ? [...options, SILENCE] : options;
}
