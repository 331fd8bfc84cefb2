import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Requests a platform of ours takes in any window, in the shape of the destinations' limits. */
export const RECORDER_LIMIT = { requests: 50, windowMs: 1_000 };

/** A Segment that acknowledges everything and remembers when. */
export interface Recorder {
  host: string;
  /** Times at which each message id was acknowledged, ms since 1970. */
  acknowledged: Map<string, number[]>;
  /** Arrival of every request, ms. */
  arrivals: number[];
  close(): Promise<void>;
}

export async function recorder(): Promise<Recorder> {
  const acknowledged = new Map<string, number[]>();
  const arrivals: number[] = [];
  const server = createServer((request, response) => {
    arrivals.push(Date.now());
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { batch } = JSON.parse(Buffer.concat(chunks).toString()) as { batch: { messageId: string }[] };
      response.end('{"success":true}', () => {
        for (const { messageId } of batch) {
          const times = acknowledged.get(messageId);
          if (times) times.push(Date.now());
          else acknowledged.set(messageId, [Date.now()]);
        }
      });
    });
    request.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    acknowledged,
    arrivals,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
