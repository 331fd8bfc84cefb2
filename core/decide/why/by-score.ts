import type { Decision } from '../../domain/decision.ts';
import { again } from '../again.ts';
import type { Case } from './change.ts';
import { changed } from './change.ts';
import type { Way } from './smallest.ts';
import { allOf } from './smallest.ts';
import { roundedUp } from './words.ts';

/** Doublings until an option wins by however much more is expected of it, and halvings that find the least of it. */
const RAISES = 24;
const HALVINGS = 10;
/** Of what is expected, where the search begins, and the least it begins with, in rewards. */
const FIRST_RAISE = { share: 1e-3, least: 1e-6 };

/**
 * The same way, told by how much more would have had to be expected of the option: of a way that ends with its chance, where
 * the model that decided is at hand. The least of it, to three digits, found by making the decision again with it. Yields between
 * pieces of work.
 */
export function* byScore(from: Case, way: Way): Generator<void, Way> {
  const { option, changes } = way;
  const chance = changes.at(-1);
  if (chance?.kind !== 'chance' || from.live.modelVersion !== from.decision.modelVersion) return way;
  const before = changes.slice(0, -1);
  const at = allOf(from, before, option);
  const raised = (by: number): Decision => {
    const { decision, live } = changed(at, { kind: 'score', by, from: 0, to: 0 }, option);
    return again(decision, live);
  };
  const wins = (by: number): boolean => raised(by).option === option;
  const score = again(at.decision, at.live).eligible.find((own) => own.option === option)?.score ?? 0;
  let most = Math.max(FIRST_RAISE.least, FIRST_RAISE.share * Math.abs(score));
  let least = 0;
  for (let step = 0; step < RAISES && !wins(most); step++) {
    yield;
    [least, most] = [most, 2 * most];
  }
  for (let step = 0; step < HALVINGS; step++) {
    yield;
    const middle = (least + most) / 2;
    if (wins(middle)) most = middle;
    else least = middle;
  }
  yield;
  const by = roundedUp(most);
  const after = raised(by);
  if (after.option !== option) return way;
  const to = after.eligible.find((own) => own.option === option)!.propensity;
  return { option, chosen: option, changes: [...before, { kind: 'score', by, from: chance.from, to }] };
}
