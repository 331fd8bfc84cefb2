import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { assemble } from '../runtime/assemble.ts';
import { makeLogger } from '../runtime/logging.ts';
import { openMemoryStore } from '../runtime/store/memory-store.ts';
import { openSqliteStore } from '../runtime/store/sqlite/sqlite-store.ts';

/** What is measured: bare `node:http` answering a fixed body, or Pickwell on one of its stores. */
export type Kind = 'bare' | 'memory' | 'sqlite';

/** Told to the parent once the server listens. */
export interface Ready {
  port: number;
  /** A decide key; empty for the bare server. */
  key: string;
}

const [kind, folder, body] = process.argv.slice(2) as [Kind, string, string];

function bare(): Promise<Ready> {
  const server = createServer((_, response) => {
    response.writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve({ port: (server.address() as AddressInfo).port, key: '' }));
  });
}

async function pickwell(): Promise<Ready> {
  const store = kind === 'memory' ? openMemoryStore() : await openSqliteStore(folder);
  const settings = { host: '127.0.0.1', port: 0, data: folder, log: 'silent' as const, integrations: {} };
  const server = await assemble({ settings, store, logger: makeLogger('silent'), version: 'bench' });
  const base = await server.listen();
  const key = server.freshKeys.find(({ scope }) => scope === 'decide')?.key ?? '';
  return { port: Number(new URL(base).port), key };
}

process.send?.(await (kind === 'bare' ? bare() : pickwell()));
process.on('SIGTERM', () => process.exit(0));
