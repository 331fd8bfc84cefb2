import type { Decision } from '../domain/decision.ts';
import type { How, Plan, RowAsk, TimeRow, Times } from '../timing/plan.ts';

/** Whether the times of a variant are those that were chosen from; of what was cut off nobody knows. */
function sameSteps({ timing }: Decision, open: readonly number[], how: How): boolean {
  const { steps = [], cut = 0 } = timing ?? {};
  if (how === 'first') return steps.length === 1 && steps[0] === open[0];
  return steps.every((step) => open.includes(step)) && (cut > 0 || steps.length === open.length);
}

/**
 * Times with the chances that were recorded, for the variant and the times they were recorded for; for any others those of
 * `times`, which know what was learned by now.
 */
export function timesAsRecorded(decision: Decision, times: Times): Times {
  const { timing, variant: drawn, reason } = decision;
  const { steps, chances, factor = 1, planned } = timing ?? {};
  if (!steps || !chances) return times;
  const row = { steps, chances, factorAt: () => factor, ownAt: () => planned?.own };
  return {
    factors: (plan: Plan, given) => times.factors(plan, given),
    row(asked: RowAsk): TimeRow {
      const same = asked.variant.id === drawn && (asked.how === 'responsive' || reason !== 'policy');
      return same && sameSteps(decision, asked.plan.open.get(drawn)!, asked.how) ? row : times.row(asked);
    },
  };
}
