import type { Guardrail } from './guardrail.ts';
import { unknown } from './guardrail.ts';

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
    const detail = `unsubscribed from ${channel} since ${new Date(subscription.at).toISOString()}`;
    return { detail, state: 'unsubscribed', channel };
  }
  if (erased && subscription?.value !== 'subscribed') {
    const detail = `erased on request; ${channel} opens when the person subscribes again`;
    return { detail, state: 'erased', channel };
  }
  const purposes = [programme.guardrails.consent?.[channel] ?? []].flat();
  if (purposes.length > 0 && blind) return unknown(`consent to ${purposes.join(', ')} cannot be looked up`);
  const refused = person.consent ? purposes.filter((purpose) => person.consent?.value[purpose] !== true) : [];
  if (refused.length === 0) return undefined;
  return { detail: `no consent to ${refused.join(', ')}`, state: 'refused', channel, purposes: refused };
};
