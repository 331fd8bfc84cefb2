import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { freePort, start, untilReady } from '../support/process.ts';
import { scratchFolder } from '../support/running.ts';

const ADMIN = 'pk_admin_for_the_connections';
const IDLE = 2_000;
const SLOW = 200;
/** Connections opened at once: fewer than wait to be accepted. */
const AT_ONCE = 100;
/** How long load balancers keep a connection that nobody uses, in s (AWS ALB, default, 2026-11). */
const BALANCER_S = 60;

const REQUEST = `GET /health HTTP/1.1\r\nHost: here\r\n\r\n`;
const SLOWLY = `GET /v1/decide?programme=welcome&user=slow HTTP/1.1\r\nHost: here\r\nX-Slow: `;

const opened = (port: number, first: string): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(first, () => resolve(socket)));
    socket.once('error', reject);
  });

async function many(count: number, open: () => Promise<Socket>): Promise<Socket[]> {
  const sockets: Socket[] = [];
  while (sockets.length < count) sockets.push(...(await Promise.all(Array.from({ length: AT_ONCE }, open))));
  return sockets;
}

/** What comes back for a request. */
const said = (socket: Socket): Promise<string> =>
  new Promise((resolve, reject) => {
    socket.once('data', (chunk) => resolve(chunk.toString()));
    socket.once('close', () => reject(new Error('closed')));
  });

test(
  'L5, L6: thousands of idle and of slow connections hold up no decision; the slow are cut off, the idle outlive a balancer’s',
  { timeout: 180_000 },
  async () => {
    const { folder, remove } = scratchFolder();
    onTestFinished(remove);
    const port = await freePort();
    const started = start({
      PICKWELL_DATA: folder,
      PICKWELL_PORT: String(port),
      PICKWELL_ADMIN_KEY: ADMIN,
      PICKWELL_LOG: 'error',
    });
    onTestFinished(() => void started.child.kill('SIGKILL'));
    await untilReady(`http://127.0.0.1:${port}`, started, 120_000);

    const heads: Promise<string>[] = [];
    const idle = await many(IDLE, async () => {
      const socket = await opened(port, REQUEST);
      heads.push(said(socket));
      return socket;
    });
    const slow = await many(SLOW, () => opened(port, SLOWLY));
    onTestFinished(() => [...idle, ...slow].forEach((socket) => socket.destroy()));
    const drip = setInterval(() => slow.forEach((socket) => socket.writable && socket.write('.')), 1_000);
    onTestFinished(() => clearInterval(drip));
    let closed = 0;
    for (const socket of slow) socket.on('error', () => undefined).once('close', () => closed++);
    let lost = 0;
    for (const socket of idle) socket.on('error', () => undefined).once('close', () => lost++);

    for (const head of await Promise.all(heads)) {
      expect(head).toContain('HTTP/1.1 200');
      expect(Number(/^Keep-Alive: timeout=(\d+)/im.exec(head)?.[1])).toBeGreaterThan(BALANCER_S);
    }
    for (let i = 0; i < 50; i++) {
      const path = `/v1/decide?programme=welcome&user=u${i}`;
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { 'x-api-key': ADMIN } });
      expect([answer.status, await answer.json()]).toMatchObject([200, { decision_recorded: true }]);
    }
    // whoever has not said after 15 s what they want is looked for every few seconds
    await expect.poll(() => closed, { timeout: 60_000, interval: 500 }).toBe(SLOW);
    expect(lost).toBe(0);
    const again = said(idle[0]!);
    idle[0]!.write(REQUEST);
    expect(await again).toContain('HTTP/1.1 200');
  },
);
