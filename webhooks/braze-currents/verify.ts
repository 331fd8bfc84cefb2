import { createHash, timingSafeEqual } from 'node:crypto';
import { Fault } from '../../core/contracts/faults.ts';
import type { InboundRequest } from '../../core/contracts/http.ts';
import type { Verified } from '../../core/contracts/webhook.ts';
import type { CurrentsSettings } from './schema.ts';

/**
 * Currents proves itself by the bearer token of the export: one of our own keys with scope `ingest`, or the configured
 * token. The probe for credentials is an empty batch and goes through the same check.
 * Source: https://braze.com/docs/user_guide/data/distribution/braze_currents/setting_up_currents/custom_http_connector,
 * read 2026-11-22
 *
 * @throws Fault `auth` for anything else.
 */
export function verify(request: InboundRequest, settings: CurrentsSettings): Verified {
  const hasKey = request.scopes.includes('ingest') || request.scopes.includes('admin');
  if (!hasKey && !hasToken(request, settings.token)) {
    throw new Fault('auth', 'neither a key for ingest nor the configured token');
  }
  return request as Verified;
}

function hasToken(request: InboundRequest, token: string | undefined): boolean {
  const given = /^Bearer +(\S+)\s*$/i.exec(request.headers.authorization ?? '')?.[1];
  return token !== undefined && given !== undefined && sameText(given, token);
}

/** Hashed first, so that the comparison takes equal time whatever the lengths. */
function sameText(a: string, b: string): boolean {
  return timingSafeEqual(sha256(a), sha256(b));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
