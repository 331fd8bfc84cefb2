import type { DroppedOption } from '../domain/decision.ts';
import type { Variant } from '../domain/programme.ts';
import { firstsAlike } from './alike.ts';
import { firstObjection } from './check.ts';
import type { GuardContext } from './guardrail.ts';
import { pastOf } from './history.ts';

/** What guardrails leave of the product of variants and times. */
export interface CheckedTimes {
  /** Variants that may be sent at some time. */
  allowed: Variant[];
  /** The others, with what is against them at the first time. */
  dropped: DroppedOption[];
  /** Places of the times at which a variant may be sent, by variant. */
  open: ReadonlyMap<string, readonly number[]>;
  /** Pairs by the guardrail that objected first. */
  pruned: Record<string, number>;
}

/** Whether an objection that names no end may still end with time: rules may ask what time it is. */
const mayEnd = ({ rule, state }: DroppedOption): boolean => rule === 'eligibility' || state === 'unknown';

/** Evaluates the guardrails for one variant at each time; at what lies before the end of an objection it still stands. */
function openFor(
  variant: Variant,
  contexts: readonly GuardContext[],
): { open: number[]; first?: DroppedOption | undefined; rules: string[] } {
  const open: number[] = [];
  const rules: string[] = [];
  let first: DroppedOption | undefined;
  let standing: { rule: string; until: number } | undefined;
  for (const [i, context] of contexts.entries()) {
    if (!standing || context.now >= standing.until) {
      const objection = firstObjection(variant, context);
      if (i === 0) first = objection;
      standing = objection && {
        rule: objection.rule,
        until: objection.until ?? (mayEnd(objection) ? 0 : Infinity),
      };
    }
    if (standing) rules.push(standing.rule);
    else open.push(i);
  }
  return { open, first, rules };
}

/** Which variants may be sent at which of some times (ms since 1970, the first being now), by the guardrails as they stand now. */
export function checkTimes(context: GuardContext, times: readonly number[]): CheckedTimes {
  const { variants } = context.programme;
  const firsts = firstsAlike(context);
  const groups = [...Map.groupBy(variants.keys(), (place) => firsts[place]!).values()];
  // what is found for one variant at a time holds for the others at that time, and some of it at every time
  const { now: decided, asOf = decided } = context;
  const shared = { past: pastOf(context), lasting: new Map(), asOf };
  const contexts = times.map((now) => ({ ...context, ...shared, now, found: new Map() }));
  const checked: CheckedTimes = { allowed: [], dropped: [], open: new Map(), pruned: {} };
  const found = new Map<string, ReturnType<typeof openFor>>();
  for (const alike of groups) {
    const own = openFor(variants[alike[0]!]!, contexts);
    for (const place of alike) found.set(variants[place]!.id, own);
    for (const rule of own.rules) checked.pruned[rule] = (checked.pruned[rule] ?? 0) + alike.length;
  }
  for (const variant of variants) {
    const { open, first } = found.get(variant.id)!;
    if (open.length > 0) checked.allowed.push(variant);
    else checked.dropped.push({ ...first!, option: variant.id });
  }
  return { ...checked, open: new Map([...found].map(([id, { open }]) => [id, open])) };
}
