import { HOUR_MS } from './programme.ts';

/** What a signal says about the message it belongs to. */
export interface ContactSignal {
  /**
   * `sent`: it left. `delivered`: it arrived, which some platforms say of what they never say was sent. `proof`: it must have
   * left, since something came of it. `aborted`: it never will.
   */
  says: 'sent' | 'delivered' | 'proof' | 'aborted';
  channel: string;
}

/** What of a message makes a contact, whichever of the two is told. */
export type Report = 'sent' | 'delivered';

/**
 * How long after it was sent a message may arrive: SendGrid goes on trying for 72 hours
 * (https://www.twilio.com/docs/email/concepts/deliverability/deferrals, read 2026-11).
 */
export const DELIVERY_MS = 72 * HOUR_MS;
/** How far the clocks of those who tell of one message may be apart. */
export const REPORT_SKEW_MS = 5 * 60_000;

/** Channels that platforms report contacts on. */
const CHANNELS = ['email', 'sms', 'push', 'in-app', 'whatsapp', 'content-card'] as const;

/** What a person did with a message on a channel. */
export interface Reaction {
  channel: string;
  as: (typeof REACTED)[number];
}

const REACTED = ['opened', 'clicked'] as const;

/** Our name of a signal about a message on a channel, `in_app_sent`; platforms' own are translated to it where it is known how. */
export const messageSignal = (
  channel: (typeof CHANNELS)[number],
  what: Report | Reaction['as'] | 'aborted' | 'bounced',
): string => `${channel.replace('-', '_')}_${what}`;

const OURS = CHANNELS.flatMap((channel) =>
  (['sent', 'delivered', 'aborted'] as const).map((says): [string, ContactSignal] => [
    messageSignal(channel, says),
    { says, channel },
  ]),
);

const sent = (channel: string): ContactSignal => ({ says: 'sent', channel });
const delivered = (channel: string): ContactSignal => ({ says: 'delivered', channel });
const proof = (channel: string): ContactSignal => ({ says: 'proof', channel });

/**
 * As Braze calls them where it writes to a CDP. In-app messages have no send there. Sources, read 2026-11-29:
 * https://segment.com/docs/connections/sources/catalog/cloud-apps/braze, and "Segment" in
 * https://www.braze.com/docs/user_guide/data/distribution/braze_currents/event_glossary/message_engagement_events. Not read there, and
 * called like the others: `SMS Delivered`, `WhatsApp Delivered`, `Content Card Sent`.
 */
const BRAZE: readonly [string, ContactSignal][] = [
  ['Email Sent', sent('email')],
  ['SMS Sent', sent('sms')],
  ['SMS Sent to Carrier', proof('sms')],
  ['SMS Delivered', delivered('sms')],
  ['Push Notification Sent', sent('push')],
  ['In-App Message Viewed', sent('in-app')],
  ['WhatsApp Sent', sent('whatsapp')],
  ['WhatsApp Delivered', delivered('whatsapp')],
  ['Content Card Sent', sent('content-card')],
];

/**
 * As Iterable calls them where it writes to a CDP (https://segment.com/docs/connections/sources/catalog/cloud-apps/iterable), and in its
 * system webhooks, which RudderStack hands on (`@iterable/api` 0.13.0, data types of exports). Read 2026-11-29. Embedded messages are
 * left out: they are part of a page.
 */
const ITERABLE: readonly [string, ContactSignal][] = [
  ['SMS Send', sent('sms')],
  ['Push Delivered', delivered('push')],
  ['emailSend', sent('email')],
  ['smsSend', sent('sms')],
  ['pushSend', sent('push')],
  ['webPushSend', sent('push')],
  ['inAppSend', sent('in-app')],
  ['whatsAppSend', sent('whatsapp')],
];

const opened = (channel: string): Reaction => ({ channel, as: 'opened' });
const clicked = (channel: string): Reaction => ({ channel, as: 'clicked' });

/**
 * Opens and clicks by name; those of e-mail come by other names (`spellings.ts`). Sources as above. What is shown without the person's
 * doing is none: in-app messages (`inAppOpen`), cards that come into view, pushes while the app is open. Not read there, and called like
 * the others: `SMS Short Link Clicked`, `WhatsApp Read`.
 */
const REACTIONS: ReadonlyMap<string, Reaction> = new Map<string, Reaction>([
  ...CHANNELS.flatMap((channel) =>
    REACTED.map((as): [string, Reaction] => [messageSignal(channel, as), { channel, as }]),
  ),
  // Braze
  ['Push Notification Tapped', opened('push')],
  ['SMS Short Link Clicked', clicked('sms')],
  ['In-App Message Clicked', clicked('in-app')],
  ['WhatsApp Read', opened('whatsapp')],
  ['Content Card Clicked', clicked('content-card')],
  // Iterable
  ['Push Opened', opened('push')],
  ['pushOpen', opened('push')],
  ['webPushClick', clicked('push')],
  ['smsClick', clicked('sms')],
  ['inAppClick', clicked('in-app')],
  ['whatsAppSeen', opened('whatsapp')],
  ['whatsAppClick', clicked('whatsapp')],
]);

/** Signals that tell of contacts, whoever made them. */
export const CONTACT_SIGNALS: ReadonlyMap<string, ContactSignal> = new Map<string, ContactSignal>([
  ...OURS,
  ...[...REACTIONS].map(([name, { channel }]): [string, ContactSignal] => [name, proof(channel)]),
  ...BRAZE,
  ...ITERABLE,
]);

/** Channels under the names that platforms report on. */
export const REPORTED_CHANNELS: ReadonlySet<string> = new Set(CHANNELS);

/** What a signal says the person did with a message; undefined where it is about no message. */
export const reactionOf = (name: string): Reaction | undefined => REACTIONS.get(name);

/**
 * Whether a signal may be about a message on a channel: what names a channel is about that alone, and anything about one that no platform
 * has a name for, since it is told under another.
 */
export function isAbout(name: string, channel: string): boolean {
  const reaction = REACTIONS.get(name);
  return reaction === undefined || reaction.channel === channel || !REPORTED_CHANNELS.has(channel);
}

const NAMES = [...REACTIONS.keys()];
const NAMES_ON = new Map<string, readonly string[]>(
  CHANNELS.map((channel) => [channel, NAMES.filter((name) => isAbout(name, channel))]),
);

/** Names of the opens and clicks that may be about messages on some channels. */
export function reactionsOn(channels: readonly string[]): readonly string[] {
  const own = [...new Set(channels)];
  if (own.length === 1) return NAMES_ON.get(own[0]!) ?? NAMES;
  return NAMES.filter((name) => own.some((channel) => isAbout(name, channel)));
}
