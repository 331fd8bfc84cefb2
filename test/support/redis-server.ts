import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { Redis } from 'ioredis';
import { freePort } from './process.ts';

/** A Redis of a test's own that may be killed and emptied. */
export interface RedisServer {
  port: number;
  url: string;
  /** kill -9; without effect while it is down. */
  kill(): Promise<void>;
  /** Starts it again on the same port, empty. */
  restart(): Promise<void>;
  flush(): Promise<void>;
  stop(): Promise<void>;
}

const BINARY = 'redis-server';

/** Whether a Redis can be had here: a binary, or a server at `REDIS_URL` (127.0.0.1:6379 unless set). */
async function available(): Promise<{ binary: boolean; server: boolean }> {
  const binary = spawnSync(BINARY, ['--version']).status === 0;
  const client = new Redis(serverUrl(), {
    connectTimeout: 1000,
    commandTimeout: 1000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  client.on('error', () => undefined);
  const server = await client.ping().then(
    () => true,
    () => false,
  );
  client.disconnect();
  return { binary, server };
}

const found = await available();
/** Set where a missing service is a fault of the machine, not a reason to test less. */
const required = process.env.PICKWELL_REQUIRE_SERVICES === '1';

/** The server that tests share: never to be flushed or stopped. */
export function serverUrl(): string {
  return process.env.REDIS_URL ?? 'redis://127.0.0.1:6379';
}

/** True where a test that needs this has to be skipped; says so aloud. Never where services are required. */
export function lacks(what: 'binary' | 'server'): boolean {
  if (found[what] || required) return false;
  const name = what === 'binary' ? `the program ${BINARY}` : `a Redis at ${serverUrl()}`;
  console.warn(`SKIPPED for want of ${name}: limits across copies are not tested here`);
  return true;
}

export async function redisServer(): Promise<RedisServer> {
  const port = await freePort();
  let child: ChildProcess | undefined;
  const url = `redis://127.0.0.1:${port}`;
  const restart = async (): Promise<void> => {
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    child = spawn(BINARY, args, { stdio: 'ignore' });
    child.on('error', () => undefined);
    await withClient(url, (client) => client.ping());
  };
  const kill = async (): Promise<void> => {
    const dying = child;
    child = undefined;
    if (!dying || dying.exitCode !== null) return;
    const gone = new Promise((resolve) => dying.once('exit', resolve));
    dying.kill('SIGKILL');
    await gone;
  };
  await restart();
  return {
    port,
    url,
    kill,
    restart,
    flush: () => withClient(url, (client) => client.flushall()),
    stop: kill,
  };
}

async function withClient(url: string, work: (client: Redis) => Promise<unknown>): Promise<void> {
  const client = new Redis(url, { maxRetriesPerRequest: 100, retryStrategy: () => 50, connectTimeout: 1000 });
  client.on('error', () => undefined);
  try {
    await work(client);
  } finally {
    client.disconnect();
  }
}
