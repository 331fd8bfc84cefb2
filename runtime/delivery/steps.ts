import type { Clock } from '../../core/contracts/clock.ts';

/**
 * What a clock may gain or lose between two looks before it counts as set, in ms: less than the tenth of a window of a second
 * that limits leave free.
 */
const STEP_MS = 100;

/** Notices that the clock was set, by the time that passed meanwhile. */
export class Steps {
  readonly #clock: Clock;
  /** By how much the clock is ahead of the time that passes, in ms. */
  #ahead: number;
  #lastAt = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#ahead = clock.now() - clock.elapsed();
  }

  /** When it was last noticed, in the time that passes; -Infinity when it never was. */
  look(): number {
    const before = this.#clock.elapsed();
    const now = this.#clock.now();
    const after = this.#clock.elapsed();
    // a process may be held up between two looks at clocks
    const step = Math.abs(now - after - this.#ahead) - (after - before);
    this.#ahead = now - after;
    if (step > STEP_MS) this.#lastAt = after;
    return this.#lastAt;
  }
}
