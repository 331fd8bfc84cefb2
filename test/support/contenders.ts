import type { LiveProgramme } from '../../core/decide/decide.ts';
import type { Decision } from '../../core/domain/decision.ts';
import type { Arbitration, Programme } from '../../core/domain/programme.ts';
import type { ModelState } from '../../core/learn/model.ts';
import { emptyState } from '../../core/learn/model.ts';
import type { Xoshiro } from '../../core/maths/xoshiro.ts';
import { below, pick } from './chance.ts';
import { addTrials, believed, moveWorth } from './earned.ts';
import { live } from './decisions.ts';
import { LEFT, ORDER, programme, variant } from './programmes.ts';

/** A state in which each variant had 100 trials and so many orders. */
export function learnedFrom(orders: Readonly<Record<string, number>>): ModelState {
  const state = emptyState();
  for (const [option, count] of Object.entries(orders)) {
    addTrials(state, option, 100);
    for (let i = 0; i < count; i++) moveWorth(state, option, ORDER.signal, { before: 0, after: 1 });
  }
  return state;
}

const ARBITRATIONS: readonly (Arbitration | undefined)[] = [
  undefined,
  { priority: 2 },
  { value: 0.5, lever: 55 },
  { lever: -30 },
  { priority: 3, value: 40, lever: 10, factors: { value: false, priority: false } },
  { factors: { propensity: false, lever: false }, lever: 500, priority: 0.04 },
];

/** A programme with any arbitration, holdout and model, some of its variants not approved, few outcomes so that ties are common. */
export function anyContender(rng: Xoshiro, id: string): { live: LiveProgramme; state: ModelState } {
  const variants = ['a', 'b', 'c'].map((name) =>
    variant(name, rng.uniform() < 0.3 ? { approval: undefined } : {}),
  );
  const kind = pick(rng, ['no-contact', 'random', 'business-as-usual'] as const);
  const made = programme({
    id,
    variants,
    goal: { signals: rng.uniform() < 0.3 ? [ORDER, LEFT] : [ORDER] },
    fallback: pick(rng, ['a', undefined]),
    silence: rng.uniform() < 0.4,
    holdout: rng.uniform() < 0.6 ? { kind, share: 0.5 } : undefined,
    arbitration: pick(rng, ARBITRATIONS),
  });
  const state = learnedFrom({ a: below(rng, 3), b: below(rng, 3), c: below(rng, 3) });
  return { live: live(made, state, 1), state };
}

export interface Score {
  score: number;
  /** The product without what is expected. */
  said: number;
}

/** The score of a programme written out: undefined where no variant is approved. */
export function scoreOf({ variants, arbitration, ...rest }: Programme, state: ModelState): Score | undefined {
  const open = variants.filter(({ approval }) => approval?.status === 'approved');
  if (open.length === 0) return undefined;
  const means = open.map(({ id }) => believed({ variants, ...rest }, state, id).mean);
  const off = arbitration?.factors ?? {};
  let [score, said] = [1, 1];
  const times = (factor: number): void => void ([score, said] = [score * factor, said * factor]);
  if (off.priority !== false) times(arbitration?.priority ?? 1);
  if (off.value !== false) times(arbitration?.value ?? 1);
  if (off.propensity !== false) score *= Math.max(0, ...means);
  if (off.lever !== false) times((100 + (arbitration?.lever ?? 0)) / 100);
  return { score, said };
}

/** Which of the programmes answers, by going through all of them: again and again the best that was not asked yet. */
export function winnerOf(
  scores: readonly (Score | undefined)[],
  own: readonly Decision[],
): { winner: number; asked: number[] } {
  const asked: number[] = [];
  for (;;) {
    let best: number | undefined;
    for (const [i, mine] of scores.entries()) {
      if (mine === undefined || asked.includes(i)) continue;
      const than = best === undefined ? undefined : scores[best]!;
      const better = !than || mine.score > than.score || (mine.score === than.score && mine.said > than.said);
      if (better) best = i;
    }
    if (best === undefined) return { winner: asked[0] ?? 0, asked };
    asked.push(best);
    if (own[best]!.action === 'send') return { winner: best, asked };
  }
}
