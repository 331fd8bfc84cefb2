import type { PolicyKind } from '../../core/domain/programme.ts';
import type { How } from '../../core/timing/plan.ts';
import type { Labelling } from './labels.ts';
import { playLabels } from './labels.ts';
import type { FatiguePolicy } from './fatigue.ts';
import { playFatigue } from './fatigue.ts';
import type { Habits } from './hours.ts';
import { playHours } from './hours.ts';
import type { Handling } from './late-orders.ts';
import { playLateOrders, playServedOrders } from './late-orders.ts';
import type { Elsewhere } from './past.ts';
import { playPast } from './past.ts';
import type { Player } from './play.ts';
import { play } from './play.ts';
import { betaThompson, exploreThenCommit, textbookLinear, ucb1, uniform } from './players.ts';
import { served } from './served-player.ts';
import { slotted } from './slots-player.ts';
import { segmentedThompson } from './segmented.ts';
import { components } from './worlds/components.ts';
import { knownPersons, lateOutcomes, swappedPersons } from './worlds/contexts.ts';
import { fixedRates, swappedRates, uselessFeatures } from './worlds/fixed-rates.ts';
import type { Rows } from './worlds/public-data.ts';
import { classWorld, mushroomRows, shuttleRows } from './worlds/public-data.ts';
import { segments } from './worlds/segments.ts';
import { sleeping } from './worlds/sleeping.ts';
import { smallEffects } from './worlds/small-effects.ts';
import type { World } from './worlds/world.ts';

/** Plays one world once with one policy; the regret (for fatigue: the expected reward) of one seed. */
export interface Job {
  world: string;
  policy: string;
  run: (seed: number) => number;
}

type MakeWorld = (seed: number) => World;
type MakePlayer = (world: World, seed: number) => Player;

/** `auto` as a programme is served, and what it is compared with. */
const AUTO: MakePlayer = (world) => served(world);
const PLAYERS: Readonly<Record<string, MakePlayer>> = {
  auto: AUTO,
  'A/B': uniform,
  'explore, commit': exploreThenCommit,
  UCB1: ucb1,
  'Beta TS': betaThompson,
};
/** What more there is where a context is known. */
const WITH_CONTEXT: Readonly<Record<string, MakePlayer>> = { LinTS: textbookLinear };
const WITHOUT_CONTEXT = ['E1', 'E4a', 'small effects'];

const playing =
  (make: MakeWorld, player: MakePlayer) =>
  (seed: number): number => {
    const world = make(seed);
    return play(world, player(world, seed), seed).regret;
  };

/** Rows are read once a process. */
function dataWorlds(): Record<string, MakeWorld> {
  const known = new Map<string, Rows | undefined>();
  const rowsOf = (name: string, read: () => Rows | undefined): Rows | undefined => {
    if (!known.has(name)) known.set(name, read());
    return known.get(name);
  };
  const shuttle = rowsOf('shuttle', shuttleRows);
  const mushroom = rowsOf('mushroom', mushroomRows);
  const sure = { right: 1, wrong: 0 };
  return {
    ...(shuttle && {
      R2: (seed) => classWorld('R2', shuttle, seed, sure),
      R2ctr: (seed) => classWorld('R2ctr', shuttle, seed, { right: 0.1, wrong: 0.01 }),
    }),
    ...(mushroom && { R3: (seed) => classWorld('R3', mushroom, seed, sure) }),
  };
}

const PLANTED: Readonly<Record<string, MakeWorld>> = {
  E1: fixedRates,
  E2: knownPersons,
  E3: lateOutcomes,
  E4a: swappedRates,
  E4b: swappedPersons,
};
const MORE: Readonly<Record<string, MakeWorld>> = {
  'E1 + useless features': uselessFeatures,
  sleeping,
  'small effects': smallEffects,
};
const HANDLINGS: readonly Handling[] = [
  'oracle',
  'closed windows',
  'zero until it arrives',
  'cut at 24 h',
  'F(age) / F(window)',
];
const FATIGUE: readonly FatiguePolicy[] = [
  'all-knowing',
  'plain Thompson',
  'recovering Thompson',
  'auto, recovering',
];
const ELSEWHERE: readonly Elsewhere[] = ['right', 'at half the rate', 'drifted', 'shuffled', 'reversed'];
const HABITS: readonly Habits[] = ['differ', 'alike'];
const CLOCKS: Readonly<Record<string, How>> = { 'any hour': 'even', 'learned hours': 'responsive' };
const NEW_OPTIONS: Readonly<Record<string, { persons: boolean; kinds: readonly PolicyKind[] }>> = {
  'new options': { persons: false, kinds: ['auto'] },
  'new options, persons differ': { persons: true, kinds: ['auto', 'shared-linear-thompson'] },
};
const LABELLINGS: readonly Labelling[] = ['none', 'right', 'shuffled'];
const HETEROGENEITY = [0.15, 0.3, 0.6];
const INTERACTIONS = [0, 0.15, 0.4];

const ofHours = (): Job[] =>
  HABITS.flatMap((habits) =>
    Object.entries(CLOCKS).map(([policy, how]) => ({
      world: `hours, ${habits}`,
      policy,
      run: (seed: number) => 100 * playHours(seed, habits, how).late,
    })),
  );

const fromElsewhere = (): Job[] =>
  ELSEWHERE.map((past) => ({
    world: 'E1',
    policy: `auto, ${past} elsewhere`,
    run: (seed: number) => playPast(seed, past),
  }));

const ofLabels = (): Job[] =>
  Object.entries(NEW_OPTIONS).flatMap(([world, { persons, kinds }]) =>
    kinds.flatMap((kind) =>
      LABELLINGS.map((labelling) => ({
        ...{ world, policy: `${kind}, labels ${labelling}` },
        run: (seed: number) => playLabels(seed, { labelling, policy: { kind }, persons }),
      })),
    ),
  );

const players = (world: string): Readonly<Record<string, MakePlayer>> =>
  WITHOUT_CONTEXT.includes(world) ? PLAYERS : { ...PLAYERS, ...WITH_CONTEXT };

/** One world with several players. */
const each = (world: string, make: MakeWorld, all: Readonly<Record<string, MakePlayer>>): Job[] =>
  Object.entries(all).map(([policy, player]) => ({ world, policy, run: playing(make, player) }));

const ofLateOrders = (): Job[] => [
  { world: 'E6', policy: 'auto', run: playServedOrders },
  ...HANDLINGS.map((policy) => ({
    world: 'E6',
    policy,
    run: (seed: number) => playLateOrders(seed, policy),
  })),
];

const ofFatigue = (): Job[] =>
  FATIGUE.map((policy) => ({
    world: 'fatigue',
    policy,
    run: (seed: number) => playFatigue(seed, policy),
  }));

/** Everything that is measured, in the order of the tables; worlds of public data only where the data are. */
export function allJobs(): Job[] {
  const unknown: MakePlayer = (world) => served({ ...world, fields: [] });
  const pooled = { auto: AUTO, 'Beta TS': betaThompson, 'Beta TS per segment': segmentedThompson };
  const slots = { auto: slotted, 'Beta TS': betaThompson };
  return [
    ...Object.entries({ ...PLANTED, ...dataWorlds(), ...MORE }).flatMap(([world, make]) =>
      each(world, make, players(world)),
    ),
    ...each('sleeping', sleeping, { 'auto, loyalty unknown': unknown }),
    ...ofLateOrders(),
    ...HETEROGENEITY.flatMap((tau) => each(`E7 ${tau}`, (seed) => segments(seed, tau), pooled)),
    ...INTERACTIONS.flatMap((tau) => each(`E8 ${tau}`, (seed) => components(seed, tau), slots)),
    ...ofFatigue(),
    ...ofHours(),
    ...fromElsewhere(),
    ...ofLabels(),
  ];
}
