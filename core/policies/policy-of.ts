import type { PolicyKind, Programme } from '../domain/programme.ts';
import type { SumsAt } from '../learn/effective.ts';
import { effectiveOf } from '../learn/effective.ts';
import { asksReadiness } from '../learn/features/sourced.ts';
import type { Model } from '../learn/model.ts';
import { inRanges } from '../learn/ranges.ts';
import { answeringOf } from './answering.ts';
import type { Adjustment, Learner, Rule } from './belief.ts';
import { auto } from './auto.ts';
import { costs } from './costs.ts';
import { earned } from './earned.ts';
import { tired } from './fatigue.ts';
import { sharedAsSet } from './fixed-split.ts';
import { beyondLimits } from './limits.ts';
import { informed } from './informed.ts';
import { learnedPieces } from './pieces.ts';
import { pipeline } from './pipeline.ts';
import type { Policy } from './policy.ts';
import { regressed } from './regressed.ts';
import { guardOf } from './traffic-guard.ts';
import { thompson } from './thompson.ts';
import { topTwoThompson } from './top-two.ts';

interface Kind {
  learn: (programme: Programme, sumsAt: SumsAt, model: Model) => Learner;
  rule: (programme: Programme) => Rule;
}

const KINDS: Record<PolicyKind, Kind> = {
  auto: { learn: auto, rule: () => thompson },
  'weighted-thompson': { learn: earned, rule: () => thompson },
  'linear-thompson': { learn: regressed, rule: () => thompson },
  'shared-linear-thompson': { learn: auto, rule: () => thompson },
  'top-two': { learn: earned, rule: () => topTwoThompson },
  'fixed-split': { learn: earned, rule: sharedAsSet },
};

/** What moves the options of a programme besides what was learned; a programme that declares nothing has none. */
const ADJUSTMENTS: readonly ((programme: Programme) => readonly Adjustment[])[] = [costs, tired];

/** The policy on what a model knows, as if all that counts by the sums held. */
export function stepsOf(programme: Programme, sumsAt: SumsAt, model: Model): Policy {
  const { learn, rule } = KINDS[programme.policy.kind];
  return pipeline(programme, {
    learner: learn(programme, sumsAt, model),
    adjustments: ADJUSTMENTS.flatMap((of) => of(programme)),
    rule: rule(programme),
    guard: guardOf(programme, model.state),
  });
}

/** The policy a programme asks for, on what was learned so far. */
export function policyOf(saved: Programme, model: Model): Policy {
  const { state } = model;
  const programme = inRanges(saved, state);
  const sumsAt = effectiveOf(programme, state);
  const policy = informed(state, sumsAt, (sums) => stepsOf(programme, sums, model));
  const beyond = beyondLimits(programme, sumsAt);
  const answering =
    programme.frequency || asksReadiness(programme) ? answeringOf(programme, state) : undefined;
  const pieces = learnedPieces(programme, model);
  return beyond || answering || pieces ? { ...policy, beyond, answering, pieces } : policy;
}
