import { bend } from './bend.ts';

/** What a feature may be in a request. */
export type FeatureValue = string | number | boolean | undefined;

/** One declared feature. A scale that moved after weights were learned would change what they mean, so it is declared. */
export type Feature =
  | { name: string; kind: 'number'; middle: number; scale: number }
  | { name: string; kind: 'category'; levels: readonly string[] };

/** Two features whose levels act together: every pair of their columns is a column. */
export interface Cross {
  left: string;
  right: string;
}

export interface EncoderSettings {
  features: readonly Feature[];
  crosses?: readonly Cross[] | undefined;
}

/** Standardised numbers are held to this many scales: one absurd value must not outweigh a thousand others. */
const CLIP = 5;

interface Part {
  name: string;
  /** Place of its feature. */
  place: number;
  /** What each of its columns says, for people to read. */
  labels: readonly string[];
  /** First column and number of columns. */
  start: number;
  width: number;
  write: (value: FeatureValue, x: Float64Array, start: number) => void;
  bends: boolean;
}

/** Columns: missing, standardised value. The bend follows in a part of its own, since it has a prior of its own. */
function writeNumber(middle: number, scale: number): Part['write'] {
  return (value, x, start) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) x[start] = 1;
    else x[start + 1] = Math.min(CLIP, Math.max(-CLIP, (value - middle) / scale));
  };
}

/** How far the number whose columns come before it is from its middle; 0 where it is missing. */
const writeBend: Part['write'] = (_, x, start) => {
  x[start] = x[start - 2] === 1 ? 0 : bend(x[start - 1]!);
};

/** Columns: missing, unknown level, then each level. */
function writeCategory(levels: readonly string[]): Part['write'] {
  const places = new Map(levels.map((level, i) => [level, i + 2]));
  return (value, x, start) => {
    if (value === undefined || value === '') x[start] = 1;
    else x[start + (places.get(String(value)) ?? 1)] = 1;
  };
}

function partsOf(features: readonly Feature[]): Part[] {
  const parts: Part[] = [];
  let start = 1;
  for (const [place, feature] of features.entries()) {
    const { name } = feature;
    const add = (labels: readonly string[], write: Part['write'], bends = false): void => {
      parts.push({ name, place, labels, start, width: labels.length, write, bends });
      start += labels.length;
    };
    if (feature.kind === 'category') {
      const levels = feature.levels.map((level) => `${name} = ${level}`);
      add([`${name} missing`, `${name} = another`, ...levels], writeCategory(feature.levels));
    } else {
      add([`${name} missing`, name], writeNumber(feature.middle, feature.scale));
      add([`${name} far from its middle`], writeBend, true);
    }
  }
  return parts;
}

/** Turns the context of a request into the features of a model, always in the same columns. */
export class Encoder {
  /** Length of what `encode` returns. */
  readonly features: number;
  /** Group of each feature, for `GroupPrior`: the constant, then each part, then each cross. */
  readonly groups: readonly number[];
  /** Groups of bends and crosses, which begin smaller. */
  readonly secondOrder: readonly number[];
  /** What each feature says, for people to read. */
  readonly labels: readonly string[];
  /** Columns of each category: one of them is 1, all others are 0. */
  readonly categories: readonly (readonly number[])[];
  /** Columns that each column of a cross is the product of, by column. */
  readonly products: readonly (readonly number[] | undefined)[];
  readonly #parts: readonly Part[];
  readonly #crosses: readonly { left: Part; right: Part; start: number }[];

  constructor({ features, crosses = [] }: EncoderSettings) {
    this.#parts = partsOf(features);
    const groups = [0];
    for (const [i, { width }] of this.#parts.entries()) for (let j = 0; j < width; j++) groups.push(i + 1);
    const find = (name: string): Part => {
      const part = this.#parts.find((own) => own.name === name);
      if (!part) throw new RangeError(`a cross names the undeclared feature ${name}`);
      return part;
    };
    this.#crosses = crosses.map((cross, i) => {
      const [left, right, start] = [find(cross.left), find(cross.right), groups.length];
      for (let j = 0; j < left.width * right.width; j++) groups.push(this.#parts.length + 1 + i);
      return { left, right, start };
    });
    this.secondOrder = [
      ...this.#parts.flatMap(({ bends }, i) => (bends ? [i + 1] : [])),
      ...crosses.map((_, i) => this.#parts.length + 1 + i),
    ];
    this.labels = [
      'constant',
      ...this.#parts.flatMap(({ labels }) => labels),
      ...this.#crosses.flatMap(({ left, right }) =>
        left.labels.flatMap((one) => right.labels.map((other) => `${one} and ${other}`)),
      ),
    ];
    this.features = groups.length;
    this.groups = groups;
    this.categories = this.#parts
      .filter(({ place }) => features[place]!.kind === 'category')
      .map(({ start, width }) => Array.from({ length: width }, (_, i) => start + i));
    const products = this.#crosses.flatMap(({ left, right }) =>
      left.labels.flatMap((_, i) => right.labels.map((__, j) => [left.start + i, right.start + j])),
    );
    const single = groups.length - products.length;
    this.products = groups.map((_, j) => products[j - single]);
  }

  /** @param values of the features, in their order */
  encode(values: readonly FeatureValue[]): Float64Array {
    const x = new Float64Array(this.features);
    x[0] = 1;
    for (const { place, start, write } of this.#parts) write(values[place], x, start);
    for (const { left, right, start } of this.#crosses) {
      for (let i = 0; i < left.width; i++) {
        for (let j = 0; j < right.width; j++) {
          x[start + i * right.width + j] = x[left.start + i]! * x[right.start + j]!;
        }
      }
    }
    return x;
  }
}
