import type { Programme, Variant } from '../domain/programme.ts';
import type { Guardrail } from './guardrail.ts';

function outside(
  span: { startsAt?: string | undefined; endsAt?: string | undefined },
  now: number,
): string | undefined {
  // `!(a <= b)` instead of `a > b`: a date that cannot be read compares false and closes
  if (span.startsAt !== undefined && !(Date.parse(span.startsAt) <= now)) return `starts at ${span.startsAt}`;
  if (span.endsAt !== undefined && !(now < Date.parse(span.endsAt))) return `ended at ${span.endsAt}`;
  return undefined;
}

/** A programme is served while it is live, and it and the variant are between their dates. */
export function datesObjection(variant: Variant, programme: Programme, now: number): string | undefined {
  if (programme.status !== 'live') return `programme is ${programme.status}`;
  return outside(programme, now) ?? outside(variant, now);
}

export const dates: Guardrail = (variant, { programme, now }) => datesObjection(variant, programme, now);
