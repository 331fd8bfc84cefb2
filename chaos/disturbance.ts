/**
 * What was broken on purpose: a copy was killed, held (SIGSTOP) or told to stop, or something under or before all of them was: the store or
 * the network to it, the disk, Redis or the network to it, a clock; or there was too much to do.
 */
export type Broken = 'killed' | 'held' | 'stopping' | 'store' | 'disk' | 'redis' | 'clock' | 'load';

export interface Disturbance {
  of: Broken;
  /** Address of the copy it happened to; absent: to all of them. */
  copy?: string;
  /** ms since 1970; of a copy that was killed or told to stop until it was ready again. */
  from: number;
  to: number;
}

/** Whether something lasted into a stretch of time, ms since 1970. */
export const during = ({ from, to }: Disturbance, [first, last]: readonly [number, number]): boolean =>
  from <= last && to >= first;
