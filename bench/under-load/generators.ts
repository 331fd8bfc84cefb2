import { execFile, fork } from 'node:child_process';
import { promisify } from 'node:util';
import autocannon from 'autocannon';
import { hasWrk } from '../load.ts';
import { said, stopped } from './children.ts';
import { mixed } from './requests.ts';

/** Where to, for how long. `round` makes the people of one run different from those of every other. */
export interface Load {
  ports: readonly number[];
  key: string;
  seconds: number;
  round: string;
}

export interface Open extends Load {
  /** Requests a second. */
  rate: number;
  connections: number;
  seed: number;
}

/** Times from arrival to answer, in ms. */
export interface Tail {
  p50: number;
  p99: number;
  p999: number;
  max: number;
  asked: number;
  /** Requests a second that arrived. */
  rps: number;
  failed: number;
  /** By how much the generator itself was late at worst, in ms: part of the times above. */
  lateMs: number;
}

export const CONNECTIONS = 64;

/** As fast as 64 connections go, spread evenly over the copies; answers a second and failures. */
export async function closedLoop(load: Load): Promise<{ rps: number; failed: number }> {
  const each = load.ports.map((port, i) => {
    const own = { ...load, ports: [port], round: `${load.round}c${i}` };
    const connections = Math.ceil(CONNECTIONS / load.ports.length);
    return hasWrk ? withWrk(own, connections) : withAutocannon(own, connections);
  });
  const all = await Promise.all(each);
  return {
    rps: all.reduce((sum, { rps }) => sum + rps, 0),
    failed: all.reduce((sum, { failed }) => sum + failed, 0),
  };
}

const SCRIPT = new URL('mixed.lua', import.meta.url).pathname;

async function withWrk(
  { ports, key, seconds, round }: Load,
  connections: number,
): Promise<{ rps: number; failed: number }> {
  const url = `http://127.0.0.1:${ports[0]}`;
  const options = ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', SCRIPT, url];
  const env = { ...process.env, BENCH_KEY: key, BENCH_ROUND: round };
  const { stdout } = await promisify(execFile)('wrk', options, { env });
  const number = (pattern: RegExp): number => Number(pattern.exec(stdout)?.[1] ?? 0);
  const failed = number(/Non-2xx or 3xx responses: (\d+)/) + number(/timeout (\d+)/);
  return { rps: number(/Requests\/sec:\s+([\d.]+)/), failed };
}

async function withAutocannon(
  { ports, key, seconds, round }: Load,
  connections: number,
): Promise<{ rps: number; failed: number }> {
  let n = 0;
  const headers = { 'x-api-key': key, 'content-type': 'application/json' };
  const setupRequest = (request: autocannon.Request): autocannon.Request => {
    return { ...request, headers, ...mixed(round, ++n) };
  };
  const url = `http://127.0.0.1:${ports[0]}`;
  const result = await autocannon({ url, connections, duration: seconds, requests: [{ setupRequest }] });
  return { rps: result.requests.average, failed: result.non2xx + result.errors + result.timeouts };
}

/** Requests at a fixed mean rate from another process, however fast they are answered. */
export async function openLoop(open: Open): Promise<Tail> {
  const child = fork(new URL('arrivals.ts', import.meta.url), [JSON.stringify(open)]);
  try {
    return await said<Tail>(child);
  } finally {
    await stopped(child);
  }
}
