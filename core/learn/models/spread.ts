import type { GroupPrior } from './group-prior.ts';

/** Running sums of the features of all decisions, from which their variances follow. */
export class Spread {
  count = 0;
  readonly sum: Float64Array;
  readonly squares: Float64Array;

  constructor(features: number) {
    this.sum = new Float64Array(features);
    this.squares = new Float64Array(features);
  }

  add(x: Float64Array): void {
    this.count++;
    for (let j = 0; j < x.length; j++) {
      this.sum[j]! += x[j]!;
      this.squares[j]! += x[j]! * x[j]!;
    }
  }

  /** Share of what tells options apart that no context explains: 1 without context, near 0 where context is everything. */
  constantShare(prior: GroupPrior): number {
    const constant = prior.varianceOf(0);
    if (this.count === 0) return constant / (constant + this.sum.length - 1);
    let explained = 0;
    for (let j = 1; j < this.sum.length; j++) {
      const mean = this.sum[j]! / this.count;
      explained += prior.varianceOf(j) * (this.squares[j]! / this.count - mean * mean);
    }
    return constant / (constant + explained);
  }
}
