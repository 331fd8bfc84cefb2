import type { OptionKey } from '../domain/decision.ts';
import type { BelievableSums } from '../learn/effective.ts';
import type { DeclaredFeatures } from '../learn/features/declared.ts';
import type { RowSums } from '../learn/models/linear.ts';
import { rowStart } from '../maths/cholesky.ts';
import type { Interval } from './interval.ts';

/** What an option is believed to earn. */
export interface Believed {
  estimate: number;
  interval: Interval;
}

/** Who may have an option that not everybody may have. */
export interface Eligible {
  /** As a share of the trials. */
  share: number;
  /** What is believed to earn most among the same people, of what they may all have besides. */
  instead?: (Believed & { option: OptionKey }) | undefined;
}

type Rows = readonly Pick<RowSums, 'information'>[];

/** Sum over all trials of one feature times another. */
function product(rows: Rows, i: number, j: number): number {
  const at = rowStart(Math.max(i, j)) + Math.min(i, j);
  return rows.reduce((sum, { information }) => sum + information[at]!, 0);
}

/** Mean features of the trials, of whatever option, for which one of them is 1. The constant is 1 for all. Undefined where there are none. */
function averageWhere(rows: Rows, count: number, column: number): Float64Array | undefined {
  const trials = product(rows, column, 0);
  if (trials <= 0) return undefined;
  return Float64Array.from({ length: count }, (_, j) =>
    j === column ? 1 : product(rows, column, j) / trials,
  );
}

/** In which contexts the options of a programme are told of. What somebody was given neither helps nor harms it: trials of all options count. */
export class ComparedContexts {
  readonly #mayColumns: ReadonlyMap<OptionKey, number>;
  readonly #rows: Rows;
  readonly #count: number;
  readonly #average: Float64Array;

  constructor({ count, mayColumns }: Pick<DeclaredFeatures, 'count' | 'mayColumns'>, sums: BelievableSums) {
    // what is known from elsewhere has no context
    this.#rows = Object.values(sums.own);
    [this.#mayColumns, this.#count] = sums.inContext ? [mayColumns, count] : [new Map(), 1];
    const nobody = new Float64Array(this.#count).fill(1, 0, 1);
    this.#average = averageWhere(this.#rows, this.#count, 0) ?? nobody;
  }

  /** The average of those who may have an option. */
  of(option: OptionKey): Float64Array {
    const column = this.#mayColumns.get(option);
    return column === undefined ? this.#average : this.#where(column);
  }

  #where(column: number): Float64Array {
    // nobody might have it so far
    const unknown = this.#average.map((x, j) => (j === column ? 1 : x));
    return averageWhere(this.#rows, this.#count, column) ?? unknown;
  }

  /**
   * Undefined of an option that everybody may have.
   * @param believed what is believed of another option in the context of this one
   */
  eligible(
    option: OptionKey,
    options: readonly OptionKey[],
    believed: (other: OptionKey) => Believed,
  ): Eligible | undefined {
    const column = this.#mayColumns.get(option);
    if (column === undefined) return undefined;
    const trials = product(this.#rows, 0, 0);
    const share = trials > 0 ? product(this.#rows, column, 0) / trials : 0;
    const others = options.filter((other) => other !== option && this.#covers(column, other));
    const [first, ...more] = others.map((other) => ({ option: other, ...believed(other) }));
    const instead = more.reduce((best, own) => (own.estimate > best!.estimate ? own : best), first);
    return { share, instead };
  }

  /** Whether whoever may have the options of a column may have another one, too. */
  #covers(column: number, other: OptionKey): boolean {
    const own = this.#mayColumns.get(other);
    return own === undefined || own === column;
  }

  /** Where every option may be had: the average of those who may have the rarest, as if they might have all. */
  get open(): Float64Array {
    const columns = [...new Set(this.#mayColumns.values())];
    if (columns.length === 0) return this.#average;
    const rarest = columns.reduce((least, own) =>
      product(this.#rows, own, 0) < product(this.#rows, least, 0) ? own : least,
    );
    const x = this.#where(rarest);
    for (const column of columns) x[column] = 1;
    return x;
  }
}
