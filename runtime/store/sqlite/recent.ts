import type { DecisionCount, NewDecision } from '../../../core/contracts/records.ts';
import type { ProgrammeId } from '../../../core/domain/programme.ts';
import { counted, countedOf, toldApart } from '../contexts.ts';

/** Most batches that are remembered: seconds of them, where a fold follows within half of one. */
const MOST = 2_000;

interface Batch {
  /** Places in the ledger of its first and its last decision. */
  from: number;
  to: number;
  counts: DecisionCount[];
}

/**
 * The newest decisions as they are counted, batch by batch: the fold follows what was written within moments, and parsing a
 * record to find its context costs more than making the decision did. One process writes, so that what it wrote is all there is.
 */
export class Recent {
  readonly #most: number;
  #batches: Batch[] = [];
  /** Place in the ledger after which every decision is here. */
  #since = Infinity;

  constructor(most = MOST) {
    this.#most = most;
  }

  /** Told of the decisions of every batch once it is committed, written after the place `end` of the ledger in their order. */
  take(end: number, decisions: readonly NewDecision[]): void {
    this.#since = Math.min(this.#since, end);
    if (decisions.length === 0) return;
    const counts = counted(decisions.map(countedOf));
    this.#batches.push({ from: end + 1, to: end + decisions.length, counts });
    if (this.#batches.length > this.#most) this.#forget(this.#batches[this.#most / 2]!.to);
  }

  #forget(upTo: number): void {
    this.#batches = this.#batches.filter(({ to }) => to > upTo);
    this.#since = upTo;
  }

  /**
   * The decisions of a stretch of the ledger that ends with what is in it. Undefined where some are not remembered, or the stretch
   * ends inside a batch.
   */
  counts(after: number, upTo: number, contextual: readonly ProgrammeId[]): DecisionCount[] | undefined {
    if (after < this.#since) return undefined;
    // whoever reads on has done with what comes before
    this.#forget(after);
    const batches = this.#batches.filter(({ from }) => from <= upTo);
    if (batches.some(({ from, to }) => from <= after || to > upTo)) return undefined;
    return counted(batches.flatMap(({ counts }) => counts).map((row) => toldApart(row, contextual)));
  }
}
