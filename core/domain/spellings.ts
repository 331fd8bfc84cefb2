import { SIGNAL } from './event.ts';

/**
 * Names under which a CDP is told of e-mails, and those they are kept under. Sources: https://segment.com/docs/connections/spec/email, read
 * 2026-11-22; https://segment.com/docs/connections/sources/catalog/cloud-apps/braze and .../iterable, and Iterable's own names
 * (`@iterable/api` 0.13.0, data types of exports), read 2026-11-29
 */
export const KEPT_AS: ReadonlyMap<string, string> = new Map([
  ['Email Delivered', SIGNAL.delivered],
  ['Email Opened', SIGNAL.opened],
  ['emailOpen', SIGNAL.opened],
  ['Email Link Clicked', SIGNAL.clicked],
  ['emailClick', SIGNAL.clicked],
  ['Email Bounced', SIGNAL.bounced],
  ['emailBounce', SIGNAL.bounced],
  ['Email Marked as Spam', SIGNAL.complained],
  ['Email Marked As Spam', SIGNAL.complained],
  ['emailComplaint', SIGNAL.complained],
  ['Unsubscribed', SIGNAL.unsubscribed],
  ['Email Unsubscribed', SIGNAL.unsubscribed],
  ['emailUnSubscribe', SIGNAL.unsubscribed],
]);
