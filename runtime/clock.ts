import type { Clock } from '../core/contracts/clock.ts';

/** The clocks of this machine. `performance.now()` would count from the start of each thread. */
export const machineClock: Clock = {
  now: () => Date.now(),
  elapsed: () => Number(process.hrtime.bigint()) / 1e6,
};
