import type { Cap } from '../domain/programme.ts';
import { HOUR_MS } from '../domain/programme.ts';
import type { GuardContext, Guardrail } from './guardrail.ts';

function full(cap: Cap, { contacts, now }: GuardContext): string | undefined {
  const since = now - cap.hours * HOUR_MS;
  const inside = contacts
    .filter((c) => c.at > since && (cap.channel === undefined || c.channel === cap.channel))
    .map((c) => c.at)
    .sort((a, b) => a - b);
  if (inside.length < cap.count) return undefined;
  const frees = inside[inside.length - cap.count];
  const next = frees === undefined ? 'never' : new Date(frees + cap.hours * HOUR_MS).toISOString();
  return `${inside.length} of ${cap.count} ${cap.channel ?? 'any'} contacts in ${cap.hours} h, next free ${next}`;
}

/** Caps count contacts of the person over all programmes, in windows that roll to the millisecond. */
export const caps: Guardrail = (variant, context) => {
  for (const cap of context.programme.guardrails.caps ?? []) {
    if (cap.channel !== undefined && cap.channel !== variant.channel) continue;
    const reason = full(cap, context);
    if (reason !== undefined) return reason;
  }
  return undefined;
};
