import { setTimeout as sleep } from 'node:timers/promises';
import type { Served } from './children.ts';
import { CONNECTIONS, openLoop } from './generators.ts';
import type { Tail } from './generators.ts';
import { KEY } from './rig.ts';

export interface Soak extends Tail {
  minutes: number;
  /** Resident memory in MB at the start of what is judged, at its end, and by how much a minute it grew (least squares). */
  rss: { first: number; last: number; slope: number };
  /** Every look, warm-up included: minute and MB. */
  points: [minute: number, mb: number][];
}

const EVERY_MS = 5_000;
/** Compiling, filling of caches and of the first model come first: the start of the run is not judged. */
const WARM_UP = 0.2;

/** Slope of the least-squares line through some points. */
export function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (of: (point: readonly [number, number]) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x0, y0] = [mean(([x]) => x), mean(([, y]) => y)];
  const spread = points.reduce((sum, [x]) => sum + (x - x0) ** 2, 0);
  return points.reduce((sum, [x, y]) => sum + (x - x0) * (y - y0), 0) / spread;
}

/** One copy under a steady open load, its memory looked at every 5 s. */
export async function soak(copy: Served, rate: number, minutes: number): Promise<Soak> {
  const points: [minute: number, mb: number][] = [];
  let running = true;
  const start = performance.now();
  const watching = (async (): Promise<void> => {
    while (running) {
      points.push([(performance.now() - start) / 60_000, (await copy.usage()).rss / 1e6]);
      await sleep(EVERY_MS);
    }
  })();
  const load = { ports: [copy.port], key: KEY, seconds: minutes * 60, round: 'soak' };
  const tail = await openLoop({ ...load, rate, connections: CONNECTIONS, seed: 3 });
  running = false;
  await watching;
  const judged = points.filter(([minute]) => minute > WARM_UP * minutes);
  const [first, last] = [judged[0]![1], judged.at(-1)![1]];
  return { ...tail, minutes, points, rss: { first, last, slope: slopeOf(judged) } };
}
