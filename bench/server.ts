import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { assemble } from '../runtime/assemble.ts';
import type { OpenRoom } from '../runtime/engine/room.ts';
import { openThreadRoom } from '../runtime/engine/thread/thread-room.ts';
import { makeLogger } from '../runtime/logging.ts';
import type { StoreChoice } from '../runtime/store/open-store.ts';

/**
 * What is measured: bare `node:http` answering fixed bytes, bare `node:http` that reads the query and serialises the same
 * answer for every request, or Pickwell on one of its stores.
 */
export type Kind = 'bare' | 'bare-json' | 'memory' | 'sqlite';

/** Told to the parent once the server listens. */
export interface Ready {
  port: number;
  /** A decide key; empty for the bare servers. */
  key: string;
}

const [kind, folder, body] = process.argv.slice(2) as [Kind, string, string];

function bare(): Promise<Ready> {
  const answer = JSON.parse(body) as object;
  const server = createServer((request, response) => {
    const user =
      kind === 'bare' ? undefined : new URL(request.url ?? '', 'http://x').searchParams.get('user');
    const text =
      user === undefined ? body : JSON.stringify({ ...answer, programme: user === '' ? '' : 'welcome' });
    response.writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(text),
    });
    response.end(text);
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve({ port: (server.address() as AddressInfo).port, key: '' }));
  });
}

async function pickwell(): Promise<Ready> {
  const store: StoreChoice = kind === 'memory' ? { kind } : { kind: 'sqlite', folder };
  const settings = { host: '127.0.0.1', port: 0, data: folder, log: 'silent' as const, integrations: {} };
  const room: OpenRoom = (observer) => openThreadRoom({ store, settings }, observer);
  const server = await assemble({ settings, room, logger: makeLogger('silent'), version: 'bench' });
  const base = await server.listen();
  const key = server.freshKeys.find(({ scope }) => scope === 'decide')?.key ?? '';
  return { port: Number(new URL(base).port), key };
}

process.on('SIGTERM', () => process.exit(0));
// asked before and after a run: CPU time of all threads, in microseconds
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.(user + system);
});
process.send?.(await (kind.startsWith('bare') ? bare() : pickwell()));
