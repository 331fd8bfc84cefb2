import type { Rng } from '../contracts/rng.ts';
import { murmur3 } from './murmur3.ts';

/**
 * xoshiro128** (Blackman, Vigna, "Scrambled linear pseudorandom number generators", 2021), seeded by splitmix32.
 */
export class Xoshiro implements Rng {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(words: ArrayLike<number>) {
    this.#a = words[0]! | 0;
    this.#b = words[1]! | 0;
    this.#c = words[2]! | 0;
    this.#d = words[3]! | 0;
    if ((this.#a | this.#b | this.#c | this.#d) === 0) this.#a = 1;
  }

  /** Unsigned, 32 bits. */
  next32(): number {
    const result = Math.imul(rotl(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const t = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= t;
    this.#d = rotl(this.#d, 11);
    return result;
  }

  uniform(): number {
    const high = this.next32() >>> 5;
    return (high * 2 ** 26 + (this.next32() >>> 6)) / 2 ** 53;
  }

  /** Standard normal (Box, Muller 1958). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }
}

const rotl = (x: number, r: number): number => (x << r) | (x >>> (32 - r));

/** A stream from a whole number. */
export function rngFromNumber(seed: number): Xoshiro {
  let state = seed | 0;
  const split = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  return new Xoshiro([split(), split(), split(), split()]);
}

/** A stream of its own for every purpose: one text, one stream. */
export function rngFromText(text: string): Xoshiro {
  return new Xoshiro(murmur3(text));
}
