import { SIGNAL } from './event.ts';

/** What a signal says about the message it belongs to. */
export interface ContactSignal {
  /** `sent`: it left. `proof`: it must have left, since something came of it. `aborted`: it never will. */
  says: 'sent' | 'proof' | 'aborted';
  channel: string;
}

/**
 * Signals that tell of contacts, whoever made them. Our names, and those by which Braze (https://www.braze.com/docs/partners/segment)
 * and others that write to a CDP call the sends of other channels, read 2026-11.
 */
export const CONTACT_SIGNALS: ReadonlyMap<string, ContactSignal> = new Map<string, ContactSignal>([
  [SIGNAL.sent, { says: 'sent', channel: 'email' }],
  ['Email Sent', { says: 'sent', channel: 'email' }],
  ['SMS Sent', { says: 'sent', channel: 'sms' }],
  ['Push Notification Sent', { says: 'sent', channel: 'push' }],
  [SIGNAL.delivered, { says: 'proof', channel: 'email' }],
  [SIGNAL.opened, { says: 'proof', channel: 'email' }],
  [SIGNAL.clicked, { says: 'proof', channel: 'email' }],
  [SIGNAL.aborted, { says: 'aborted', channel: 'email' }],
]);
