import type { Guardrail } from './guardrail.ts';

/**
 * A channel the person closed is closed for every programme. A purpose the programme names must be consented to: without
 * any consent object nothing is enforced, inside one a missing category means no
 * (https://segment.com/docs/privacy/consent-management/, read 2026-11).
 */
export const consent: Guardrail = ({ channel }, { programme, person }) => {
  const subscription = person.subscriptions[channel];
  if (subscription?.value === 'unsubscribed') {
    return `unsubscribed from ${channel} since ${new Date(subscription.at).toISOString()}`;
  }
  const purpose = programme.guardrails.consent?.[channel];
  if (purpose === undefined || !person.consent) return undefined;
  return person.consent.value[purpose] === true ? undefined : `no consent to ${purpose}`;
};
