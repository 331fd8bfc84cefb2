import type { Expression, Maker } from './expressions.ts';
import { Expressions } from './expressions.ts';
import type { Seen } from './seen.ts';
import { FIELDS, valueOf } from './seen.ts';
import type { Value } from './values.ts';
import { equal, isIn, isRecord, none, NoValue, OF_TEXTS, ORDERS } from './values.ts';

/** What becomes of a rule. */
export type Outcome = boolean | 'error';

/** A value, or the error instead of one. */
function tried({ run }: Expression, seen: Seen, one: Value): Value {
  try {
    return run(seen, one);
  } catch (error) {
    if (error instanceof NoValue) return error;
    throw error;
  }
}

/** What holds if either side says so, whatever the other one is; what is neither true nor false is an error. */
function decidedBy(value: boolean, ...sides: Value[]): Value {
  if (sides.includes(value)) return value;
  return sides.every((side) => side === !value) ? !value : none();
}

function elementsOf(list: Value): Value[] {
  if (Array.isArray(list)) return list as Value[];
  return isRecord(list) ? Object.keys(list) : none();
}

/** How many hold, of what was found of each element. */
const LOOKS: Readonly<Record<string, (found: readonly Value[]) => Value>> = {
  all: (found) => decidedBy(false, ...found),
  exists: (found) => decidedBy(true, ...found),
  exists_one: (found) =>
    found.every((one) => typeof one === 'boolean') ? found.filter((one) => one).length === 1 : none(),
};

/** Makes rules at random, and what becomes of them by a second reading. */
export class Rules extends Expressions {
  #presence = (): Expression => {
    // only what is named with a dot can be asked for
    const [text, of, name] = this.pick(...FIELDS.filter(([written]) => !written.includes('[')));
    const inner = name === 'place' && this.below(2) === 0 ? 'city' : undefined;
    const run = (seen: Seen): boolean => {
      const value = tried({ text, run: () => valueOf(of, name, seen) }, seen, undefined);
      if (inner === undefined) return !(value instanceof NoValue);
      // what is there and has no fields has no city; of what is not there nobody knows
      return value instanceof NoValue ? none() : isRecord(value) && Object.hasOwn(value, inner);
    };
    return { text: `has(${text}${inner === undefined ? '' : `.${inner}`})`, run };
  };

  /** Two values of kinds that go together, or a field. */
  #two(depth: number): [Expression, Expression] {
    const kind = this.pick<Maker>(this.int, this.number, this.text, this.time);
    const [a, b] = [this.pick(kind, this.field)(depth), kind(depth)];
    return this.below(2) === 0 ? [a, b] : [b, a];
  }

  #ordered: Maker = (depth) => {
    const operator = this.pick(...Object.keys(ORDERS));
    const [a, b] = this.#two(depth);
    return {
      text: `${a.text} ${operator} ${b.text}`,
      run: (...at) => ORDERS[operator]!(a.run(...at), b.run(...at)),
    };
  };

  #equal: Maker = (depth) => {
    const not = this.below(3) === 0;
    const [a, b] = this.below(4) === 0 ? [this.field(depth), this.list(depth)] : this.#two(depth);
    const run: Expression['run'] = (...at) => equal(a.run(...at), b.run(...at)) !== not;
    return { text: `${a.text} ${not ? '!=' : '=='} ${b.text}`, run };
  };

  #in: Maker = (depth) => {
    const [one, all] = [this.pick<Maker>(this.field, this.text, this.int)(depth), this.field(depth)];
    const listed = this.below(2) === 0;
    const some = listed
      ? [this.field(depth), ...Array.from({ length: 2 }, () => this.pick<Maker>(this.text, this.int)(depth))]
      : [];
    const text = listed ? `[${some.map((own) => own.text).join(', ')}]` : all.text;
    const run: Expression['run'] = (...at) =>
      isIn(one.run(...at), listed ? some.map((own) => own.run(...at)) : all.run(...at));
    return { text: `${one.text} in ${text}`, run };
  };

  #ofTexts: Maker = (depth) => {
    const name = this.pick(...Object.keys(OF_TEXTS));
    const [a, b] = [
      this.pick<Maker>(this.field, this.text)(depth),
      this.pick<Maker>(this.field, this.text)(depth),
    ];
    return {
      text: `${a.text}.${name}(${b.text})`,
      run: (...at) => OF_TEXTS[name]!(a.run(...at), b.run(...at)),
    };
  };

  /** Of each element of a list. */
  #looked: Maker = (depth) => {
    if (this.inside) return this.#presence();
    const name = this.pick(...Object.keys(LOOKS));
    const list = this.field(depth);
    this.inside = true;
    const holds = this.truth(depth);
    this.inside = false;
    const run: Expression['run'] = (seen) =>
      LOOKS[name]!(elementsOf(list.run(seen)).map((one) => tried(holds, seen, one)));
    return { text: `${list.text}.${name}(one, ${holds.text})`, run };
  };

  #not: Maker = (depth) => {
    const of = this.truth(depth);
    return {
      text: `!(${of.text})`,
      run(...at) {
        const value = of.run(...at);
        return typeof value === 'boolean' ? !value : none();
      },
    };
  };

  #joined: Maker = (depth) => {
    const [a, b, any] = [this.truth(depth), this.truth(depth), this.below(2) === 0];
    const run: Expression['run'] = (seen, one) => decidedBy(any, tried(a, seen, one), tried(b, seen, one));
    return { text: `(${a.text} ${any ? '||' : '&&'} ${b.text})`, run };
  };

  truth: Maker = (depth) =>
    this.make(
      depth,
      [this.#presence, this.field, this.#ordered, this.#equal, this.#in],
      [
        ...[
          this.#ordered,
          this.#equal,
          this.#in,
          this.#ofTexts,
          this.#looked,
          this.#not,
          this.#joined,
          this.#joined,
        ],
        this.converted('bool', this.field, this.text),
        this.either(this.truth),
      ],
    );

  /** A rule with what becomes of it: whoever it has no value for does not fulfil it. */
  rule(): { text: string; outcome: (seen: Seen) => Outcome } {
    const whole = this.truth(3);
    const outcome = (seen: Seen): Outcome => {
      const value = tried(whole, seen, undefined);
      return typeof value === 'boolean' ? value : 'error';
    };
    return { text: whole.text, outcome };
  }
}
