import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import autocannon from 'autocannon';

export interface Load {
  port: number;
  key: string;
  seconds: number;
  /** Makes the people of one round different from those of every other. */
  round: string;
}

export interface Measured {
  /** Answers per second. */
  rps: number;
  /** Latency in ms, of open-loop runs only. */
  p50?: number;
  p99?: number;
  /** Answers that were not 2xx, and requests that got none. */
  failed: number;
}

export const CONNECTIONS = 64;

/** `wrk` takes a tenth of the CPU of a generator written in JavaScript, which the server then has. */
export const hasWrk = spawnSync('wrk', ['--version']).error === undefined;

const path = (round: string, person: number): string =>
  `/v1/braze/decide?programme=welcome&user=${round}-${person}&send=s1&campaign=c1`;

/** As fast as 64 connections go, every request for a person not seen before. */
export function closedLoop(load: Load): Promise<Measured> {
  return hasWrk ? withWrk(load) : withAutocannon(load, undefined);
}

/** Requests at a fixed rate, however fast they are answered. */
export function openLoop(load: Load, rate: number): Promise<Measured> {
  return withAutocannon(load, rate);
}

const SCRIPT = new URL('new-people.lua', import.meta.url).pathname;

async function withWrk({ port, key, seconds, round }: Load): Promise<Measured> {
  const options = ['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, '-s', SCRIPT, `http://127.0.0.1:${port}`];
  const environment = { ...process.env, BENCH_KEY: key, BENCH_ROUND: round };
  const { stdout } = await promisify(execFile)('wrk', options, { env: environment });
  const number = (pattern: RegExp): number => Number(pattern.exec(stdout)?.[1] ?? 0);
  const failed = number(/Non-2xx or 3xx responses: (\d+)/) + number(/timeout (\d+)/);
  return { rps: number(/Requests\/sec:\s+([\d.]+)/), failed };
}

async function withAutocannon(
  { port, key, seconds, round }: Load,
  rate: number | undefined,
): Promise<Measured> {
  let person = 0;
  const result = await autocannon({
    url: `http://127.0.0.1:${port}`,
    connections: CONNECTIONS,
    duration: seconds,
    ...(rate === undefined ? {} : { overallRate: Math.round(rate) }),
    requests: [
      {
        method: 'GET',
        headers: { 'x-api-key': key },
        setupRequest: (request) => ({ ...request, path: path(round, person++) }),
      },
    ],
  });
  const { requests, latency, non2xx, errors, timeouts } = result;
  const failed = non2xx + errors + timeouts;
  return { rps: requests.average, p50: latency.p50, p99: latency.p99, failed };
}
