import type { Past } from '../../core/learn/past.ts';
import { pairKey } from '../../core/learn/worths.ts';
import { rngFromNumber } from '../../core/maths/xoshiro.ts';
import { play } from './play.ts';
import { served } from './served-player.ts';
import { fixedRates } from './worlds/fixed-rates.ts';
import { shuffle } from './worlds/world.ts';

/** What another programme found of options of the same names. */
export type Elsewhere = 'right' | 'at half the rate' | 'drifted' | 'shuffled' | 'reversed';

/** Trials of each option there, and how far an option drifts between programmes, in log-odds. */
const TRIALS = 2_000;
const DRIFT = 0.2;

function ratesElsewhere(rates: Float64Array, elsewhere: Elsewhere, seed: number): Float64Array {
  const rng = rngFromNumber(14_000 + seed);
  switch (elsewhere) {
    case 'right':
      return rates;
    case 'at half the rate':
      return rates.map((p) => p / 2);
    case 'drifted':
      return rates.map((p) => p * Math.exp(DRIFT * rng.normal()));
    case 'shuffled': {
      const other = rates.slice();
      shuffle(rng, other);
      return other;
    }
    case 'reversed':
      return rates.map((p) => 0.06 - p);
  }
}

/** Regret of `auto` in E1 that begins with what another programme found. */
export function playPast(seed: number, elsewhere: Elsewhere): number {
  const world = fixedRates(seed);
  const rates = ratesElsewhere(world.chances.slice(0, world.options), elsewhere, seed);
  const rng = rngFromNumber(15_000 + seed);
  const options: Past['options'] = {};
  for (const [a, rate] of rates.entries()) {
    let answers = 0;
    for (let i = 0; i < TRIALS; i++) if (rng.uniform() < rate) answers++;
    const total = {
      information: [TRIALS],
      responses: { answer: [answers] },
      squares: { [pairKey('answer', 'answer')]: answers },
    };
    options[`o${a}`] = { by: 'id', spread: 0, total };
  }
  return play(world, served(world, { sources: [], at: 0, options }), seed).regret;
}
