import Bottleneck from 'bottleneck';
import { Redis } from 'ioredis';

/** Longest wait for one answer, and for a connection, in ms. */
const ANSWER_MS = 1_000;
const CONNECT_MS = 1_000;

const RECONNECT_MS = 250;

/** The two connections to Redis that all limiters of this process share. */
export interface RedisConnection {
  client: Redis;
  subscriber: Redis;
  /** What a limiter is built on. */
  bottleneck: Bottleneck.IORedisConnection;
}

type Reply = (error: Error | null, replies: unknown) => void;

/** The parts of the library's connection that need mending (version 2.19.5, the last one). */
interface Inside {
  subscriber: Redis;
  limiters: Record<string, Bottleneck>;
  __scriptFn__(name: string): (...args: unknown[]) => unknown;
  __removeLimiter__(limiter: Bottleneck): void;
}

/**
 * Connects, and goes on trying to. Nothing waits for ever: a command that is not answered within a second fails, and
 * one that finds no connection fails at once.
 */
export function connectRedis(url: string): RedisConnection {
  const client = new Redis(url, {
    commandTimeout: ANSWER_MS,
    connectTimeout: CONNECT_MS,
    disconnectTimeout: RECONNECT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => RECONNECT_MS,
    enableOfflineQueue: false,
    disableClientInfo: true,
    // A start that was registered a second time would use up the limit twice.
    autoResendUnfulfilledCommands: false,
  });
  client.on('error', () => undefined);
  mendScripts(client);
  const bottleneck = new Bottleneck.IORedisConnection({ client });
  const inside = bottleneck as unknown as Inside;
  mendErrors(inside);
  mendRemoval(inside);
  return { client, subscriber: inside.subscriber, bottleneck };
}

export function isConnected({ client, subscriber }: RedisConnection): boolean {
  return client.status === 'ready' && subscriber.status === 'ready';
}

/** Drops connections that do not answer: the next ones may. */
export function renew(connection: RedisConnection): void {
  if (!isConnected(connection)) return;
  connection.client.disconnect(true);
  connection.subscriber.disconnect(true);
}

/**
 * Two changes to the library's scripts. The time is that of Redis: a copy whose clock is an hour ahead would make all
 * the others wait for an hour. And a limit that Redis has lost begins late by what may be under way already.
 */
function mendScripts(client: Redis): void {
  const define = client.defineCommand.bind(client);
  client.defineCommand = (name, definition) => {
    const lua = definition.lua
      .replace(
        'local now = tonumber(ARGV[1])',
        "local time = redis.call('time')\nlocal now = time[1] * 1000 + math.floor(time[2] / 1000)",
      )
      .replace("'nextRequest', now,", `'nextRequest', now + ${LATE},`);
    define(name, { ...definition, lua });
  };
}

/** One distance between starts for each request that may be registered and not yet started, and one to the last. */
const LATE =
  "(tonumber(redis.call('hget', settings_key, 'minTime')) or 0) * " +
  "(1 + (tonumber(redis.call('hget', settings_key, 'maxConcurrent')) or 0))";

/**
 * Redis 7 writes `ERR ` before the messages by which a script says that it lost its keys or does not know its client;
 * the library compares whole messages and would fail for ever (SGrondin/bottleneck issues 205 and 219).
 */
function mendErrors(inside: Inside): void {
  const scriptOf = inside.__scriptFn__.bind(inside);
  inside.__scriptFn__ = (name) => {
    const script = scriptOf(name);
    return (...args) => {
      const reply = args.pop() as Reply;
      const mended: Reply = (error, replies) => {
        if (error?.message.startsWith('ERR ')) error.message = error.message.slice('ERR '.length);
        reply(error, replies);
      };
      return script(...args, mended);
    };
  };
}

/** The library's own leaves a rejection unhandled when the connection is gone, and takes a successor's channel away. */
function mendRemoval(inside: Inside): void {
  inside.__removeLimiter__ = (limiter) => {
    const channels = Object.keys(inside.limiters).filter((name) => inside.limiters[name] === limiter);
    for (const channel of channels) {
      delete inside.limiters[channel];
      inside.subscriber.unsubscribe(channel).catch(() => undefined);
    }
  };
}
