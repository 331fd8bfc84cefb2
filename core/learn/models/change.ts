import { softplus } from './evidence.ts';

/** Shifts of the log-odds that are looked for, in both directions. */
const SHIFTS = [-1, -0.5, -0.25, 0.25, 0.5, 1];
/** Log-likelihood ratio that is believed: by Ville's inequality, e^-14 of false alarms from each beginning. */
const ALARM = 14;
/** Rows before which beliefs about the best of several options are still too optimistic to be held against the world. */
const WARM_UP = 1_000;

/**
 * Watches whether outcomes still are what was predicted before they were known: for each of a few shifts of the
 * log-odds the cumulated log-likelihood ratio against the prediction, begun anew whenever it falls below 0 (Page,
 * "Continuous Inspection Schemes", 1954).
 */
export class ChangeDetector {
  readonly #sums = new Float64Array(SHIFTS.length);
  readonly #since = new Int32Array(SHIFTS.length);
  #seen = 0;

  /** Largest log-likelihood ratio in favour of a change now. */
  get level(): number {
    return Math.max(...this.#sums);
  }

  /**
   * Takes in one outcome in [0, 1] that was predicted at `logOdds`. Returns 0, or after how many of the last outcomes,
   * this one included, something seems to have changed.
   */
  observe(logOdds: number, reward: number): number {
    if (this.#seen++ < WARM_UP) return 0;
    let first = 0;
    for (let i = 0; i < SHIFTS.length; i++) {
      const shift = SHIFTS[i]!;
      const gain = reward * shift - softplus(logOdds + shift) + softplus(logOdds);
      const sum = this.#sums[i]! + gain;
      this.#sums[i] = Math.max(0, sum);
      this.#since[i] = sum > 0 ? this.#since[i]! + 1 : 0;
      if (sum > ALARM) first = Math.max(first, this.#since[i]!);
    }
    if (first > 0) this.reset();
    return first;
  }

  reset(): void {
    this.#sums.fill(0);
    this.#since.fill(0);
    this.#seen = 0;
  }

  save(): number[] {
    return [this.#seen, ...this.#sums, ...this.#since];
  }

  load([seen, ...rest]: readonly number[]): void {
    this.#seen = seen!;
    this.#sums.set(rest.slice(0, SHIFTS.length));
    this.#since.set(rest.slice(SHIFTS.length));
  }
}
