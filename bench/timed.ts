import { performance } from 'node:perf_hooks';
import { median } from './statistics.ts';

/** Runs that count; one before them warms up. */
const RUNS = 9;

/** What a piece of work takes, in microseconds: median, least and most of nine runs. */
export interface Timed {
  median: number;
  least: number;
  most: number;
  /** The median on a machine that is as fast as the one below. */
  normalised: number;
}

/**
 * What one round of the loop below takes where bare `node:http` takes 26 us of CPU a request (2 virtual cores, AMD EPYC, Node 24.21, 29
 * November 2026), in microseconds.
 */
const USUAL_LOOP_US = 100;
const LOOP = 50_000;

/** Multiplications and additions that wait for each other: the same work always, so that it tells how fast the machine is just now. */
export function loopUs(): number {
  const start = performance.now();
  let x = 0.5;
  for (let i = 0; i < LOOP; i++) x = 3.7 * x * (1 - x);
  // read, or the compiler could leave it out
  if (Number.isNaN(x)) throw new Error('the loop left (0, 1)');
  return (performance.now() - start) * 1_000;
}

/** Times a piece of work, done so many times a run, beside the loop that tells how fast the machine is. */
export function timed(times: number, work: (i: number) => void): Timed {
  const runs = Array.from({ length: RUNS + 1 }, () => {
    const before = loopUs();
    const start = performance.now();
    for (let i = 0; i < times; i++) work(i);
    const us = ((performance.now() - start) / times) * 1_000;
    return { us, relative: us / Math.min(before, loopUs()) };
  }).slice(1);
  const all = runs.map(({ us }) => us);
  return {
    median: median(all),
    least: Math.min(...all),
    most: Math.max(...all),
    normalised: USUAL_LOOP_US * median(runs.map(({ relative }) => relative)),
  };
}

/** For people to read. */
export function shown({ normalised, median: middle, least, most }: Timed): string {
  const [usual, now, from, to] = [normalised, middle, least, most].map((us) => us.toFixed(1));
  return `${usual} us; ${now} (${from} - ${to})`;
}
