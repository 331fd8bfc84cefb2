import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import type { World } from './world.ts';
import { sigmoid } from './world.ts';

const ROUNDS = 50_000;
/** Who may have an option: everybody, the loyal, the others. */
const FOR = ['all', 'all', 'all', 'all', 'loyal', 'loyal', 'others', 'others'] as const;
const LOYAL = 0.3;
/** Log-odds of an answer, what loyalty adds to them, and by how much options differ. */
const BASE = -3;
const LOYALTY = 1.2;
const SPREAD = 0.25;
/** An option that somebody may have cannot be had for other reasons either, such as a frequency cap. */
const AWAKE = 0.7;

/**
 * Sleeping options (Kleinberg, Niculescu-Mizil, Sharma, "Regret Bounds for Sleeping Experts and Bandits", 2010), who is asked deciding what
 * may be chosen as in Yancey, Settles, "A Sleeping, Recovering Bandit Algorithm for Optimizing Recurring Notifications", 2020: some options
 * are for loyal people only, who answer three times as often to anything, some for the others only. What an option earned on average says
 * more about who had it than about the option.
 */
export function sleeping(seed: number): World {
  const rng = rngFromNumber(19_000 + seed);
  const options = FOR.length;
  const effects = Float64Array.from({ length: options }, () => SPREAD * rng.normal());
  const features = 2;
  const contexts = new Float64Array(ROUNDS * features);
  const chances = new Float64Array(ROUNDS * options);
  const open = new Uint8Array(ROUNDS * options);
  const luck = new Float64Array(ROUNDS);
  for (let t = 0; t < ROUNDS; t++) {
    const loyal = rng.uniform() < LOYAL;
    contexts.set([1, Number(loyal)], t * features);
    for (const [a, who] of FOR.entries()) {
      chances[t * options + a] = sigmoid(BASE + (loyal ? LOYALTY : 0) + effects[a]!);
      const may = who === 'all' || (who === 'loyal') === loyal;
      // the first is always there, so that there is something to send
      open[t * options + a] = Number(may && (rng.uniform() < AWAKE || a === 0));
    }
    luck[t] = rng.uniform();
  }
  const fields = [{ kind: 'flag' as const, columns: [1] }];
  const size = { rounds: ROUNDS, options, features, fields };
  return { id: 'sleeping', ...size, contexts, chances, open, luck, delay: 0, refresh: 1 };
}
