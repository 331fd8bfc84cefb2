import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { rngFromNumber } from '../../core/maths/xoshiro.ts';
import { Lane } from './lane.ts';
import type { Open, Tail } from './generators.ts';
import { mixed } from './requests.ts';

/*
 * The open loop, in a process of its own: requests arrive at random (Poisson), however fast they are answered, and the time of
 * each is counted from its arrival. Waiting for a connection is waiting, so a server that stalls cannot make the load stop.
 */

/** Answers outstanding at the end are waited for this long, in ms. */
const GRACE_MS = 10_000;

async function run({ ports, key, rate, seconds, round, connections, seed }: Open): Promise<Tail> {
  const rng = rngFromNumber(seed);
  // arrival times of what has to wait; the first `sent` were sent. Taking from the front of a long array would stall us.
  const arrivals: number[] = [];
  let sent = 0;
  const times: number[] = [];
  let [failed, late] = [0, 0];
  const done = (arrived: number, ok: boolean): void => {
    times.push(performance.now() - arrived);
    if (!ok) failed++;
  };
  const lanes = Array.from({ length: connections }, (_, i) => new Lane(ports[i % ports.length]!, key, done));
  const serve = (): void => {
    for (const lane of lanes) {
      if (sent === arrivals.length) return;
      if (lane.busy) continue;
      const arrived = arrivals[sent++]!;
      lane.ask(mixed(round, sent), arrived);
    }
  };
  for (const lane of lanes) lane.onFree = serve;
  const start = performance.now();
  for (let next = start; next < start + 1_000 * seconds;) {
    for (const now = performance.now(); next <= now; next += (-Math.log(1 - rng.uniform()) / rate) * 1_000) {
      arrivals.push(next);
      late = Math.max(late, now - next);
    }
    serve();
    await sleep(1);
  }
  const n = arrivals.length;
  const until = performance.now() + GRACE_MS;
  while (times.length < n && performance.now() < until) await sleep(5);
  for (const lane of lanes) lane.close();
  times.sort((a, b) => a - b);
  const at = (share: number): number =>
    times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? 0;
  const tail = { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1) };
  return { ...tail, asked: n, rps: n / seconds, failed: failed + (n - times.length), lateMs: late };
}

process.send?.(await run(JSON.parse(process.argv[2]!) as Open));
process.disconnect();
