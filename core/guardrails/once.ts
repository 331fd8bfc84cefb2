import type { Objection } from '../domain/decision.ts';

/** What was found already, by what was asked (a guardrail, a cap, a rule) and by channel. */
export type Found = Map<object, Map<string, Objection | undefined>>;

/**
 * What is the same for every option of one decision, or for every one of a channel, is worked out for the first of them: with
 * fifty options that is most of what guardrails do. Without `found` in the context it is worked out each time.
 */
export function once(
  { found }: { found?: Found | undefined },
  asked: object,
  channel: string,
  work: () => Objection | undefined,
): Objection | undefined {
  if (!found) return work();
  let known = found.get(asked);
  if (!known) found.set(asked, (known = new Map<string, Objection | undefined>()));
  if (known.has(channel)) return known.get(channel);
  const objection = work();
  known.set(channel, objection);
  return objection;
}
