import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rngFromNumber } from '../../core/maths/xoshiro.ts';
import { freePort, start, untilReady } from '../support/process.ts';
import { scratchFolder } from '../support/running.ts';

const ADMIN = 'pk_admin_for_the_kill_test_only';
const ROUNDS = 4;
/** Answers of a round before the process is killed: however slow the machine, it is killed under load. */
const ANSWERS = 150;
const CLIENTS = 32;
const headers = { authorization: `Bearer ${ADMIN}` };

/** A Segment that acknowledges everything and counts each message id. */
async function recorder(): Promise<{ host: string; acknowledged: Map<string, number>; close: () => void }> {
  const acknowledged = new Map<string, number>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { batch } = JSON.parse(Buffer.concat(chunks).toString()) as { batch: { messageId: string }[] };
      for (const { messageId } of batch) acknowledged.set(messageId, (acknowledged.get(messageId) ?? 0) + 1);
      response.end('{"success":true}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { host: `http://127.0.0.1:${port}`, acknowledged, close: () => server.close() };
}

/** Does something for each, as many at a time as there are clients. */
async function forEach<T>(all: Iterable<T>, work: (one: T) => Promise<void>): Promise<void> {
  const left = all[Symbol.iterator]();
  const client = async (): Promise<void> => {
    for (let next = left.next(); !next.done; next = left.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
}

async function untilDrained(base: string): Promise<void> {
  for (let i = 0; i < 600; i++) {
    const response = await fetch(`${base}/v1/destinations`, { headers });
    const { destinations } = (await response.json()) as { destinations: { outbox: { pending?: number } }[] };
    if ((destinations[0]!.outbox.pending ?? 0) === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the outbox was not drained within 60 s');
}

test(
  'D1, D2: kill -9 under load loses nothing that was answered, counts every event once, and the outbox goes on',
  { timeout: 180_000 },
  async () => {
    const { folder, remove } = scratchFolder();
    const segment = await recorder();
    const port = await freePort();
    const base = `http://127.0.0.1:${port}`;
    const config = { integrations: { segment: { writeKey: 'w', host: segment.host } } };
    writeFileSync(join(folder, 'pickwell.json'), JSON.stringify(config));
    const environment = {
      PICKWELL_DATA: folder,
      PICKWELL_PORT: String(port),
      PICKWELL_ADMIN_KEY: ADMIN,
      PICKWELL_LOG: 'error',
    };
    const answered = new Map<string, string>();
    const accepted = new Set<string>();
    const rng = rngFromNumber(17);
    let user = 0;

    for (let round = 0; round < ROUNDS; round++) {
      const started = start(environment);
      await untilReady(base, started);
      const work = new AbortController();
      const before = answered.size;
      const client = async (): Promise<void> => {
        while (!work.signal.aborted) {
          const me = `u${user++}`;
          try {
            const got = await fetch(`${base}/v1/decide?programme=welcome&user=${me}&send=s`, { headers });
            answered.set(me, ((await got.json()) as { decision_id: string }).decision_id);
            const event = {
              type: 'track',
              messageId: `m-${me}`,
              userId: me,
              event: 'Order Completed',
              timestamp: new Date().toISOString(),
            };
            const taken = await fetch(`${base}/v1/segment`, {
              method: 'POST',
              headers,
              body: JSON.stringify([event]),
            });
            if (taken.status === 200) accepted.add(me);
          } catch {
            // the process died under this request: nothing was promised
          }
        }
      };
      const clients = Array.from({ length: CLIENTS }, client);
      do await new Promise((resolve) => setTimeout(resolve, 700 + 600 * rng.uniform()));
      while (answered.size < before + ANSWERS);
      started.child.kill('SIGKILL');
      expect(await started.exit).toBe('SIGKILL');
      work.abort();
      await Promise.all(clients);
    }

    const sent = (): number => [...segment.acknowledged.values()].reduce((sum, times) => sum + times, 0);
    const sentByTheDead = sent();
    const last = start(environment);
    await untilReady(base, last);
    expect(answered.size).toBeGreaterThan(ROUNDS * ANSWERS - 1);
    await forEach(answered, async ([me, id]) => {
      const again = await fetch(`${base}/v1/decide?programme=welcome&user=${me}&send=s`, { headers });
      expect(((await again.json()) as { decision_id: string }).decision_id).toBe(id);
    });
    await forEach(accepted, async (me) => {
      const event = { type: 'track', messageId: `m-${me}`, userId: me, event: 'Order Completed' };
      const again = await fetch(`${base}/v1/segment`, {
        method: 'POST',
        headers,
        body: JSON.stringify(event),
      });
      expect(await again.json()).toMatchObject({ accepted: 0, duplicates: 1 });
    });
    const verified = await fetch(`${base}/v1/ledger/verify`, { headers });
    expect(await verified.json()).toMatchObject({ ok: true });

    // what the dead processes had in hand is taken up again, and every answered decision reaches Segment
    await untilDrained(base);
    for (const id of answered.values()) expect(segment.acknowledged.has(id)).toBe(true);
    const metrics = await (await fetch(`${base}/metrics`)).text();
    const told = /^pickwell_delivered_total\{destination="segment"\} (\d+)$/m.exec(metrics)?.[1];
    expect(Number(told)).toBe(sent() - sentByTheDead);
    expect(metrics).not.toMatch(/^pickwell_outbox_rows\{/m);
    last.child.kill('SIGTERM');
    expect(await last.exit).toBe(0);

    // what was acknowledged and written down is never sent again
    const before = new Map(segment.acknowledged);
    const next = start(environment);
    await untilReady(base, next);
    await untilDrained(base);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(segment.acknowledged).toEqual(before);
    next.child.kill('SIGTERM');
    expect(await next.exit).toBe(0);
    segment.close();
    remove();
  },
);
