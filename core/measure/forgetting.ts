import type { Programme } from '../domain/programme.ts';
import { DAY_MS, HOUR_MS } from '../domain/programme.ts';
import { blocksAt, hourOf } from '../learn/blocks.ts';
import { effectiveSums, remaining } from '../learn/effective.ts';
import { linearSumsOf } from '../learn/linear-state.ts';
import type { ModelState } from '../learn/model.ts';
import { inRanges } from '../learn/ranges.ts';

/** How fast a programme forgets by now, for people to read. */
export interface Forgetting {
  /** What the programme declares; absent: it forgets nothing until something changes. */
  declaredHalfLifeDays?: number | undefined;
  /** Under which half-life as many trials would count as do: what is declared, less since a change was noticed. Absent: all of them count. */
  halfLifeDays?: number | undefined;
  /** Nothing that was decided before counts, ms since 1970; absent: no change was noticed. */
  since?: number | undefined;
}

/** Halvings of the interval a half-life is looked for in: to the last digit of a double. */
const STEPS = 100;
/** Nothing that is asked for lasts longer, in hours. */
const LONGEST = 1e7;

/** The half-life in hours under which trials of some ages, in hours, count as so many. */
function halfLifeOf(trials: readonly { count: number; age: number }[], counted: number): number {
  const left = (halfLife: number): number =>
    trials.reduce((sum, { count, age }) => sum + count * 2 ** (-age / halfLife), 0);
  let [low, high] = [0, LONGEST];
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2;
    if (left(middle) < counted) low = middle;
    else high = middle;
  }
  return high;
}

/** @param at ms since 1970 */
export function forgettingOf(programme: Programme, state: ModelState, at: number): Forgetting {
  const { at: now, change } = effectiveSums(programme, state, at);
  const declared = programme.policy.halfLifeDays;
  const known = declared === undefined ? {} : { declaredHalfLifeDays: declared };
  if (!change) return declared === undefined ? known : { ...known, halfLifeDays: declared };
  const { grain } = linearSumsOf(inRanges(programme, state));
  const blocks = blocksAt(state.linear.blocks, hourOf(now), grain);
  const trials = blocks.flatMap(({ from, options }) =>
    Object.values(options).flatMap(({ information: [count = 0], hours }) =>
      count > 0 ? [{ from, count, age: Math.max(0, hourOf(now) - hours / count) }] : [],
    ),
  );
  const counted = trials
    .filter(({ from }) => from >= change.from)
    .reduce((sum, { count, age }) => sum + count * remaining(programme, age), 0);
  const halfLifeDays = (halfLifeOf(trials, counted) * HOUR_MS) / DAY_MS;
  return { ...known, halfLifeDays, since: change.from * HOUR_MS };
}
