import type { FeatureDeclaration } from '../../domain/feature.ts';
import type { Programme } from '../../domain/programme.ts';
import { schemaHash } from '../models/snapshot.ts';
import type { Feature, FeatureValue } from './encode.ts';
import { Encoder } from './encode.ts';

/**
 * Features are rounded to this grid: sums of products of two of them are then exact in doubles for some hundred million
 * rows, so that what is learned does not depend on the order of rows, and a row can be taken back without a trace.
 */
const GRID = 2 ** 10;

/** Standard deviation of a number anywhere between `min` and `max`, as a share of the distance. */
const UNIFORM = 1 / Math.sqrt(12);

const compare = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? -1 : 1;

function featureOf(name: string, declared: FeatureDeclaration): Feature {
  if (declared.type === 'category') return { name, kind: 'category', levels: declared.values };
  const { min, max } = declared;
  return { name, kind: 'number', middle: (min + max) / 2, scale: (max - min) * UNIFORM };
}

/** A query string has numbers as text: what a request says of a number is one, where it can be read as one. */
export function asNumber(value: FeatureValue): FeatureValue {
  if (typeof value !== 'string' || value.trim() === '') return value;
  const number = Number(value);
  return Number.isNaN(number) ? value : number;
}

/** What a request says of a feature, as it was declared, and inside its bounds. */
function declaredValue(value: FeatureValue, declared: FeatureDeclaration): FeatureValue {
  if (declared.type === 'category' || value === undefined) return value;
  const number = asNumber(value);
  if (typeof number !== 'number') return undefined;
  return Math.min(declared.max, Math.max(declared.min, number));
}

/**
 * The features of a programme version: the same columns for every request, whatever it carries. A value that was not
 * declared is the unknown level of its feature, one that is missing or no number the missing level.
 */
export class DeclaredFeatures {
  readonly count: number;
  readonly labels: readonly string[];
  readonly groups: readonly number[];
  readonly secondOrder: readonly number[];
  /** The same for the same features in the same columns. */
  readonly schema: string;
  readonly #declared: readonly (readonly [string, FeatureDeclaration])[];
  readonly #encoder: Encoder;

  constructor({ context = {}, crosses = [] }: Pick<Programme, 'context' | 'crosses'>) {
    this.#declared = Object.entries(context).sort(compare);
    this.#encoder = new Encoder({
      features: this.#declared.map(([name, own]) => featureOf(name, own)),
      crosses: crosses.map(([left, right]) => ({ left, right })),
    });
    this.count = this.#encoder.features;
    this.labels = this.#encoder.labels;
    this.groups = this.#encoder.groups;
    this.secondOrder = this.#encoder.secondOrder;
    this.schema = schemaHash({ context: this.#declared, crosses });
  }

  encode(context: Readonly<Record<string, FeatureValue>>): Float64Array {
    const known = this.#declared.map(([name, own]) => {
      const value = Object.hasOwn(context, name) ? context[name] : undefined;
      return [name, declaredValue(value, own)] as const;
    });
    return this.#encoder.encode(Object.fromEntries(known)).map((x) => Math.round(x * GRID) / GRID);
  }
}
