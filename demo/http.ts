import { Agent, request as open } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';

export interface Ask {
  method?: 'GET' | 'POST' | 'PUT';
  url: string;
  headers?: Record<string, string>;
  body?: string;
  /** Bound on the whole exchange, in ms. */
  withinMs: number;
  /** Bound on the body, in bytes. */
  maxBytes?: number;
}

export interface Told {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** Connections are kept open, as a platform's own senders do. */
export const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** One exchange; a redirect is an answer like any other. Rejects when no whole answer came in time. */
export function exchange({ method = 'GET', url, headers, body, withinMs, maxBytes }: Ask): Promise<Told> {
  return new Promise((resolve, reject) => {
    const request = open(url, { method, headers, agent });
    const late = setTimeout(() => request.destroy(new Error(`no answer within ${withinMs} ms`)), withinMs);
    request.on('error', reject).on('close', () => clearTimeout(late));
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (maxBytes !== undefined && length > maxBytes)
          request.destroy(new Error('the answer is too large'));
      });
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      });
    });
    request.end(body);
  });
}

/** Runs `work` over all items, `at` of them at a time; the first failure ends it. */
export async function each<T>(
  items: readonly T[],
  at: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) await work(items[next++]!);
  };
  await Promise.all(Array.from({ length: Math.min(at, items.length) }, lane));
}
