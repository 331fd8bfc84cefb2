import type { DecideRequest } from '../../core/domain/decision.ts';
import type { Programme } from '../../core/domain/programme.ts';
import { hasSlots } from '../../core/domain/slots.ts';
import { addAll, blocksAt, hourOf } from '../../core/learn/blocks.ts';
import type { HourSums } from '../../core/learn/hour-sums.ts';
import { emptyHours } from '../../core/learn/hour-sums.ts';
import { linearSumsOf } from '../../core/learn/linear-state.ts';
import type { ModelState } from '../../core/learn/model.ts';
import { pieceSumsOf } from '../../core/learn/piece-sums.ts';
import { inRanges, rangesOf } from '../../core/learn/ranges.ts';
import { valueOf } from '../../core/maths/compensated-sum.ts';
import { noticedChange } from '../../core/measure/change.ts';
import { delayCurves } from '../../core/measure/delay-curves.ts';
import { estimatesOf } from '../../core/measure/estimates.ts';
import { forgettingOf } from '../../core/measure/forgetting.ts';
import { hourEstimates } from '../../core/measure/hours.ts';
import { liftOf } from '../../core/measure/lift.ts';
import { pieceEstimates } from '../../core/measure/piece-estimates.ts';
import { priorUsed } from '../../core/measure/prior.ts';
import { reactionsTo } from '../../core/guardrails/suppression.ts';
import { optionsOf } from '../../core/policies/policy.ts';
import { policyOf } from '../../core/policies/policy-of.ts';
import { eachCell } from '../../core/timing/profile.ts';
import { HourModel } from '../../core/timing/hour-model.ts';

/** Somebody of whom much is known, and somebody of whom nothing is. */
const CONTEXTS: DecideRequest['context'][] = [
  {},
  {
    ...{ plan: 'pro', days: '120', spent: 900, since: 30, often: 2, ready: 1.4, response: 'opened' },
    ...{ 'hours since a': 20, 'may have a': true },
  },
  { plan: 'another', spent: -5, response: 'none', 'hours since b': 400, 'may have a': false },
];

/** All that a policy says to anybody at some time (ms since 1970): probabilities, scores and why, pieces, hours. */
function policySays(programme: Programme, state: ModelState, at: number): unknown {
  const policy = policyOf(programme, { programme: programme.id, version: 1, state });
  const options = optionsOf(programme, programme.variants);
  const hours = new HourModel(state.hours ?? emptyHours(), reactionsTo(programme));
  return {
    scored: CONTEXTS.flatMap((context) =>
      [options, options.slice(1)].map((some) => policy.score(some, { context, at })),
    ),
    because: options.map((option) => policy.contributions?.(option, { context: CONTEXTS[1]!, at })),
    beyond: policy.beyond?.(options, at),
    answering: policy.answering?.rate,
    pieces: programme.variants.filter(hasSlots).map(({ id }) => policy.pieces?.(id, at)?.next([])),
    hours:
      programme.timing &&
      ['email', 'push'].map((channel) => hours.profileAt(at, channel, 'traits.country=DE')),
  };
}

/** What the report of a programme says at some time, ms since 1970. */
const reportSays = (programme: Programme, state: ModelState, at: number): unknown => ({
  options: estimatesOf(programme, state, at),
  prior: priorUsed(programme, state, at),
  pieces: pieceEstimates(programme, { programme: programme.id, version: 1, state }, at),
  delays: delayCurves(programme, state, at),
  change: noticedChange(programme, state, at),
  ranges: rangesOf(state),
  forgetting: forgettingOf(programme, state, at),
  hours: programme.timing && hourEstimates(programme, state, at),
  lift: liftOf(state),
});

/** What can be judged of hours by now, weeks together. */
function judged(hours: HourSums, at: number): Record<string, number[]> {
  const cells: Record<string, number[]> = {};
  eachCell(hours, at, (cell, hour, channel, segment) => {
    const own = (cells[`${channel} ${segment} ${hour}`] ??= [0, 0, 0, 0, 0]);
    addAll(own, cell);
  });
  return cells;
}

/** What is kept, in blocks as they are at some time, ms since 1970. */
function kept(
  programme: Programme,
  { linear, pieces, hours, numbers, arms, past }: ModelState,
  at: number,
): unknown {
  const [own, ofPieces] = [linearSumsOf(inRanges(programme, { numbers })), pieceSumsOf(programme)];
  return {
    blocks: blocksAt(linear.blocks, hourOf(at), own.grain),
    pieces: pieces && blocksAt(pieces.blocks, hourOf(at), ofPieces!.grain),
    hours: hours && judged(hours, at),
    counts: numbers?.counts,
    ranges:
      numbers &&
      Object.entries(numbers.ranges).map(([name, { min, max, counts }]) => [name, min, max, counts]),
    arms: Object.entries(arms).map(([arm, { persons, sum, sumOfSquares }]) => {
      return { arm, persons, sum: valueOf(sum), squares: valueOf(sumOfSquares) };
    }),
    past,
  };
}

/** Everything a model says at some time, by its path: numbers, and words. */
export function said(programme: Programme, state: ModelState, at: number): Map<string, number | string> {
  const all = new Map<string, number | string>();
  const add = (path: string, value: unknown): void => {
    if (typeof value === 'number' || typeof value === 'string') all.set(path, value);
    else if (ArrayBuffer.isView(value)) add(path, [...(value as Float64Array)]);
    else if (typeof value === 'object' && value !== null)
      for (const [name, own] of Object.entries(value)) add(`${path} ${name}`, own);
    else if (typeof value === 'boolean') all.set(path, String(value));
  };
  add('kept', kept(programme, state, at));
  add('policy', policySays(programme, state, at));
  add('report', reportSays(programme, state, at));
  return all;
}

/** What two models do not say alike, numbers to 1e-9 of what is the larger of them and 1. */
export function apart(one: ReturnType<typeof said>, other: ReturnType<typeof said>): string[] {
  const paths = [...new Set([...one.keys(), ...other.keys()])];
  return paths.flatMap((path) => {
    const [a, b] = [one.get(path), other.get(path)];
    const near =
      typeof a === 'number' && typeof b === 'number' && a !== b
        ? Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b))
        : a === b;
    return near ? [] : [`${path}: ${a} and ${b}`];
  });
}
