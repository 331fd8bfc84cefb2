import type { DecideRequest, OptionKey } from '../../domain/decision.ts';
import type { FeatureDeclaration } from '../../domain/feature.ts';
import type { Programme } from '../../domain/programme.ts';
import { schemaHash } from '../schema-hash.ts';
import type { Feature, FeatureValue } from './encode.ts';
import { Encoder } from './encode.ts';
import { freshnesses, HALF_LIVES } from './freshness.ts';
import { mayHave, mayKey, sleepingTogether } from './sleepers.ts';

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
  // nothing is known of its values yet: it is missing from all trials
  if (min === undefined || max === undefined) return { name, kind: 'number', middle: 0, scale: 1 };
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
  const { min, max } = declared;
  const number = asNumber(value);
  if (typeof number !== 'number' || min === undefined || max === undefined) return undefined;
  return Math.min(max, Math.max(min, number));
}

/** What a model has of the features of a programme. */
export interface Columns {
  readonly count: number;
  /** Which of the features they are. */
  readonly places: readonly number[];
  readonly labels: readonly string[];
  /** Whether options of one decision have features of their own. */
  readonly byOption: boolean;
  /** How they belong together (`encode.ts`). */
  readonly groups: readonly number[];
  readonly secondOrder: readonly number[];
  encode(context: DecideRequest['context'], option: OptionKey): Float64Array;
}

const ONE = Float64Array.of(1);

/** What a model has that knows no context. */
export const CONSTANT: Columns = {
  count: 1,
  places: [0],
  labels: ['constant'],
  byOption: false,
  groups: [0],
  secondOrder: [],
  encode: () => ONE,
};

type Declaring = Pick<Programme, 'context' | 'crosses'> &
  Partial<Pick<Programme, 'policy' | 'variants' | 'guardrails'>>;

/**
 * The features of a programme version: the same columns for every request, whatever it carries. A value that was not
 * declared is the unknown level of its feature, one that is missing or no number the missing level.
 */
export class DeclaredFeatures implements Columns {
  readonly count: number;
  readonly places: readonly number[];
  readonly labels: readonly string[];
  readonly byOption: boolean;
  readonly groups: readonly number[];
  readonly secondOrder: readonly number[];
  readonly categories: readonly (readonly number[])[];
  readonly products: readonly (readonly number[] | undefined)[];
  /** The same for the same features in the same columns. */
  readonly schema: string;
  /** Of each variant that not everybody may have, the column of whether the person may (`sleepers.ts`). */
  readonly mayColumns: ReadonlyMap<OptionKey, number>;
  readonly #declared: readonly (readonly [string, FeatureDeclaration])[];
  readonly #encoder: Encoder;
  /** What a context calls whether somebody may have some of the variants (`sleepers.ts`). */
  readonly #may: readonly string[];

  constructor(declaring: Declaring) {
    const { context = {}, crosses = [], policy, variants = [], guardrails = {} } = declaring;
    this.#declared = Object.entries(context).sort(compare);
    this.#encoder = new Encoder({
      features: this.#declared.map(([name, own]) => featureOf(name, own)),
      crosses: crosses.map(([left, right]) => ({ left, right })),
    });
    this.byOption = policy?.recovering === true;
    const lately = this.byOption ? HALF_LIVES.map((days) => `had lately (half-life ${days} d)`) : [];
    const sleepers = sleepingTogether({ variants, guardrails });
    this.#may = sleepers.map(([first]) => mayKey(first!.id));
    const firstMay = this.#encoder.labels.length;
    this.mayColumns = new Map(sleepers.flatMap((own, i) => own.map(({ id }) => [id, firstMay + i] as const)));
    this.labels = [...this.#encoder.labels, ...this.#may, ...lately];
    this.count = this.labels.length;
    this.places = [...this.labels.keys()];
    const { groups, secondOrder } = this.#encoder;
    const next = Math.max(...groups) + 1;
    const last = next + this.#may.length;
    this.groups = [...groups, ...this.#may.map((_, i) => next + i), ...lately.map(() => last)];
    this.secondOrder = secondOrder;
    this.categories = this.#encoder.categories;
    this.products = this.#encoder.products;
    const recovering = this.byOption ? HALF_LIVES : undefined;
    const may = this.#may.length > 0 ? this.#may : undefined;
    this.schema = schemaHash({ context: this.#declared, crosses, recovering, may });
  }

  /** Columns of which a model has one: of freshness, by half-life. The last ones; none where no option recovers. */
  get alternatives(): readonly number[] {
    return this.places.slice(this.#encoder.features + this.#may.length);
  }

  /** Of a decision on record. */
  ofTrial({ context, option }: { context: DecideRequest['context']; option: OptionKey }): Float64Array {
    return this.encode(context, option);
  }

  encode(context: DecideRequest['context'], option: OptionKey): Float64Array {
    const values = this.#declared.map(([name, own]) =>
      declaredValue(Object.hasOwn(context, name) ? context[name] : undefined, own),
    );
    const plain = this.#encoder.encode(values);
    const x = this.#may.length === 0 && !this.byOption ? plain : this.#withOwn(plain, context, option);
    for (let j = 0; j < x.length; j++) x[j] = Math.round(x[j]! * GRID) / GRID;
    return x;
  }

  /** With what follows from the programme itself. */
  #withOwn(plain: Float64Array, context: DecideRequest['context'], option: OptionKey): Float64Array {
    const may = this.#may.map((name) => mayHave(Object.hasOwn(context, name) ? context[name] : undefined));
    return Float64Array.of(...plain, ...may, ...(this.byOption ? freshnesses(context, option) : []));
  }
}
