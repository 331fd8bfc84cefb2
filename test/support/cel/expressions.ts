import type { Rng } from '../../../core/contracts/rng.ts';
import { DAY, HOUR } from '../programmes.ts';
import type { Seen } from './seen.ts';
import { element, FIELDS, lastOf, own, valueOf } from './seen.ts';
import type { Value } from './values.ts';
import {
  CALCULATIONS,
  CONVERSIONS,
  Length,
  Moment,
  negative,
  none,
  OF_TEXT,
  partOf,
  PARTS,
  sizeOf,
} from './values.ts';

/*
 * Rules made at random, each as text and as a function of its own: everything docs/programmes.md says that a rule may be made of. They
 * are of the right kinds as far as that can be told before anybody is looked at; fields are of any kind.
 */

/** An expression; `run` throws NoValue where it has none. `one` is the element of a list that is looked at. */
export interface Expression {
  text: string;
  run: (seen: Seen, one?: Value) => Value;
}

export type Maker = (depth: number) => Expression;

export const quote = (text: string): string => JSON.stringify(text);

/** Makes expressions of every kind but those that are true or false, of one stream of chance. */
export abstract class Expressions {
  readonly #rng: Rng;
  /** Inside a look at each element of a list, where there is no second one. */
  protected inside = false;
  /** What is true or false. */
  abstract truth: Maker;

  constructor(rng: Rng) {
    this.#rng = rng;
  }

  protected below(n: number): number {
    return Math.floor(this.#rng.uniform() * n);
  }

  protected pick<T>(...of: readonly T[]): T {
    return of[this.below(of.length)]!;
  }

  /** One of the simple ones at the end of the depth, and one of all before. */
  protected make(depth: number, simple: readonly Maker[], deep: readonly Maker[]): Expression {
    return this.pick(...(depth <= 0 ? simple : [...simple, ...deep, ...deep]))(depth - 1);
  }

  /** A field of any kind, of the request or of the person, and in one of them a field or an element of it. */
  protected field: Maker = () => {
    if (this.inside && this.below(2) === 0) return { text: 'one', run: (_, one) => one };
    const [text, of, name] = this.pick(...FIELDS);
    const whole: Expression = { text, run: (seen) => valueOf(of, name, seen) };
    if (name === 'place' && this.below(2) === 0) {
      const inner = this.pick('city', 'none', 'zip');
      const run = (seen: Seen): Value => own(whole.run(seen), inner);
      return { text: this.pick(`${text}.${inner}`, `${text}[${quote(inner)}]`), run };
    }
    if (name !== 'tags' || this.below(3) > 0) return whole;
    const at = this.below(3);
    return { text: `${text}[${at}]`, run: (seen) => element(whole.run(seen), at) };
  };

  #literal<T>(values: readonly T[], textOf: (value: T) => string, valueOf: (value: T) => Value): Expression {
    const value = this.pick(...values);
    return { text: textOf(value), run: () => valueOf(value) };
  }

  #whole: Maker = () => this.#literal([0, 1, 2, 18, 40, 250], String, BigInt);

  #double: Maker = () =>
    this.#literal([0, 0.5, 1, 18, 18.5, 250], (n) => (Number.isInteger(n) ? `${n}.0` : String(n)), Number);

  protected word: Maker = () =>
    this.#literal(['', 'DE', 'de', 'pro', ' Ä ', '18', '1.5', 'true', '2026-11-22T10:00:00Z'], quote, String);

  #count: Maker = () => {
    const name = this.pick('Order Completed', 'email_opened', 'nothing');
    const [window, ms] = this.pick(['90m', 1.5 * HOUR], ['2h', 2 * HOUR], ['3d', 3 * DAY]);
    const run = ({ signals, now }: Seen): bigint =>
      BigInt((signals[name] ?? []).filter((at) => at > now - ms).length);
    return { text: `history.count(${quote(name)}, "${window}")`, run };
  };

  #size: Maker = (depth) => {
    const of = this.pick<Maker>(this.field, this.text, this.list)(depth);
    return {
      text: this.pick(`size(${of.text})`, `${of.text}.size()`),
      run: (...at) => sizeOf(of.run(...at)),
    };
  };

  #part: Maker = (depth) => {
    const name = this.pick(...Object.keys(PARTS));
    const of = this.time(depth);
    return { text: `(${of.text}).${name}()`, run: (...at) => partOf(name, of.run(...at)) };
  };

  protected converted(name: string, ...from: readonly Maker[]): Maker {
    return (depth) => {
      const of = this.pick(...from)(depth);
      return { text: `${name}(${of.text})`, run: (...at) => CONVERSIONS[name]!(of.run(...at)) };
    };
  }

  /** Of two of one kind, or of one and a field. */
  #calculated(kind: Maker, ...operators: readonly string[]): Maker {
    return (depth) => {
      const operator = this.pick(...operators);
      const [a, b] = [kind(depth), this.pick(kind, kind, this.field)(depth)];
      const run: Expression['run'] = (...at) => CALCULATIONS[operator]!(a.run(...at), b.run(...at));
      return { text: `(${a.text} ${operator} ${b.text})`, run };
    };
  }

  #negative(kind: Maker): Maker {
    return (depth) => {
      const of = kind(depth);
      return { text: `-(${of.text})`, run: (...at) => negative(of.run(...at)) };
    };
  }

  /** By a condition one of two of one kind. */
  protected either(kind: Maker): Maker {
    return (depth) => {
      const [when, a, b] = [this.truth(depth), kind(depth), kind(depth)];
      const run: Expression['run'] = (...at) => {
        const value = when.run(...at);
        return value === true ? a.run(...at) : value === false ? b.run(...at) : none();
      };
      return { text: `(${when.text} ? ${a.text} : ${b.text})`, run };
    };
  }

  protected int: Maker = (depth) =>
    this.make(
      depth,
      [this.#whole, this.#count],
      [
        this.#size,
        this.#part,
        this.converted('int', this.field, this.#double, this.word),
        this.#calculated(this.int, '+', '-', '*', '/', '%'),
        this.#negative(this.int),
        this.either(this.int),
      ],
    );

  protected number: Maker = (depth) =>
    this.make(
      depth,
      [this.#double],
      [
        this.converted('double', this.field, this.int, this.word),
        this.#calculated(this.number, '+', '-', '*', '/'),
        this.#negative(this.number),
        this.either(this.number),
      ],
    );

  protected text: Maker = (depth) =>
    this.make(
      depth,
      [this.word, () => ({ text: 'history.lastVariant()', run: (seen) => lastOf(seen)?.variant ?? '' })],
      [
        (deeper) => {
          const [name, of] = [this.pick(...Object.keys(OF_TEXT)), this.pick(this.field, this.text)(deeper)];
          return { text: `${of.text}.${name}()`, run: (...at) => OF_TEXT[name]!(of.run(...at)) };
        },
        this.converted('string', this.field, this.int, this.number),
        this.#calculated(this.text, '+'),
        this.either(this.text),
      ],
    );

  protected length: Maker = () => {
    const [text, ms] = this.pick(
      ['90m', 1.5 * HOUR],
      ['36h', 36 * HOUR],
      ['1h30m', 1.5 * HOUR],
      ['-2h', -2 * HOUR],
    );
    return { text: `duration("${text}")`, run: () => new Length(ms) };
  };

  protected time: Maker = (depth) =>
    this.make(
      depth,
      [
        () => ({ text: 'now', run: ({ now }) => new Moment(now) }),
        () => ({ text: 'history.lastContact()', run: (seen) => new Moment(lastOf(seen)?.at ?? none()) }),
        this.converted('timestamp', this.field, () => this.#literal(['2026-11-22T10:00:00Z'], quote, String)),
      ],
      [
        (deeper) => {
          const [operator, a, b] = [this.pick('+', '-'), this.time(deeper), this.length(deeper)];
          const run: Expression['run'] = (...at) => CALCULATIONS[operator]!(a.run(...at), b.run(...at));
          return { text: `(${a.text} ${operator} ${b.text})`, run };
        },
        this.either(this.time),
      ],
    );

  protected list: Maker = (depth) => {
    const kind = this.pick(this.text, this.int, this.field, this.number);
    const all = Array.from({ length: this.below(4) }, () => kind(depth - 2));
    const run: Expression['run'] = (...at) => all.map((one) => one.run(...at));
    return { text: `[${all.map(({ text }) => text).join(', ')}]`, run };
  };
}
