import { choose } from '../../core/decide/choose.ts';
import type { Trial } from '../../core/contracts/trial.ts';
import type { OptionKey, ScoredOption } from '../../core/domain/decision.ts';
import type { Programme } from '../../core/domain/programme.ts';
import { DAY_MS } from '../../core/domain/programme.ts';
import type { ModelState } from '../../core/learn/model.ts';
import { emptyState } from '../../core/learn/model.ts';
import { pastOf } from '../../core/learn/past-of.ts';
import { Teaching } from '../../core/learn/teaching.ts';
import type { Xoshiro } from '../../core/maths/xoshiro.ts';
import type { Policy } from '../../core/policies/policy.ts';
import { policyOf } from '../../core/policies/policy-of.ts';
import type { Somebody, World } from './world.ts';

/** One wave of one run. */
export interface Wave {
  /** People asked about in all waves so far. */
  people: number;
  /** Share of those the policy decided for that each option is expected to get: by probability, without the luck of the draw. */
  shares: ReadonlyMap<OptionKey, number>;
  /** The same of what is the best for whoever is asked about. */
  best: number;
}

export interface Run {
  waves: Wave[];
  /** People the policy decided for; the others are the holdout. */
  decided: number;
  /** Expected number of them who did what the goal counts, and had everybody got what is the best for them. */
  expected: number;
  most: number;
}

/** When simulated time begins: a Monday morning. */
const START = Date.parse('2026-01-05T09:00:00Z');
/** How late people do what they do. */
const DELAY_MS = DAY_MS / 2;
/** After how many people progress is told. */
const TELL = 500;

/**
 * One run of a programme on a made-up audience: a wave of people a day, each decided by what was learned from the waves before. Policy
 * and learning are those that serve.
 */
export class Campaign {
  readonly #programme: Programme;
  readonly #world: World;
  readonly #rng: Xoshiro;
  readonly #teaching: Teaching;
  readonly #state: ModelState;
  readonly #run: Run = { waves: [], decided: 0, expected: 0, most: 0 };

  constructor(programme: Programme, world: World, rng: Xoshiro) {
    this.#programme = programme;
    this.#world = world;
    this.#rng = rng;
    this.#teaching = new Teaching([programme]);
    this.#state = { ...emptyState(), past: pastOf(programme, new Map(), new Map()) };
  }

  /** @param progress told how many more people were decided for */
  run(audience: number, waves: number, progress: (people: number) => void): Run {
    for (let i = 0; i < waves; i++) {
      const people = Math.floor((audience * (i + 1)) / waves);
      const before = this.#run.waves.at(-1)?.people ?? 0;
      this.#run.waves.push({ people, ...this.#wave(people - before, START + i * DAY_MS, progress) });
    }
    return this.#run;
  }

  #wave(size: number, at: number, progress: (people: number) => void): Omit<Wave, 'people'> {
    const model = { programme: this.#programme.id, version: this.#run.waves.length, state: this.#state };
    // nobody looks at what scores are the sum of
    const policy = { ...policyOf(this.#programme, model), contributions: undefined };
    const sums = new Map(this.#world.options.map((option) => [option, 0]));
    const trials: Trial[] = [];
    let best = 0;
    for (let n = 1; n <= size; n++) {
      const somebody = this.#world.next(this.#rng);
      if (this.#rng.uniform() >= (this.#programme.holdout?.share ?? 0)) {
        const { eligible, trial } = this.#decide(somebody, policy, at);
        for (const { option, propensity } of eligible) {
          sums.set(option, sums.get(option)! + propensity);
          if (option === somebody.best) best += propensity;
        }
        trials.push(trial);
      }
      if (n % TELL === 0 || n === size) progress(n % TELL || TELL);
    }
    for (const trial of trials) this.#teaching.teach(this.#programme, this.#state, trial);
    this.#run.decided += trials.length;
    const share = (sum: number): number => (trials.length === 0 ? 0 : sum / trials.length);
    return { shares: new Map([...sums].map(([option, sum]) => [option, share(sum)])), best: share(best) };
  }

  /** One decision, and what came of it. */
  #decide(somebody: Somebody, policy: Policy, at: number): { eligible: ScoredOption[]; trial: Trial } {
    const [programme, world, { context }] = [this.#programme, this.#world, somebody];
    const request = { programme: programme.id, person: {}, context };
    const asked = { programme, request, now: at, owed: false, allowed: programme.variants, dropped: [] };
    const { chosen, eligible } = choose({ ...asked, arm: 'treated' }, policy, this.#rng);
    for (const { option, propensity } of eligible)
      this.#run.expected += propensity * world.rate(somebody, option);
    this.#run.most += world.rate(somebody, somebody.best);
    const worth = world.worth(somebody, chosen.option, this.#rng);
    const credits = worth > 0 ? { [world.signal]: { worth, delay: DELAY_MS } } : {};
    return { eligible, trial: { option: chosen.option, at, context, credits } };
  }
}
