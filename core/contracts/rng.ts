/** Chance, handed in: a seeded stream of numbers. */
export interface Rng {
  /** Uniform in [0, 1), 53 bits. */
  uniform(): number;
}

/** The same for standard normal numbers. */
export interface NormalRng {
  normal(): number;
}
