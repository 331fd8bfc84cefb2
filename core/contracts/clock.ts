/** Time, handed in. */
export interface Clock {
  /** ms since 1970, UTC. Somebody may set it: what it shows tells when something was, not how long it took. */
  readonly now: () => number;
  /** Time that passes, in ms since any moment; alike on all threads: tells how long something lasts. */
  readonly elapsed: () => number;
}
