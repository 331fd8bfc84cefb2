import type { Programme } from '../domain/programme.ts';
import type { Guardrail } from './guardrail.ts';
import { unknown } from './guardrail.ts';

/**
 * A channel the person closed is closed for every programme, and who had themselves erased is contacted nowhere. A purpose
 * the programme names must be consented to: without any consent object nothing is enforced, inside one a missing category
 * means no, and several all have to be given
 * (https://segment.com/docs/privacy/consent-management/, read 2026-11).
 */
export const consent: Guardrail = (variant, context) =>
  context.blind ? unseen(variant, context) : seen(variant, context);

/** Of somebody who cannot be looked up the closed list knows the channels, and nobody the purposes. */
const unseen: Guardrail = ({ channel }, { programme, standings }) => {
  const standing = standings?.(channel) ?? 'unknown';
  if (standing === 'unknown') return unknown(`who left ${channel} is not known`);
  if (standing === 'closed') {
    return { detail: `left ${channel}, or erased on request`, state: 'closed', channel };
  }
  const purposes = purposesOf(programme, channel);
  return purposes.length > 0 ? unknown(`consent to ${purposes.join(', ')} cannot be looked up`) : undefined;
};

const purposesOf = ({ guardrails }: Programme, channel: string): string[] =>
  [guardrails.consent?.[channel] ?? []].flat();

const seen: Guardrail = ({ channel }, { programme, person, erased }) => {
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
  const purposes = purposesOf(programme, channel);
  const refused = person.consent ? purposes.filter((purpose) => person.consent?.value[purpose] !== true) : [];
  if (refused.length === 0) return undefined;
  return { detail: `no consent to ${refused.join(', ')}`, state: 'refused', channel, purposes: refused };
};
