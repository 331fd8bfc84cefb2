import type { SubscriptionState } from './person.ts';

/** What somebody said about a channel. */
export interface Said {
  channel: string;
  state: SubscriptionState;
}

const [IN, OUT] = ['subscribed', 'unsubscribed'] as const;

/**
 * Words of platforms for the state of a subscription, and Braze's for what an inbound message led to; `None` says nothing.
 * Source: https://www.braze.com/docs/user_guide/data/distribution/braze_currents/event_glossary/message_engagement_events, read 2026-11-29
 */
const STATES: ReadonlyMap<string, SubscriptionState> = new Map([
  ['subscribed', IN],
  ['opted in', IN],
  ['unsubscribed', OUT],
]);

/**
 * Messages of one word that leave or join a channel. Sources, read 2026-11-29:
 * https://www.braze.com/docs/user_guide/channels/sms_mms_and_rcs/message_features_and_optimization/keyword_processing/optin_optout and
 * https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out. YES joins there, too; here it may answer any question, and is left out.
 */
const KEYWORDS: ReadonlyMap<string, SubscriptionState> = new Map([
  ...['stop', 'stopall', 'unsubscribe', 'cancel', 'end', 'quit', 'revoke', 'optout'].map(
    (word) => [word, OUT] as const,
  ),
  ...['start', 'unstop'].map((word) => [word, IN] as const),
]);

/** Channels as platforms spell them in such events, by their letters alone. */
const CHANNELS: ReadonlySet<string> = new Set(['email', 'sms', 'whatsapp', 'push']);

const plain = (word: unknown): string => (typeof word === 'string' ? word.trim().toLowerCase() : '');

const about = (channel: string, state: SubscriptionState | undefined): Said | undefined =>
  state && CHANNELS.has(channel) ? { channel, state } : undefined;

/** What a platform's words for a channel and the state of a subscription to it say; undefined for any other words. */
export const stateSaid = (channel: unknown, word: unknown): Said | undefined =>
  about(plain(channel), STATES.get(plain(word)));

/** What somebody says who answers a message with a keyword; undefined for any other text. */
export const keywordSaid = (channel: string, text: unknown): Said | undefined =>
  about(channel, KEYWORDS.get(plain(text)));

/**
 * What the state of a subscription group of Braze says. Without one there a person gets no SMS and no WhatsApp at all; e-mail has a
 * state of its own beside its groups. There are several groups, and one state here: what was said last of any of them counts.
 * Source: https://www.braze.com/docs/user_guide/audience/subscription_preferences/subscription_status, read 2026-11-29
 */
export function groupSaid(channel: unknown, word: unknown): Said | undefined {
  const said = stateSaid(channel, word);
  return said?.channel === 'sms' || said?.channel === 'whatsapp' ? said : undefined;
}
