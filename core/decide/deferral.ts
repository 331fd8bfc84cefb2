import type { Decision, DroppedOption } from '../domain/decision.ts';
import type { Programme, Variant } from '../domain/programme.ts';
import { HOUR_MS } from '../domain/programme.ts';
import { hash32 } from '../maths/murmur3.ts';

/** Longest that a send may be put off at once: whatever is allowed on some day of the week is within it. */
export const DEFER_HOURS = 168;
/** How often one send is put off: a week of nights. */
const MOST_TIMES = 7;

const defers = ({ guardrails }: Programme): boolean => guardrails.quietHours?.defer === true;

const mostMs = ({ guardrails }: Programme): number =>
  (guardrails.quietHours?.deferHours ?? DEFER_HOURS) * HOUR_MS;

/** When to ask again, ms since 1970, where quiet hours are all that is known to be in the way; undefined: not at all. */
export function retryAtOf(
  programme: Programme,
  { allowed, dropped }: { allowed: readonly Variant[]; dropped: readonly DroppedOption[] },
  now: number,
): number | undefined {
  if (!defers(programme) || allowed.length > 0) return undefined;
  const ends = dropped.map(({ rule, until }) => (rule === 'quiet-hours' ? until : undefined));
  const next = Math.min(...ends.map((end = Infinity) => end));
  return next - now <= mostMs(programme) ? next : undefined;
}

/** Keys under which a send is recorded each time that it is put off; its own stays free for when it is not. */
export function deferralKeys(key: string, programmes: readonly Programme[]): string[] {
  if (!programmes.some(defers)) return [];
  return Array.from({ length: MOST_TIMES }, (_, time) => hash32(`deferred ${key} ${time}`));
}

/**
 * What is on record of a send: its decision, or that it is put off until later than `now`; else the key for putting it off
 * once more, undefined when that was done often enough.
 */
export function onRecord(
  keys: { key: string; deferrals: readonly string[] },
  recorded: (key: string) => Decision | undefined,
  now: number,
): { standing?: Decision; next?: string | undefined } {
  const final = recorded(keys.key);
  if (final) return { standing: final };
  const before = keys.deferrals.flatMap((key) => recorded(key) ?? []);
  const last = before.at(-1);
  if (last?.retryAt !== undefined && now < last.retryAt) return { standing: last };
  return { next: keys.deferrals[before.length] };
}

/** A decision as it is recorded: one that is put off under the key for that, and for good where there is none left. */
export function keyed(decision: Decision, next: string | undefined): Decision {
  if (decision.retryAt === undefined) return decision;
  return next === undefined ? { ...decision, retryAt: undefined } : { ...decision, sendKey: next };
}
