import type { LiveProgramme } from '../../core/decide/decide.ts';
import type { Programme } from '../../core/domain/programme.ts';
import type { Rules } from '../../core/guardrails/guardrail.ts';
import type { ModelState } from '../../core/learn/model.ts';
import { emptyHours } from '../../core/learn/hour-sums.ts';
import { LearnedTimes } from '../../core/timing/learned-times.ts';
import { policyOf } from '../../core/policies/policy-of.ts';
import { compileRules } from './eligibility.ts';

/** A programme ready to decide on one state of its model; `rules` where they were compiled before. */
export function liveOf(
  programme: Programme,
  { version, state }: { version: number; state: ModelState },
  rules: Rules = compileRules(programme),
): LiveProgramme {
  const policy = policyOf(programme, { programme: programme.id, version, state });
  const times = programme.timing && new LearnedTimes(programme, state.hours ?? emptyHours());
  return { programme, policy, modelVersion: version, rules, times };
}
