import { createPublicKey, createVerify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { Fault } from '../../core/contracts/faults.ts';
import type { InboundRequest } from '../../core/contracts/http.ts';
import type { Verified } from '../../core/contracts/webhook.ts';
import type { SendgridSettings } from './schema.ts';

const SIGNATURE = 'x-twilio-email-event-webhook-signature';
const TIMESTAMP = 'x-twilio-email-event-webhook-timestamp';

/**
 * ECDSA P-256 with SHA-256 over the timestamp header and the raw body.
 * Source: https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features,
 * read 2026-11-22
 *
 * The age of the timestamp is not checked: SendGrid retries for 24 h and does not say that it signs again, so a window
 * would refuse honest retries. A replay adds nothing, because `sg_event_id` identifies each event for ever.
 *
 * @throws Fault `settings` without a usable public key; Fault `auth` whenever the signature does not prove the sender.
 */
export function verify(request: InboundRequest, settings: SendgridSettings): Verified {
  const key = publicKeyOf(settings.publicKey);
  const signature = request.headers[SIGNATURE];
  const timestamp = request.headers[TIMESTAMP];
  if (!signature || !timestamp) throw new Fault('auth', 'a signature header is missing');
  if (!isSigned(request.body, timestamp, signature, key))
    throw new Fault('auth', 'the signature does not match');
  return request as Verified;
}

function publicKeyOf(text: string | undefined): KeyObject {
  if (!text) throw new Fault('settings', 'publicKey is not set');
  const key = readKey(text);
  // Without this an RSA or Ed25519 key would silently change the algorithm.
  if (key?.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw new Fault('settings', 'publicKey is not a P-256 public key');
  }
  return key;
}

function readKey(text: string): KeyObject | undefined {
  try {
    return text.includes('-----BEGIN')
      ? createPublicKey(text)
      : createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}

function isSigned(body: Uint8Array, timestamp: string, signature: string, key: KeyObject): boolean {
  try {
    return createVerify('sha256').update(timestamp).update(body).verify(key, signature, 'base64');
  } catch {
    return false;
  }
}
