import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { assemble } from '../../runtime/assemble.ts';
import type { OpenRoom } from '../../runtime/engine/room.ts';
import { openThreadRoom } from '../../runtime/engine/thread/thread-room.ts';
import { makeLogger } from '../../runtime/logging.ts';
import type { StoreChoice } from '../../runtime/store/open-store.ts';

/** What a child is told to be. The key has every scope. */
export type Role =
  { kind: 'bare'; answer: string } | { kind: 'copy'; store: StoreChoice; folder: string; key: string };

/** What a child says of itself: CPU time of all threads so far, in microseconds, and resident memory, in bytes. */
export interface Usage {
  cpuUs: number;
  rss: number;
}

function bare(answer: string): Promise<number> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(answer),
    });
    response.end(answer);
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

async function copy({ store, folder, key }: Role & { kind: 'copy' }): Promise<number> {
  const settings = {
    ...{ host: '127.0.0.1', port: 0, data: folder, adminKey: key },
    ...{ log: 'silent' as const, integrations: {} },
  };
  const room: OpenRoom = (observer) => openThreadRoom({ store, settings }, observer);
  const pickwell = await assemble({ settings, room, logger: makeLogger('silent'), version: 'bench' });
  return Number(new URL(await pickwell.listen()).port);
}

const role = JSON.parse(process.argv[2]!) as Role;
process.on('SIGTERM', () => process.exit(0));
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuUs: user + system, rss: process.memoryUsage.rss() } satisfies Usage);
});
process.send?.(await (role.kind === 'bare' ? bare(role.answer) : copy(role)));
