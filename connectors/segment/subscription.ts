import type { Said } from '../../core/domain/opt-out.ts';
import { groupSaid, keywordSaid, stateSaid } from '../../core/domain/opt-out.ts';

type Properties = Readonly<Record<string, unknown>>;

/**
 * Track calls by which platforms tell that somebody left a channel or joined it, beside the signals that close one. Of Braze
 * (https://www.braze.com/docs/user_guide/data/distribution/braze_currents/event_glossary/message_engagement_events, "Segment") and of Iterable
 * (https://segment.com/docs/connections/sources/catalog/cloud-apps/iterable; `smsReceived` and `emailSubscribe` are those of its system webhooks,
 * which RudderStack hands on). Read 2026-11-29. That Iterable has the text of an SMS in `smsMessage` is known from a third party only.
 */
const SAID: ReadonlyMap<string, (properties: Properties) => Said | undefined> = new Map([
  ['Subscription Group State Changed', (own: Properties) => groupSaid(own.channel, own.subscription_status)],
  ['SMS Inbound Received', ({ action }: Properties) => stateSaid('sms', action)],
  ['SMS Received', ({ smsMessage }: Properties) => keywordSaid('sms', smsMessage)],
  ['smsReceived', ({ smsMessage }: Properties) => keywordSaid('sms', smsMessage)],
  ['Email Subscribed', () => stateSaid('email', 'subscribed')],
  ['emailSubscribe', () => stateSaid('email', 'subscribed')],
]);

/**
 * What a track call says of a channel, or undefined. Of Twilio's incoming messages, which anybody may name as they like, the
 * parameter `OptOutType` says it: `STOP`, `START` or `HELP` (https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out, read 2026-11-29).
 */
export function subscriptionIn(event: string, properties: Properties): Said | undefined {
  const { OptOutType: optOut, From: from } = properties;
  if (optOut === undefined) return SAID.get(event)?.(properties);
  const channel = typeof from === 'string' && from.startsWith('whatsapp:') ? 'whatsapp' : 'sms';
  return keywordSaid(channel, optOut);
}
