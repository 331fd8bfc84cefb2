import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const WRITE_KEY = 'demo-write-key';
export const API_KEY = 'demo-braze-key';

/** A failure now and then, by the number of the request. Those with 500 were read whole: only the answer is lost. */
const FAULTS = { segment: { wait: 13, fail: 17 }, braze: { wait: 90, fail: 61 } };

/** What one platform was sent. */
export class Inbox {
  requests = 0;
  /** Requests refused, by status. */
  readonly refused: Record<number, number> = {};
  /** How often each message id arrived, and how often it was acknowledged. */
  readonly arrived = new Map<string, number>();
  readonly acknowledged = new Map<string, number>();
  /** Decision and signal of every reward, as often as its id was acknowledged. */
  readonly rewards: string[] = [];
  /** Requests with another credential than the one configured. */
  strangers = 0;
}

interface Item {
  id: string;
  properties: Record<string, unknown>;
}

const count = (map: Map<string, number>, id: string): void => void map.set(id, (map.get(id) ?? 0) + 1);

/** Segment's and Braze's APIs in one small server that remembers what it was told. */
export class Recorder {
  readonly segment = new Inbox();
  readonly braze = new Inbox();
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.#serve(request, response).catch((error: unknown) => answer(response, 400, String(error)));
    });
  }

  static async open(): Promise<Recorder> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Recorder(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>;
    const { authorization = '' } = request.headers;
    if (request.url === '/v1/batch') {
      const status = take(this.segment, FAULTS.segment, segmentItems(body));
      const basic = `Basic ${Buffer.from(`${WRITE_KEY}:`).toString('base64')}`;
      if (authorization !== basic && body.writeKey !== WRITE_KEY) this.segment.strangers += 1;
      answer(response, status, '{"success":true}');
    } else if (request.url === '/users/track') {
      const status = take(this.braze, FAULTS.braze, brazeItems(body));
      if (authorization !== `Bearer ${API_KEY}`) this.braze.strangers += 1;
      answer(response, status, '{"message":"success"}');
    } else answer(response, 404, '{}');
  }
}

function answer(response: ServerResponse, status: number, success: string): void {
  const headers = { 'content-type': 'application/json', ...(status === 429 && { 'retry-after': '1' }) };
  response.writeHead(status, headers).end(status < 300 ? success : '{"message":"try again"}');
}

function take(inbox: Inbox, faults: { wait: number; fail: number }, items: readonly Item[]): number {
  inbox.requests += 1;
  const turn = inbox.requests;
  const status = turn % faults.wait === 0 ? 429 : turn % faults.fail === 0 ? 500 : 200;
  if (status !== 200) inbox.refused[status] = (inbox.refused[status] ?? 0) + 1;
  for (const { id, properties } of status === 429 ? [] : items) {
    count(inbox.arrived, id);
    if (status !== 200) continue;
    count(inbox.acknowledged, id);
    if (typeof properties.worth === 'number') {
      inbox.rewards.push(`${String(properties.decision_id)} ${String(properties.signal)}`);
    }
  }
  return status;
}

function segmentItems(body: Record<string, unknown>): Item[] {
  const batch = body.batch as { messageId: string; properties: Record<string, unknown> }[];
  return batch.map(({ messageId, properties }) => ({ id: messageId, properties }));
}

function brazeItems(body: Record<string, unknown>): Item[] {
  const events = body.events as { properties: Record<string, unknown> }[];
  return events.map(({ properties }) => ({ id: String(properties.outcome_id), properties }));
}
