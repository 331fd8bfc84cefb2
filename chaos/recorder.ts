import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Requests a platform of ours takes in any window, in the shape of the destinations' limits. */
export const RECORDER_LIMIT = { requests: 50, windowMs: 1_000 };

/** One time that a message arrived, ms since 1970. */
export interface Arrival {
  /** When its request began. */
  at: number;
  /** When the answer was written; absent: it was not. */
  acknowledgedAt?: number;
}

/** A Segment that acknowledges everything and remembers when. */
export interface Recorder {
  host: string;
  /** Every time that a message arrived, by its id, in the order in which the requests began. */
  received: Map<string, Arrival[]>;
  /** Arrival of every request, ms since 1970. */
  arrivals: number[];
  close(): Promise<void>;
}

export async function recorder(): Promise<Recorder> {
  const received = new Map<string, Arrival[]>();
  const arrivals: number[] = [];
  const server = createServer((request, response) => {
    const at = Date.now();
    arrivals.push(at);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { batch } = JSON.parse(Buffer.concat(chunks).toString()) as { batch: { messageId: string }[] };
      const all = batch.map(({ messageId }): Arrival => {
        const [arrival, known] = [{ at }, received.get(messageId)];
        if (known) known.push(arrival);
        else received.set(messageId, [arrival]);
        return arrival;
      });
      response.end('{"success":true}', () => {
        for (const arrival of all) arrival.acknowledgedAt = Date.now();
      });
    });
    request.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    arrivals,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
