import type { Cohort, DelayCurve } from '../../core/learn/models/delay.ts';
import { binOf, delayShares, ratioBins, trialsOf } from '../../core/learn/models/delay.ts';
import { HOUR_MS } from '../../core/domain/programme.ts';
import { bestBetaProbabilities } from '../../core/maths/best-beta.ts';
import { rngFromNumber } from '../../core/maths/xoshiro.ts';
import { drawFrom } from './players.ts';
import { Served } from './served.ts';
import { lateOrders, ORDERS } from './worlds/late-orders.ts';

const START = Date.parse('2026-01-05T09:00:00Z');
const BINS = ratioBins(1, ORDERS.window, 24);

/** How what has not arrived is counted. */
export type Handling =
  'oracle' | 'closed windows' | 'zero until it arrives' | 'cut at 24 h' | 'F(age) / F(window)';

/** Sends of one option between two folds. */
interface Batch {
  at: number;
  sends: number;
  arrivals: Float64Array;
}

interface Order {
  option: number;
  batch: Batch;
  bin: number;
  arrives: number;
}

interface Counts {
  successes: number;
  failures: number;
}

const cohortOf = ({ at, sends, arrivals }: Batch, now: number): Cohort => ({
  sends: [{ count: sends, youngest: now - at, oldest: now - at }],
  arrivals,
});

/**
 * Successes and failures of one option now: what arrived, and every send that did not as a failure of weight
 * F(age) / F(window), since 1 - rate x F is close to (1 - rate)^F at small rates (Chapelle 2014; Vernade, Cappé,
 * Perchet 2017). Old enough sends are whole failures; nothing waits for windows to close.
 */
function countNow(cohorts: readonly Cohort[], curve: DelayCurve): Counts {
  let [successes, failures] = [0, 0];
  for (const { sends, arrivals } of cohorts) {
    const arrived = Array.from(arrivals).reduce((sum, n) => sum + n, 0);
    successes += arrived;
    failures += trialsOf(sends, arrived, curve) - arrived;
  }
  return { successes, failures };
}

/** Counts of every option at one time under one way of handling what is late. */
function counted(batches: readonly Batch[][], handling: Handling, now: number): Counts[] {
  const { window } = ORDERS;
  if (handling === 'F(age) / F(window)') {
    const cohorts = batches.map((own) => own.map((batch) => cohortOf(batch, now)));
    const { options: curves } = delayShares(cohorts, BINS);
    return cohorts.map((own, a) => countNow(own, curves[a]!));
  }
  return batches.map((own) => {
    const settled = handling === 'closed windows' ? own.filter(({ at }) => now - at >= window) : own;
    const bins = handling === 'cut at 24 h' ? BINS.filter((end) => end <= 24).length : BINS.length;
    const successes = settled.reduce(
      (sum, c) => sum + c.arrivals.slice(0, bins).reduce((total, n) => total + n, 0),
      0,
    );
    return { successes, failures: settled.reduce((sum, c) => sum + c.sends, 0) - successes };
  });
}

/** Plays E6 with Beta Thompson sampling from Beta(1, 30); regret in orders inside their window. */
export function playLateOrders(seed: number, handling: Handling): number {
  const { options, sends, hours, refresh, rates, delays, window } = ORDERS;
  const { luck, lateness, chances } = lateOrders(seed);
  const rng = rngFromNumber(9000 + seed);
  const batches: Batch[][] = Array.from({ length: options }, () => []);
  let waiting: Order[] = [];
  let p: Float64Array = new Float64Array(options).fill(1 / options);
  let regret = 0;
  let next = 0;
  for (let t = 0; t < sends; t++) {
    const now = (t * hours) / sends;
    if (now >= next) {
      for (const { batch, bin } of waiting.filter((order) => order.arrives <= now)) batch.arrivals[bin]!++;
      waiting = waiting.filter((order) => order.arrives > now);
      p = bestBetaProbabilities(
        counted(batches, handling, now).map(({ successes, failures }) => ({
          alpha: 1 + successes,
          beta: 30 + failures,
        })),
      );
      for (const own of batches)
        own.push({ at: next + refresh / 2, sends: 0, arrivals: new Float64Array(24) });
      next += refresh;
    }
    const option = drawFrom(p, rng);
    regret += Math.max(...chances) - chances[option]!;
    const batch = batches[option]!.at(-1)!;
    batch.sends++;
    const delay = lateness[t]! * delays[option]!;
    if (luck[t]! >= rates[option]! || delay > window) continue;
    const arrives = handling === 'oracle' ? now : now + delay;
    waiting.push({ option, batch, bin: binOf(BINS, delay), arrives });
  }
  return regret;
}

/** Plays E6 with `auto` as a programme has it, folded as often. */
export function playServedOrders(seed: number): number {
  const { options, sends, hours, refresh, rates, delays, window } = ORDERS;
  const { luck, lateness, chances } = lateOrders(seed);
  const rng = rngFromNumber(9000 + seed);
  const served = new Served({ options, policy: { kind: 'auto' }, windowHours: window });
  const requestAt = (at: number) => ({ context: {}, at: START + at * HOUR_MS });
  let waiting: { at: number; option: number; delay: number }[] = [];
  let [regret, fold] = [0, 0];
  for (let t = 0; t < sends; t++) {
    const now = (t * hours) / sends;
    if (now >= fold + refresh) {
      fold += refresh;
      for (const { at, option, delay } of waiting) {
        if (at + delay <= fold) served.answered(requestAt(at), option, delay * HOUR_MS);
      }
      waiting = waiting.filter(({ at, delay }) => at + delay > fold);
      served.fold();
    }
    const option = served.choose(requestAt(fold), rng);
    served.decided(requestAt(now), option);
    regret += Math.max(...chances) - chances[option]!;
    const delay = lateness[t]! * delays[option]!;
    if (luck[t]! < rates[option]! && delay <= window) waiting.push({ at: now, option, delay });
  }
  return regret;
}
