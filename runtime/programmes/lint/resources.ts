import type { Check, Finding } from './finding.ts';

/** Budgets, and what messages cost. */
export const budgets: Check = ({ guardrails, variants, policy }) => {
  const { budget } = guardrails;
  const costly = variants.some(({ cost = 0 }) => cost > 0);
  if (budget && !costly) {
    const message = 'No variant costs anything, so that this budget is never spent.';
    return [
      {
        code: 'budget-without-cost',
        path: 'guardrails.budget',
        message,
        fix: 'Say what each variant costs.',
      },
    ];
  }
  return variants.flatMap(({ id, cost = 0 }, i): Finding[] => {
    const path = `variants.${i}.cost`;
    if (cost > 0 && !budget && policy.netOfCosts !== true) {
      const message = `Variant ${id} costs ${cost}, and nothing depends on it.`;
      const fix =
        'Set a budget, or let the policy count it (policy.netOfCosts, with what a reward is worth in arbitration.value).';
      return [{ code: 'cost-without-budget', path, message, fix }];
    }
    const [most, name] = (['perDay', 'total'] as const)
      .map((own) => [budget?.[own] ?? Infinity, own] as const)
      .reduce((a, b) => (b[0] < a[0] ? b : a));
    if (cost <= most) return [];
    const message = `Variant ${id} costs ${cost}, more than all of guardrails.budget.${name} (${most}): it is never sent.`;
    return [{ code: 'budget-below-cost', path, message, fix: 'Raise the budget, or take the variant out.' }];
  });
};

/** Queues that take nobody, or to which nobody is handed over. */
export const queues: Check = ({ guardrails, variants }) => {
  const used = new Set(variants.flatMap(({ route }) => route?.queue ?? []));
  return Object.entries(guardrails.queues ?? {}).flatMap(([name, queue]): Finding[] => {
    const path = `guardrails.queues.${name}`;
    if (!used.has(name)) {
      const message = `No variant hands over to ${name}.`;
      return [
        {
          code: 'queue-without-variants',
          path,
          message,
          fix: 'Leave it out, or name it in a variant’s route.',
        },
      ];
    }
    const closed = (['perDay', 'atOnce'] as const).find((own) => queue[own] === 0);
    if (closed === undefined) return [];
    const message = `${name} takes nobody: its variants are never chosen.`;
    return [
      { code: 'queue-zero', path: `${path}.${closed}`, message, fix: 'Say what it can take, at least 1.' },
    ];
  });
};

/** Pools without a code that could be handed out. */
export const pools: Check = ({ variants }, { pools: filled }) =>
  variants.flatMap(({ id, coupon }, i): Finding[] => {
    if (coupon === undefined || !filled) return [];
    const { codes = 0, free = 0 } = filled.find(({ pool }) => pool === coupon) ?? {};
    if (free > 0) return [];
    const what =
      codes === 0
        ? `The pool ${coupon} has no codes`
        : `All ${codes} codes of the pool ${coupon} are handed out`;
    const message = `${what}: variant ${id} cannot be sent.`;
    return [
      {
        code: 'pool-empty',
        path: `variants.${i}.coupon`,
        message,
        fix: `Upload some: POST /v1/coupons/${coupon}.`,
      },
    ];
  });
