import { timeText } from '../core/decide/decision-id.ts';
import { base32 } from '../core/maths/murmur3.ts';

/** Ids made from one helping of random bytes. */
const HELPING = 256;
const WORDS = 3;

/**
 * Opaque ids of persons: 48 bits of time, so that what is new together lies together, then 80 random bits. `random`
 * fills what it is given with random bytes.
 */
export function personIds(now: () => number, random: (bytes: Uint32Array) => void): () => string {
  const pool = new Uint32Array(HELPING * WORDS);
  let next = pool.length;
  return () => {
    if (next === pool.length) {
      random(pool);
      next = 0;
    }
    next += WORDS;
    return `per_${timeText(now())}${base32(pool.subarray(next - WORDS, next), 16)}`;
  };
}
