import type { IncomingMessage } from 'node:http';
import { parse } from 'node:querystring';
import type { InboundRequest } from '../../core/contracts/http.ts';
import { keyIn } from '../keys.ts';
import type { Keyring } from '../keys.ts';
import { Problem } from './problem.ts';

/** Headers with one value each. */
function headersOf(message: IncomingMessage): Record<string, string | undefined> {
  return message.headers as Record<string, string | undefined>;
}

function queryOf(url: string, from: number): Record<string, string> {
  if (from < 0) return {};
  const query = parse(url.slice(from + 1));
  for (const name in query) if (Array.isArray(query[name])) query[name] = query[name][0];
  return query as Record<string, string>;
}

/** Path of a URL, without its query. */
export function pathOf(url: string): string {
  const mark = url.indexOf('?');
  return mark < 0 ? url : url.slice(0, mark);
}

interface Ports {
  keyring: Keyring;
  now: () => number;
}

/** A request as plain values; its scopes are empty without a valid key. */
export function inbound(message: IncomingMessage, body: Uint8Array, { keyring, now }: Ports): InboundRequest {
  const url = message.url ?? '/';
  const headers = headersOf(message);
  const key = keyIn(headers);
  return {
    method: message.method ?? 'GET',
    path: pathOf(url),
    query: queryOf(url, url.indexOf('?')),
    headers,
    body,
    scopes: key === undefined ? [] : (keyring.scopesOf(key) ?? []),
    receivedAt: now(),
  };
}

/** The whole body, or Problem 413 as soon as it is longer than `limit` bytes. */
export async function readBody(message: IncomingMessage, limit: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limit) throw new Problem(413, `The body is larger than ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** @throws Problem 401 without a valid key, 403 when it lacks the scope. */
export function requireScope(request: InboundRequest, scope: InboundRequest['scopes'][number]): void {
  if (request.scopes.includes(scope)) return;
  if (request.scopes.length === 0)
    throw new Problem(401, 'Send a key as bearer token, X-Api-Key or Basic user name');
  throw new Problem(403, `This needs a key with the scope ${scope}`);
}
