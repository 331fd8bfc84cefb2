import type { OptionKey } from '../../core/domain/decision.ts';
import type { Programme } from '../../core/domain/programme.ts';
import { rngFromNumber, rngFromText } from '../../core/maths/xoshiro.ts';
import type { Reached } from './reached.ts';
import { reachedBy } from './reached.ts';
import type { Run } from './run.ts';
import { Campaign } from './run.ts';
import type { Plan } from './world.ts';
import { RANGE, World } from './world.ts';

export interface Simulation extends Plan {
  audience: number;
  waves: number;
  /** How often it is repeated, each time with other luck. */
  runs: number;
  seed: number;
}

/** One wave, on average over all runs. */
export interface MeanWave {
  /** People asked about in all waves so far. */
  people: number;
  /** Share of the traffic by option; they sum to 1. */
  shares: Record<OptionKey, number>;
  /** Share of those who got what is the best for them. */
  best: number;
}

export interface Simulated {
  truth: string[];
  signal: string;
  options: OptionKey[];
  /** What is the best for somebody; none where all options are alike. */
  best: OptionKey[];
  waves: MeanWave[];
  reached: Reached[];
  /** In how many of the runs no option had more of the last wave than the best. */
  led: number;
  runs: number;
  /** People the policy decided for, on average; the others are the holdout. */
  decided: number;
  /** Expected number of them who did what the goal counts, by run; had all options gone to equally many; had everybody got the best. */
  expected: { mean: number; least: number; most: number };
  even: number;
  most: number;
}

/** A programme as it is decided when nothing keeps it from being sent. */
function unguarded(programme: Programme): Programme {
  const { id, name, goal, silence, fallback, policy, crosses, holdout, arbitration } = programme;
  const variants = programme.variants.map((own) => ({ ...own, eligible: undefined, slots: undefined }));
  const context = programme.context && declaredRanges(programme.context);
  const kept = {
    id,
    name,
    goal,
    silence,
    fallback,
    policy,
    crosses,
    holdout,
    arbitration,
    variants,
    context,
  };
  return { ...kept, version: 1, status: 'live', guardrails: {}, sendBucketHours: programme.sendBucketHours };
}

/** Numbers whose range would be learned run over the range of those that are made up. */
function declaredRanges(context: NonNullable<Programme['context']>): Programme['context'] {
  return Object.fromEntries(
    Object.entries(context).map(([name, own]) => [name, own.type === 'number' ? { ...RANGE, ...own } : own]),
  );
}

const mean = (values: readonly number[]): number => values.reduce((sum, own) => sum + own, 0) / values.length;

function meanWaves(runs: readonly Run[]): MeanWave[] {
  return runs[0]!.waves.map(({ people, shares }, i) => {
    const of = (option: OptionKey): number => mean(runs.map(({ waves }) => waves[i]!.shares.get(option)!));
    const own = Object.fromEntries([...shares.keys()].map((option) => [option, of(option)]));
    return { people, shares: own, best: mean(runs.map(({ waves }) => waves[i]!.best)) };
  });
}

/** Whether more people got what is the best for them than got any one option. */
function leads({ waves }: Run): boolean {
  const { shares, best } = waves.at(-1)!;
  return best > 0.5 || best >= Math.max(...shares.values());
}

/**
 * Runs a programme on a made-up audience, several times: what is planted is the same each time, luck is another. Guardrails are left out.
 * Equal settings have equal results.
 * @param progress told how many more people of one run were decided for
 */
export function simulate(
  saved: Programme,
  { audience, waves, runs: count, seed, ...plan }: Simulation,
  progress: (people: number) => void,
): Simulated {
  const programme = unguarded(saved);
  const world = new World(programme, plan, rngFromNumber(seed));
  const runs = Array.from({ length: count }, (_, i) => {
    const rng = rngFromText(`simulation ${seed} ${i}`);
    return new Campaign(programme, world, rng).run(audience, waves, progress);
  });
  const { truth, signal, options, best, evenRate } = world;
  const decided = mean(runs.map((run) => run.decided));
  const expected = runs.map((run) => run.expected);
  return {
    ...{ truth, signal, best, options: [...options], decided, runs: count },
    waves: meanWaves(runs),
    reached: reachedBy(runs),
    led: runs.filter(leads).length,
    expected: { mean: mean(expected), least: Math.min(...expected), most: Math.max(...expected) },
    even: decided * evenRate,
    most: mean(runs.map(({ most }) => most)),
  };
}
