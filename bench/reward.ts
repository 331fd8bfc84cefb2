import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { assemble } from '../runtime/assemble.ts';
import { openThreadRoom } from '../runtime/engine/thread/thread-room.ts';
import { makeLogger } from '../runtime/logging.ts';

/*
 * From a reward to the next decision that goes by it, over HTTP on SQLite: the time from posting a click to the first answer that
 * names a model in which it is counted.
 */

const ROUNDS = 300;
const SETTLED_MS = 300;
const ORDER = 'Order Completed';

const folder = mkdtempSync(join(tmpdir(), 'pickwell-reward-'));
const settings = { host: '127.0.0.1', port: 0, data: folder, log: 'silent' as const, integrations: {} };
const server = await assemble({
  settings,
  room: (observer) => openThreadRoom({ store: { kind: 'sqlite', folder }, settings }, observer),
  logger: makeLogger('silent'),
  version: 'bench',
});
const base = await server.listen();
const keyOf = (scope: string): string => server.freshKeys.find((own) => own.scope === scope)?.key ?? '';

async function call<T>(scope: string, path: string, body?: object): Promise<T> {
  const headers = { 'x-api-key': keyOf(scope), 'content-type': 'application/json' };
  const response = await fetch(`${base}${path}`, {
    headers,
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

interface Asked {
  action: string;
  trace: { modelVersion: number };
}
const ask = (query: string): Promise<Asked> => call('admin', `/v1/decide?programme=welcome&trace=1&${query}`);
interface Report {
  modelVersion: number;
  options: { signals: Record<string, { count: number }> }[];
}
const report = (): Promise<Report> => call('read', '/v1/programmes/welcome/report');
const counted = ({ options }: Report): number =>
  options.reduce((sum, { signals }) => sum + (signals[ORDER]?.count ?? 0), 0);

const waits: number[] = [];
for (let i = 0; waits.length < ROUNDS; i++) {
  const { action } = await ask(`user=u${i}&send=s`);
  if (action !== 'send') continue;
  await pause(SETTLED_MS);
  const before = counted(await report());
  const start = performance.now();
  const order = { type: 'signal', id: `o${i}`, time: Date.now(), person: { userId: `u${i}` }, name: ORDER };
  await call('ingest', '/v1/events', { events: [order] });
  let model = await report();
  while (counted(model) === before) model = await report();
  // asked for without recording anything
  while ((await ask('user=nobody&preview=1')).trace.modelVersion < model.modelVersion);
  waits.push(performance.now() - start);
}
await server.stop();
rmSync(folder, { recursive: true, force: true });
waits.sort((a, b) => a - b);
const at = (p: number): string =>
  `${waits[Math.min(waits.length - 1, Math.floor(p * waits.length))]!.toFixed(0)} ms`;
process.stdout.write(
  `reward to next decision: p50 ${at(0.5)}, p99 ${at(0.99)}, longest ${at(1)} of ${ROUNDS}\n`,
);
