import { freshness, RecoveringModel } from '../../core/learn/models/recovering.ts';
import { bestNormalProbabilities } from '../../core/maths/best-normal.ts';
import type { Xoshiro } from '../../core/maths/xoshiro.ts';
import { rngFromNumber } from '../../core/maths/xoshiro.ts';
import { EXPLORATION, withFloor } from '../../core/policies/context-policy.ts';
import { drawFrom, largest } from './players.ts';

/** A planted world of tired people: who had an option lately is less likely to answer to it. Times in days. */
const WORLD = {
  options: 6,
  persons: 1_500,
  days: 40,
  halfLife: 7,
  fatigue: 2,
  base: -2.7,
  spread: 0.3,
} as const;
const SCALE = 0.7;

type Chooser = (days: readonly (number | undefined)[], truth: Float64Array) => number;

export type FatiguePolicy = 'all-knowing' | 'plain Thompson' | 'recovering Thompson';

/** Reward expected over the whole of one world; `choose` sees how long ago this person had each option. */
function playWorld(seed: number, choose: Chooser, learn: RecoveringModel['learn']): number {
  const { options, persons, days, halfLife, fatigue, base, spread } = WORLD;
  const rng = rngFromNumber(11_000 + seed);
  const rates = Float64Array.from({ length: options }, () => base + spread * rng.normal());
  const last = new Int32Array(persons * options).fill(-1_000);
  let expected = 0;
  for (let day = 0; day < days; day++) {
    for (let person = 0; person < persons; person++) {
      const since = Array.from({ length: options }, (_, a) => {
        const ago = day - last[person * options + a]!;
        return ago > days ? undefined : ago;
      });
      const truth = rates.map(
        (rate, a) => 1 / (1 + Math.exp(fatigue * freshness(since[a], halfLife) - rate)),
      );
      const luck = rng.uniform();
      const option = choose(since, truth);
      expected += truth[option]!;
      learn(option, since[option], luck < truth[option]! ? 1 : 0);
      last[person * options + option] = day;
    }
  }
  return expected;
}

function thompson(model: RecoveringModel, rng: Xoshiro, tired: boolean): Chooser {
  return (days) => {
    const scores = days.map((ago, a) => model.score(a, tired ? ago : undefined));
    const means = Float64Array.from(scores, ({ mean }) => mean);
    const sds = Float64Array.from(scores, ({ sd }) => SCALE * sd);
    const wins = bestNormalProbabilities(means, sds, new Float64Array(means.length));
    return drawFrom(withFloor(wins, EXPLORATION), rng);
  };
}

export function playFatigue(seed: number, policy: FatiguePolicy): number {
  if (policy === 'all-knowing')
    return playWorld(
      seed,
      (_days, truth) => largest(truth),
      () => undefined,
    );
  const tired = policy === 'recovering Thompson';
  const model = new RecoveringModel(WORLD.options);
  const choose = thompson(model, rngFromNumber(9000 + seed), tired);
  return playWorld(seed, choose, (option, days, reward) =>
    model.learn(option, tired ? days : undefined, reward),
  );
}
