import type { Guardrail } from './guardrail.ts';

/**
 * A channel the person closed is closed for every programme, and who had themselves erased is contacted nowhere. A purpose
 * the programme names must be consented to: without any consent object nothing is enforced, inside one a missing category
 * means no, and several all have to be given
 * (https://segment.com/docs/privacy/consent-management/, read 2026-11).
 */
export const consent: Guardrail = ({ channel }, { programme, person, blind, erased }) => {
  const subscription = Object.hasOwn(person.subscriptions, channel)
    ? person.subscriptions[channel]
    : undefined;
  if (subscription?.value === 'unsubscribed') {
    return `unsubscribed from ${channel} since ${new Date(subscription.at).toISOString()}`;
  }
  if (erased && subscription?.value !== 'subscribed') {
    return `erased on request; ${channel} opens when the person subscribes again`;
  }
  const purposes = [programme.guardrails.consent?.[channel] ?? []].flat();
  if (purposes.length > 0 && blind) return `consent to ${purposes.join(', ')} cannot be looked up`;
  const refused = person.consent ? purposes.filter((purpose) => person.consent?.value[purpose] !== true) : [];
  return refused.length > 0 ? `no consent to ${refused.join(', ')}` : undefined;
};
