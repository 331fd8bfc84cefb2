import { performance } from 'node:perf_hooks';
import { median } from './statistics.ts';

/** How long work is done before it is timed, and how long for each figure, in microseconds. */
const WARM_UP_US = 300_000;
const MEASURED_US = 300_000;
/** One block of it: short enough that others rarely get the processor in its middle. */
const BLOCK_US = 500;
const MOST_BLOCKS = 400;
const LEAST_BLOCKS = 9;

/** What a piece of work takes, in microseconds: the median of many short blocks, and where nine of ten are above and below. */
export interface Timed {
  median: number;
  low: number;
  high: number;
  /** The median as it would be if the loop below had taken, beside it, what it usually takes. */
  normalised: number;
}

/** What the loop takes where nothing disturbs it, in microseconds: nine of ten blocks of a busy hour took more (AMD EPYC, 29 November 2026). */
const USUAL_LOOP_US = 20.3;
const LOOP = 10_000;

/** Four chains of multiplications and additions, the same work always: how fast the machine is just now. */
export function loopUs(): number {
  const start = performance.now();
  let [a, b, c, d] = [0.2, 0.3, 0.4, 0.6];
  for (let i = 0; i < LOOP; i++) {
    a = 3.7 * a * (1 - a);
    b = 3.7 * b * (1 - b);
    c = 3.7 * c * (1 - c);
    d = 3.7 * d * (1 - d);
  }
  // read, or the compiler could leave it out
  if (Number.isNaN(a + b + c + d)) throw new Error('the loop left (0, 1)');
  return (performance.now() - start) * 1_000;
}

/** Times a piece of work beside the loop; `work` is told how often it was done before. */
export function timed(work: (i: number) => void): Timed {
  let done = 0;
  const block = (times: number): number => {
    const start = performance.now();
    for (let i = 0; i < times; i++) work(done++);
    return ((performance.now() - start) / times) * 1_000;
  };
  const begin = performance.now();
  while (done < 3 || (performance.now() - begin) * 1_000 < WARM_UP_US) block(1);
  const one = median(Array.from({ length: LEAST_BLOCKS }, () => block(1)));
  const times = Math.max(1, Math.round(BLOCK_US / one));
  const blocks = Math.min(MOST_BLOCKS, Math.max(LEAST_BLOCKS, Math.round(MEASURED_US / (times * one))));
  const runs = Array.from({ length: blocks }, () => ({ us: block(times), loop: loopUs() }));
  const sorted = runs.map(({ us }) => us).sort((a, b) => a - b);
  return {
    median: median(sorted),
    low: sorted[Math.floor(0.1 * blocks)]!,
    high: sorted[Math.floor(0.9 * blocks)]!,
    normalised: (USUAL_LOOP_US * median(sorted)) / median(runs.map(({ loop }) => loop)),
  };
}

/** For people to read. */
export function shown({ normalised, median: middle, low, high }: Timed): string {
  const [usual, now, from, to] = [normalised, middle, low, high].map((us) => us.toFixed(1));
  return `${usual} us; ${now} (${from} - ${to}) as measured`;
}
