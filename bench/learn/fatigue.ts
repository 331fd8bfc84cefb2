import type { PolicyChoice } from '../../core/domain/programme.ts';
import { DAY_MS } from '../../core/domain/programme.ts';
import { freshness, sinceKey } from '../../core/learn/features/freshness.ts';
import { rngFromNumber } from '../../core/maths/xoshiro.ts';
import { largest } from './players.ts';
import type { Request } from './served.ts';
import { Served } from './served.ts';

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

const START = Date.parse('2026-01-05T09:00:00Z');

interface Asked {
  day: number;
  /** How long ago this person had each option, in days. */
  since: readonly (number | undefined)[];
  /** The chance that each option is answered. */
  truth: Float64Array;
}

interface Player {
  choose(asked: Asked): number;
  learn(asked: Asked, option: number, reward: number): void;
  /** Called when a day is over. */
  fold(): void;
}

export type FatiguePolicy = 'all-knowing' | keyof typeof POLICIES;

const POLICIES = {
  'plain Thompson': { kind: 'linear-thompson' },
  'recovering Thompson': { kind: 'linear-thompson', recovering: true },
  'auto, recovering': { kind: 'auto', recovering: true },
} as const satisfies Record<string, PolicyChoice>;

/** Reward expected over the whole of one world. */
function playWorld(seed: number, player: Player): number {
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
      const truth = rates.map((rate, a) => {
        const hours = since[a] === undefined ? undefined : 24 * since[a];
        return 1 / (1 + Math.exp(fatigue * freshness(hours, halfLife) - rate));
      });
      const luck = rng.uniform();
      const asked = { day, since, truth };
      const option = player.choose(asked);
      expected += truth[option]!;
      player.learn(asked, option, luck < truth[option]! ? 1 : 0);
      last[person * options + option] = day;
    }
    player.fold();
  }
  return expected;
}

/** A programme as it is served, folded once a day. */
function serving(policy: PolicyChoice, seed: number): Player {
  const served = new Served({ options: WORLD.options, policy, windowHours: 24 });
  const rng = rngFromNumber(9000 + seed);
  const requestOf = ({ day, since }: Asked): Request => {
    const known = since.flatMap((days, a) =>
      days === undefined ? [] : [[sinceKey(served.options[a]!), 24 * days] as const],
    );
    return { context: Object.fromEntries(known), at: START + day * DAY_MS };
  };
  return {
    choose: (asked) => served.choose(requestOf(asked), rng),
    learn: (asked, option, reward) => {
      served.decided(requestOf(asked), option);
      if (reward > 0) served.answered(requestOf(asked), option, 0);
    },
    fold: () => served.fold(),
  };
}

const ALL_KNOWING: Player = {
  choose: ({ truth }) => largest(truth),
  learn: () => undefined,
  fold: () => undefined,
};

export const playFatigue = (seed: number, policy: FatiguePolicy): number =>
  playWorld(seed, policy === 'all-knowing' ? ALL_KNOWING : serving(POLICIES[policy], seed));
