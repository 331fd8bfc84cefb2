import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { performance } from 'node:perf_hooks';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { InboundRequest, Reply } from '../../core/contracts/http.ts';
import type { Keyring } from '../keys.ts';
import type { DecideHandler } from './decide-routes.ts';
import { inbound, pathOf, readBody } from './inbound.ts';
import { Problem, problemOf, problemReply } from './problem.ts';

export interface ServerParts {
  /** Decide routes by path: answered here, on bare `node:http`. */
  hot: ReadonlyMap<string, { methods: readonly string[]; handler: DecideHandler }>;
  batch: (request: InboundRequest, arrivedAt: number) => AsyncGenerator<string>;
  /** Everything else. */
  rest: (message: IncomingMessage, response: ServerResponse) => void;
  keyring: Keyring;
  now: () => number;
  /** Whether the server is about to stop: connections are closed after their next answer. */
  draining: () => boolean;
  /** Told of errors that are bugs. */
  bug: (error: unknown) => void;
}

/** Largest body of one decide call and of a batch of them, in bytes. */
const DECIDE_BYTES = 64 * 1024;
const BATCH_BYTES = 5 * 1024 * 1024;

const EMPTY = new Uint8Array();

export function send(response: ServerResponse, { status, headers, body }: Reply): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    ...headers,
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

async function handle(message: IncomingMessage, response: ServerResponse, parts: ServerParts): Promise<void> {
  const arrivedAt = performance.now();
  const path = pathOf(message.url ?? '/');
  if (path === '/v1/decide/batch') return stream(message, response, parts, arrivedAt);
  const route = parts.hot.get(path);
  if (!route) return parts.rest(message, response);
  if (!route.methods.includes(message.method ?? '')) {
    throw new Problem(405, `${path} takes ${route.methods.join(' and ')}`);
  }
  const body = message.method === 'POST' ? await readBody(message, DECIDE_BYTES) : EMPTY;
  send(response, await route.handler(inbound(message, body, parts), arrivedAt));
}

async function stream(
  message: IncomingMessage,
  response: ServerResponse,
  parts: ServerParts,
  arrivedAt: number,
): Promise<void> {
  if (message.method !== 'POST') throw new Problem(405, '/v1/decide/batch takes POST');
  const body = await readBody(message, BATCH_BYTES);
  const lines = parts.batch(inbound(message, body, parts), arrivedAt);
  // the first line is awaited before the head is sent: until then a problem can still be told by its status
  const first = await lines.next();
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  if (first.done !== true) response.write(first.value);
  await pipeline(Readable.from(lines), response);
}

/** How long connections are kept and requests waited for, and how often it is looked for those that take longer, in ms. */
const CONNECTIONS = {
  keepAliveTimeout: 75_000,
  headersTimeout: 15_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 3_000,
};

/**
 * The HTTP server. Idle connections live longer than a load balancer's 60 s, so that it never reuses one that is closing;
 * slow ones are cut off.
 */
export function httpServer(parts: ServerParts): Server {
  const server = createServer(CONNECTIONS);
  server.on('request', (message: IncomingMessage, response: ServerResponse) => {
    if (parts.draining()) response.setHeader('connection', 'close');
    handle(message, response, parts).catch((error: unknown) => {
      const problem = problemOf(error);
      if (problem.status === 500) parts.bug(error);
      if (!response.headersSent) {
        // what is left of a body that was refused is not read
        if (!message.complete) response.setHeader('connection', 'close');
        send(response, problemReply(problem));
      } else response.destroy();
    });
  });
  return server;
}
