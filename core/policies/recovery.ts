import type { Columns, DeclaredFeatures } from '../learn/features/declared.ts';
import type { RowSums } from '../learn/models/linear.ts';
import { DEFAULT_NOISE, LinearModel } from '../learn/models/linear.ts';
import { rowStart } from '../maths/cholesky.ts';

/* Options that tire a person and recover (after Yancey, Settles, "A Sleeping, Recovering Bandit Algorithm for Optimizing
   Recurring Notifications", KDD 2020): what an option earns falls by its own learned amount times the freshness of its
   last contact with that person, by the half-life that explains the outcomes best. */

/** Precisions of the amount that are tried with each half-life, in trials. */
const AMOUNTS = [1, 16, 256];

/** Of options, some of which were never tried. */
type Known<Sums> = readonly (Sums | undefined)[];

/** What is summed up of one option, whatever else with it. */
type Columned = Pick<RowSums, 'information' | 'response'>;

/** Sums over some of the columns. */
function picked<Sums extends Columned>(sums: Sums, places: readonly number[]): Sums {
  const { information, response } = sums;
  const at = (i: number, j: number): number => information[rowStart(Math.max(i, j)) + Math.min(i, j)]!;
  return {
    ...sums,
    information: places.flatMap((i, row) => places.slice(0, row + 1).map((j) => at(i, j))),
    response: places.map((i) => response[i]!),
  };
}

/** How likely the rewards were, explained by nothing but the constant and one column. */
function evidenceOf(known: Known<RowSums>, column: number): number {
  const some = known.map((own) => own && picked(own, [0, column]));
  const evidences = AMOUNTS.map((slopes) => {
    const model = new LinearModel(2, some.length, { ...DEFAULT_NOISE, slopes });
    for (const [i, own] of some.entries()) if (own) model.know(i, own);
    return model.evidence;
  });
  return Math.max(...evidences);
}

/**
 * What a model has of the features, and the sums over that: all of them, or where options recover those with the freshness by
 * one half-life.
 */
export function modelColumns<Sums extends RowSums>(
  features: DeclaredFeatures,
  known: Known<Sums>,
): { columns: Columns; known: Known<Sums> } {
  const { alternatives, groups, labels, secondOrder } = features;
  const [first] = alternatives;
  if (first === undefined) return { columns: features, known };
  const scored = alternatives.map((column) => ({ column, evidence: evidenceOf(known, column) }));
  const { column } = scored.reduce((best, own) => (own.evidence > best.evidence ? own : best));
  const places = [...Array(first).keys(), column];
  const pick = <T>(from: ArrayLike<T>): T[] => places.map((j) => from[j]!);
  return {
    columns: {
      count: places.length,
      places,
      labels: pick(labels),
      byOption: true,
      groups: pick(groups),
      secondOrder,
      encode: (context, option) => Float64Array.from(pick(features.encode(context, option))),
    },
    known: known.map((own) => own && picked(own, places)),
  };
}
