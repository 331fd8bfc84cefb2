/** One decision whose outcome is known: features, option, reward. */
export interface Row {
  x: Float64Array;
  /** Number of the option in its model. */
  option: number;
  reward: number;
  /** 1, or what the row counts for. */
  weight: number;
}

const FIRST_CAPACITY = 256;

/** Rows side by side in typed arrays, in the order they came. */
export class Rows {
  readonly features: number;
  length = 0;
  x: Float64Array;
  option: Int32Array;
  reward: Float64Array;
  weight: Float64Array;

  constructor(features: number) {
    this.features = features;
    this.x = new Float64Array(FIRST_CAPACITY * features);
    this.option = new Int32Array(FIRST_CAPACITY);
    this.reward = new Float64Array(FIRST_CAPACITY);
    this.weight = new Float64Array(FIRST_CAPACITY);
  }

  push({ x, option, reward, weight }: Row): void {
    if (this.length === this.option.length) this.#grow();
    this.x.set(x, this.length * this.features);
    this.option[this.length] = option;
    this.reward[this.length] = reward;
    this.weight[this.length] = weight;
    this.length++;
  }

  /** Row `t`, its features a view on the rows'. */
  at(t: number): Row {
    const x = this.x.subarray(t * this.features, (t + 1) * this.features);
    return { x, option: this.option[t]!, reward: this.reward[t]!, weight: this.weight[t]! };
  }

  /** Forgets the oldest rows, all but the last `keep`. */
  keepLast(keep: number): void {
    const gone = this.length - Math.min(this.length, keep);
    this.x.copyWithin(0, gone * this.features, this.length * this.features);
    this.option.copyWithin(0, gone, this.length);
    this.reward.copyWithin(0, gone, this.length);
    this.weight.copyWithin(0, gone, this.length);
    this.length -= gone;
  }

  #grow(): void {
    const wider = <T extends Float64Array | Int32Array>(into: T, from: T): T => {
      into.set(from);
      return into;
    };
    this.x = wider(new Float64Array(this.x.length * 2), this.x);
    this.option = wider(new Int32Array(this.option.length * 2), this.option);
    this.reward = wider(new Float64Array(this.reward.length * 2), this.reward);
    this.weight = wider(new Float64Array(this.weight.length * 2), this.weight);
  }
}
