import type { PolicyChoice } from '../../core/domain/programme.ts';
import { DAY_MS, HOUR_MS } from '../../core/domain/programme.ts';
import { rngFromNumber } from '../../core/maths/xoshiro.ts';
import { Served } from './served.ts';
import { shuffle } from './worlds/world.ts';

/** Whether the labels of options are what makes them good, those of other options, or not declared. */
export type Labelling = 'right' | 'none' | 'shuffled';

const HOOKS = 4;
const OFFERS = 3;
/** Options that are there from the beginning; the others come at half time. */
const FIRST = [0, 1, 2, 3, 4, 5, 6, 7];
const OPTIONS = HOOKS * OFFERS;
const ROUNDS = 50_000;
/** Rates are around 3 %; hooks and offers move them by so much, and every option by itself by less, in log-odds. */
const BASE = Math.log(0.03);
const BY_LABEL = 0.4;
const BY_ITSELF = 0.1;
/** What persons are, yes or no, each half of the time; what labels and options add to log-odds where it is yes varies as their constants do. */
const TRAITS = ['t1', 't2', 't3', 't4'];
const ROUND_MS = DAY_MS / 2_500;
const START = Date.parse('2026-01-05T09:00:00Z');
const FOLD = 250;

type Weights = readonly number[];
const plus = (...all: readonly Weights[]): number[] =>
  all[0]!.map((_, j) => all.reduce((sum, weights) => sum + weights[j]!, 0));

export interface NewOptions {
  labelling: Labelling;
  policy: PolicyChoice;
  /** Whether labels and options do well with some persons and badly with others. */
  persons: boolean;
}

/** Regret where options made of a hook and an offer join others at half time; from then on only. */
export function playLabels(seed: number, { labelling, policy, persons }: NewOptions): number {
  const rng = rngFromNumber(16_000 + seed);
  const traits = persons ? TRAITS : [];
  const draw = (n: number, by: number): number[][] =>
    Array.from({ length: n }, () => Array.from({ length: 1 + traits.length }, () => by * rng.normal()));
  const [hooks, offers, own] = [draw(HOOKS, BY_LABEL), draw(OFFERS, BY_LABEL), draw(OPTIONS, BY_ITSELF)];
  const pairs = Float64Array.from({ length: OPTIONS }, (_, a) => a);
  shuffle(rng, pairs);
  const weights = Array.from(pairs, (pair, a) =>
    plus(hooks[pair % HOOKS]!, offers[Math.floor(pair / HOOKS)]!, own[a]!),
  );
  const told = pairs.slice();
  if (labelling === 'shuffled') shuffle(rng, told);
  const labels = Array.from(told, (pair) => ({
    hook: `h${pair % HOOKS}`,
    offer: `o${Math.floor(pair / HOOKS)}`,
  }));
  const yesOrNo = { type: 'category' as const, values: ['yes'] };
  const programme = new Served({
    ...{ options: OPTIONS, policy, windowHours: 1 },
    labels: labelling === 'none' ? undefined : labels,
    ...(persons && { context: Object.fromEntries(traits.map((name) => [name, yesOrNo])) }),
  });
  const [luck, chance] = [rngFromNumber(17_000 + seed), rngFromNumber(18_000 + seed)];
  let [regret, fold, next] = [0, 0, 1];
  for (let t = 0; t < ROUNDS; t++) {
    if (t >= next) {
      programme.fold();
      fold = t;
      next = t + Math.min(FOLD, 1 + t * 0.04);
    }
    const open = t < ROUNDS / 2 ? FIRST : undefined;
    const has = traits.map(() => luck.uniform() < 0.5);
    const context = Object.fromEntries(traits.flatMap((name, i) => (has[i] ? [[name, 'yes']] : [])));
    const rates = weights.map(([constant, ...others]) =>
      Math.min(1, Math.exp(BASE + others.reduce((sum, w, i) => (has[i] ? sum + w : sum), constant!))),
    );
    // everything is answered at once: what is asked about is long over
    const at = (round: number): number => START + round * ROUND_MS;
    const option = programme.choose({ context, at: at(fold) + HOUR_MS }, chance, open);
    programme.decided({ context, at: at(t) }, option);
    if (luck.uniform() < rates[option]!) programme.answered({ context, at: at(t) }, option, 0);
    if (t >= ROUNDS / 2) regret += Math.max(...rates) - rates[option]!;
  }
  return regret;
}
