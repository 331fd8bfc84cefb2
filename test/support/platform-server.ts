import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Arrival {
  /** ms on a monotonic clock */
  at: number;
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
  /** ms before the answer */
  after?: number;
}

/** What the platform does with a request: an answer, or anything at all with the socket. */
export type Behaviour = (arrival: Arrival, index: number, raw: ServerResponse) => Answer | undefined;

export interface PlatformServer {
  url: string;
  arrivals: Arrival[];
  close(): Promise<void>;
}

/** A platform on 127.0.0.1 that notes when each whole request arrived. */
export async function platformServer(behave: Behaviour): Promise<PlatformServer> {
  const arrivals: Arrival[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const { method = '', url: path = '', headers } = request;
      const arrival = { at: performance.now(), method, path, headers, body };
      arrivals.push(arrival);
      reply(response, behave(arrival, arrivals.length - 1, response));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrivals,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function reply(response: ServerResponse, answer: Answer | undefined): void {
  if (!answer) return;
  setTimeout(() => response.writeHead(answer.status, answer.headers).end(answer.body), answer.after ?? 0);
}

/** Most arrivals in any window of `windowMs`, wherever it begins. */
export function busiest(times: readonly number[], windowMs: number): number {
  let most = 0;
  let first = 0;
  for (let last = 0; last < times.length; last++) {
    while ((times[last] as number) - (times[first] as number) >= windowMs) first += 1;
    most = Math.max(most, last - first + 1);
  }
  return most;
}
