import type { DecisionCount, NewDecision } from '../../../core/contracts/records.ts';
import type { ProgrammeId } from '../../../core/domain/programme.ts';
import type { Counted } from '../contexts.ts';
import { counted, countedOf, toldApart } from '../contexts.ts';

/** Most decisions that are remembered: seconds of them, where a fold follows every tenth of one. */
const MOST = 20_000;

/**
 * The newest decisions as they are counted: the fold follows what was written within moments, and parsing a record to find
 * its context costs more than making the decision did. One process writes, so that what it wrote is all there is.
 */
export class Recent {
  readonly #most: number;
  #rows: (Counted & { seq: number })[] = [];
  /** Place in the ledger after which every decision is here. */
  #since = Infinity;

  constructor(most = MOST) {
    this.#most = most;
  }

  /** Told of the decisions of every batch once it is committed, written after the place `end` of the ledger in their order. */
  take(end: number, decisions: readonly NewDecision[]): void {
    this.#since = Math.min(this.#since, end);
    for (const [i, entry] of decisions.entries()) this.#rows.push({ ...countedOf(entry), seq: end + 1 + i });
    if (this.#rows.length > this.#most) this.#forget(this.#rows[this.#rows.length - this.#most / 2]!.seq);
  }

  #forget(upTo: number): void {
    this.#rows = this.#rows.filter(({ seq }) => seq > upTo);
    this.#since = upTo;
  }

  /** The decisions of a stretch of the ledger that ends with what is in it; undefined where some are not remembered. */
  counts(after: number, upTo: number, contextual: readonly ProgrammeId[]): DecisionCount[] | undefined {
    if (after < this.#since) return undefined;
    // whoever reads on has done with what comes before
    this.#forget(after);
    const rows = this.#rows.filter(({ seq }) => seq <= upTo);
    return counted(rows.map(({ seq: _, ...row }) => toldApart(row, contextual)));
  }
}
