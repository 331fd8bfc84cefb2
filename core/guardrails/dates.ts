import type { Objection } from '../domain/decision.ts';
import type { Guardrail } from './guardrail.ts';

function outside(
  span: { startsAt?: string | undefined; endsAt?: string | undefined },
  now: number,
): Objection | undefined {
  // `!(a <= b)` instead of `a > b`: a date that cannot be read compares false and closes
  if (span.startsAt !== undefined && !(Date.parse(span.startsAt) <= now)) {
    const start = Date.parse(span.startsAt);
    const until = Number.isNaN(start) ? undefined : start;
    return { detail: `starts at ${span.startsAt}`, until, state: 'early' };
  }
  if (span.endsAt !== undefined && !(now < Date.parse(span.endsAt))) {
    return { detail: `ended at ${span.endsAt}`, state: 'over' };
  }
  return undefined;
}

/** A programme is served while it is live, and it and the variant are between their dates. */
export const dates: Guardrail = (variant, { programme, now }) => {
  const { status } = programme;
  if (status !== 'live') return { detail: `programme is ${status}`, state: status };
  return outside(programme, now) ?? outside(variant, now);
};
