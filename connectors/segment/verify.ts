import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { Fault } from '../../core/contracts/faults.ts';
import type { InboundRequest } from '../../core/contracts/http.ts';
import type { SegmentSettings } from './schema.ts';

/**
 * Checks `X-Signature`, the hex HMAC-SHA1 of what was sent, when a shared secret is set. Segment signs only the first
 * element of a batch today and is changing to the whole body, so both count; what is behind the first element is
 * proven by the ingest key, which this check never replaces.
 * Source: https://github.com/segmentio/action-destinations/pull/3989 and Webhooks (Actions), read 2026-11-22
 *
 * @throws Fault `auth` when the header is missing or does not match.
 */
export function verify(request: InboundRequest, settings: SegmentSettings): void {
  const secret = settings.sharedSecret;
  if (secret === undefined) return;
  const signature = request.headers['x-signature'];
  if (!signature) throw new Fault('auth', 'X-Signature is missing');
  for (const signed of signedForms(request.body)) {
    if (sameText(signature.toLowerCase(), createHmac('sha1', secret).update(signed).digest('hex'))) return;
  }
  throw new Fault('auth', 'X-Signature does not match');
}

/** What the signature may cover, likeliest first: raw bytes survive numbers and key orders that a round trip does not. */
function* signedForms(body: Uint8Array): Generator<Uint8Array | string> {
  yield body;
  const first = firstElement(body);
  if (first === undefined) return;
  yield first;
  const compact = reserialised(first);
  if (compact !== undefined) yield compact;
}

function reserialised(json: Uint8Array): string | undefined {
  try {
    return JSON.stringify(JSON.parse(new TextDecoder().decode(json)));
  } catch {
    return undefined;
  }
}

/** Hashed first, so that the comparison takes equal time whatever the lengths. */
function sameText(a: string, b: string): boolean {
  return timingSafeEqual(sha256(a), sha256(b));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

const BYTE = {
  quote: 0x22,
  comma: 0x2c,
  openArray: 0x5b,
  backslash: 0x5c,
  closeArray: 0x5d,
  openObject: 0x7b,
  closeObject: 0x7d,
} as const;

/**
 * Bytes of the first element of a JSON array as they were received, white space around it excluded; undefined when the
 * body is no array or an empty one. Bytes of UTF-8 beyond ASCII never equal one of JSON's own characters.
 */
export function firstElement(body: Uint8Array): Uint8Array | undefined {
  const open = skipSpace(body, 0);
  if (body[open] !== BYTE.openArray) return undefined;
  const start = skipSpace(body, open + 1);
  let end = endOfElement(body, start);
  if (end === undefined) return undefined;
  while (end > start && isSpace(body[end - 1])) end -= 1;
  return end > start ? body.subarray(start, end) : undefined;
}

/** Index of the comma or bracket that ends the element starting at `start`; undefined when there is none. */
function endOfElement(body: Uint8Array, start: number): number | undefined {
  let depth = 0;
  for (let at = start; at < body.length; at += 1) {
    const byte = body[at];
    if (byte === BYTE.quote) {
      at = endOfString(body, at);
    } else if (byte === BYTE.openArray || byte === BYTE.openObject) {
      depth += 1;
    } else if (byte === BYTE.closeArray || byte === BYTE.closeObject) {
      if (depth === 0) return at;
      depth -= 1;
    } else if (byte === BYTE.comma && depth === 0) {
      return at;
    }
  }
  return undefined;
}

/** Index of the quote that closes the string opened at `open`; the length of the body when there is none. */
function endOfString(body: Uint8Array, open: number): number {
  for (let at = open + 1; at < body.length; at += 1) {
    if (body[at] === BYTE.backslash) at += 1;
    else if (body[at] === BYTE.quote) return at;
  }
  return body.length;
}

function skipSpace(body: Uint8Array, from: number): number {
  let at = from;
  while (isSpace(body[at])) at += 1;
  return at;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
