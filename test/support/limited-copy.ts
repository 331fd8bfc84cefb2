import { axiosTransport } from '../../runtime/delivery/axios-transport.ts';
import { machineClock } from '../../runtime/clock.ts';
import { AccountLimiter } from '../../runtime/delivery/limiter.ts';
import { Fault } from '../../core/contracts/faults.ts';
import type { Limits } from '../../core/contracts/destination.ts';

/** What a copy is told on its start; it sends to `url` as fast as the limiter lets it until told to stop. */
export interface CopyOrders {
  name: string;
  url: string;
  redis: string;
  account: string;
  requests: number;
  windowMs: number;
  maxConcurrent: number;
  expirationMs: number;
  copies?: number;
  /** Error of this copy's clock, in ms. */
  skewMs?: number;
}

/** Sent to the parent twice a second. */
export interface CopyReport {
  mode: string;
  copies: number;
  served: number;
  log: string[];
}

const orders = JSON.parse(process.argv[2] ?? '{}') as CopyOrders;
const sourced = (value: number) => ({ value, source: 'test', date: '2026-11-22' });
const limits: Limits = {
  requests: sourced(orders.requests),
  windowMs: sourced(orders.windowMs),
  maxConcurrent: orders.maxConcurrent,
  itemsPerRequest: sourced(1),
  bytesPerItem: sourced(1),
  bytesPerRequest: sourced(1),
};

const wall = Date.now.bind(Date);
// The library reads the clock by itself.
Date.now = () => wall() + (orders.skewMs ?? 0);

const log: string[] = [];
const limiter = new AccountLimiter({
  clock: machineClock,
  log: (level, message) => level !== 'debug' && log.push(`${level} ${message}`),
  expirationMs: orders.expirationMs,
  redis: { url: orders.redis, prefix: 'test', ...(orders.copies ? { copies: orders.copies } : {}) },
});
const send = axiosTransport(2000);
const request = { method: 'POST', url: orders.url, headers: { 'x-copy': orders.name }, body: 'x' } as const;
const state = { stopping: false, served: 0 };

/** One request, and the pause the platform asks for. */
async function exchange(): Promise<void> {
  const response = await send(request);
  if (response.status === 200) state.served += 1;
  const waitS = Number(response.headers['retry-after'] ?? 0);
  if (response.status === 429) limiter.pause(orders.account, waitS * 1000);
}

async function worker(): Promise<void> {
  while (!state.stopping) {
    try {
      await limiter.schedule(orders.account, limits, exchange);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      // as the outbox does, only sooner
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

function report(): void {
  const { mode, copies } = limiter.use();
  if (process.connected) process.send?.({ mode, copies, served: state.served, log } satisfies CopyReport);
}

limiter.start();
setInterval(report, 100).unref();
process.on('message', () => (state.stopping = true));
await Promise.all(Array.from({ length: 2 * orders.maxConcurrent }, worker));
await limiter.close();
process.disconnect();
