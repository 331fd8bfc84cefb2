import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { drain } from '../../../runtime/http/drain.ts';

const CALLERS = 50;

/** Calls from another thread, all at once, when it is told to; says how many were answered with 200. */
const callers = `
  const { get } = require('node:http');
  const { workerData: { gate, port, calls }, parentPort } = require('node:worker_threads');
  parentPort.postMessage('ready');
  Atomics.wait(new Int32Array(gate), 0, 0);
  const call = () => new Promise((resolve) =>
    get({ port, host: '127.0.0.1', agent: false }, (response) => resolve(response.resume().statusCode))
      .on('error', ({ code }) => resolve(code)));
  Promise.all(Array.from({ length: calls }, call)).then((ends) => parentPort.postMessage(ends));
`;

test('L7: connections that wait to be accepted when the server is about to close are answered', async () => {
  const server = createServer((_, response) => response.end('here'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const gate = new Int32Array(new SharedArrayBuffer(4));
  const { port } = server.address() as AddressInfo;
  const worker = new Worker(callers, {
    eval: true,
    workerData: { gate: gate.buffer, port, calls: CALLERS },
  });
  const said = (): Promise<unknown> => new Promise((resolve) => worker.once('message', resolve));
  expect(await said()).toBe('ready');
  const ends = said();
  const drained = drain(server);
  await sleep(100);
  // too busy to accept anybody for longer than the notice lasts
  Atomics.store(gate, 0, 1);
  Atomics.notify(gate, 0);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500);
  expect(new Set((await ends) as unknown[])).toEqual(new Set([200]));
  await drained;
  await worker.terminate();
});
