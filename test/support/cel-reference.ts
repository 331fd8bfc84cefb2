import type { Rng } from '../../core/contracts/rng.ts';
import { DAY, HOUR } from './programmes.ts';

/*
 * Rules made at random, each as text and as a function of its own: a second reading of what CEL says
 * (https://github.com/google/cel-spec/blob/master/doc/langdef.md), for the part of it that rules are made of. What is
 * missing or of the wrong kind is an error; `&&` and `||` overlook an error where the other side decides.
 */

/** Somebody as a rule sees them. */
export interface Seen {
  traits: Readonly<Record<string, unknown>>;
  context: Readonly<Record<string, unknown>>;
  /** When signals happened, by name, ms since 1970; no order among them. */
  signals: Readonly<Record<string, readonly number[]>>;
  now: number;
}

export type Outcome = boolean | 'error';

export interface ReferenceRule {
  text: string;
  run: (seen: Seen) => Outcome;
}

const below = (rng: Rng, n: number): number => Math.floor(rng.uniform() * n);
const pick = <T>(rng: Rng, of: readonly T[]): T => of[below(rng, of.length)]!;

export const FIELDS = [
  'traits.age',
  'traits.country',
  'traits.vip',
  'traits.tags',
  'context.plan',
  'context.n',
] as const;
const TEXTS = ['DE', 'FR', 'pro', 'new'] as const;
const NUMBERS = [0, 1, 18, 18.5, -3] as const;

function valueOf(field: string, { traits, context }: Seen): unknown {
  const [of, name] = field.split('.') as [string, string];
  const record = of === 'traits' ? traits : context;
  const value = Object.hasOwn(record, name) ? record[name] : undefined;
  return of === 'traits' && value === null ? undefined : value;
}

/** A number as CEL writes it: with a fraction it is a double, without one an int. */
const numberText = (n: number): string => String(n);
const literal = (value: string | number): string =>
  typeof value === 'string' ? JSON.stringify(value) : numberText(value);

function presence(rng: Rng): ReferenceRule {
  const field = pick(rng, FIELDS);
  return { text: `has(${field})`, run: (seen) => valueOf(field, seen) !== undefined };
}

function flag(rng: Rng): ReferenceRule {
  const field = pick(rng, ['traits.vip', 'traits.age', 'context.plan'] as const);
  return {
    text: field,
    run(seen) {
      const value = valueOf(field, seen);
      return typeof value === 'boolean' ? value : 'error';
    },
  };
}

const ORDER: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

function ordered(rng: Rng): ReferenceRule {
  const field = pick(rng, ['traits.age', 'context.n', 'traits.country'] as const);
  const operator = pick(rng, Object.keys(ORDER));
  const bound = pick(rng, NUMBERS);
  return {
    text: `${field} ${operator} ${numberText(bound)}`,
    run(seen) {
      const value = valueOf(field, seen);
      return typeof value === 'number' ? ORDER[operator]!(value, bound) : 'error';
    },
  };
}

/** Values of two kinds are not equal, and that is no error. */
function equal(rng: Rng): ReferenceRule {
  const field = pick(rng, FIELDS);
  const other = pick<string | number>(rng, [...TEXTS, ...NUMBERS]);
  const not = rng.uniform() < 0.4;
  return {
    text: `${field} ${not ? '!=' : '=='} ${literal(other)}`,
    run(seen) {
      const value = valueOf(field, seen);
      if (value === undefined) return 'error';
      return (value === other) !== not;
    },
  };
}

function oneOf(rng: Rng): ReferenceRule {
  const field = pick(rng, ['traits.country', 'context.plan', 'traits.age'] as const);
  const values = [pick(rng, TEXTS), pick(rng, TEXTS)];
  return {
    text: `${field} in [${values.map(literal).join(', ')}]`,
    run(seen) {
      const value = valueOf(field, seen);
      return value === undefined ? 'error' : values.some((one) => one === value);
    },
  };
}

function member(rng: Rng): ReferenceRule {
  const text = pick(rng, TEXTS);
  return {
    text: `${literal(text)} in traits.tags`,
    run(seen) {
      const value = valueOf('traits.tags', seen);
      return Array.isArray(value) ? value.includes(text) : 'error';
    },
  };
}

function counted(rng: Rng): ReferenceRule {
  const name = pick(rng, ['Order Completed', 'email_opened']);
  const [window, ms] = pick(rng, [
    ['2h', 2 * HOUR],
    ['3d', 3 * DAY],
    ['90m', 1.5 * HOUR],
  ] as const);
  const operator = pick(rng, Object.keys(ORDER));
  const bound = below(rng, 4);
  return {
    text: `history.count(${literal(name)}, "${window}") ${operator} ${bound}`,
    run: ({ signals, now }) =>
      ORDER[operator]!((signals[name] ?? []).filter((at) => at > now - ms).length, bound),
  };
}

const ATOMS = [presence, flag, ordered, equal, oneOf, member, counted];

function both(a: ReferenceRule, b: ReferenceRule): ReferenceRule {
  return {
    text: `(${a.text} && ${b.text})`,
    run(seen) {
      const sides = [a.run(seen), b.run(seen)];
      if (sides.includes(false)) return false;
      return sides.includes('error') ? 'error' : true;
    },
  };
}

function either(a: ReferenceRule, b: ReferenceRule): ReferenceRule {
  return {
    text: `(${a.text} || ${b.text})`,
    run(seen) {
      const sides = [a.run(seen), b.run(seen)];
      if (sides.includes(true)) return true;
      return sides.includes('error') ? 'error' : false;
    },
  };
}

function not(a: ReferenceRule): ReferenceRule {
  return {
    text: `!(${a.text})`,
    run(seen) {
      const value = a.run(seen);
      return value === 'error' ? value : !value;
    },
  };
}

/** A rule at random, of a few parts. */
export function someRule(rng: Rng, depth = 3): ReferenceRule {
  if (depth === 0 || rng.uniform() < 0.25) return pick(rng, ATOMS)(rng);
  const kind = rng.uniform();
  if (kind < 0.2) return not(someRule(rng, depth - 1));
  const [a, b] = [someRule(rng, depth - 1), someRule(rng, depth - 1)];
  return kind < 0.6 ? both(a, b) : either(a, b);
}

/** Somebody at random: some values missing, some of the wrong kind. */
export function somebody(rng: Rng, now: number): Seen {
  const kinds: Record<(typeof FIELDS)[number], readonly unknown[]> = {
    'traits.age': [undefined, 17, 18, 18.5, 40, '18', null],
    'traits.country': [undefined, 'DE', 'FR', 'US', 1],
    'traits.vip': [undefined, true, false, 'yes'],
    'traits.tags': [undefined, [], ['new'], ['pro', 'DE'], 'new'],
    'context.plan': [undefined, 'pro', 'free', true],
    'context.n': [undefined, 0, 1, 2.5],
  };
  const values = FIELDS.map((field) => [field, pick(rng, kinds[field])] as const);
  const of = (prefix: string): Record<string, unknown> =>
    Object.fromEntries(
      values.flatMap(([field, value]) =>
        field.startsWith(prefix) && value !== undefined ? [[field.slice(prefix.length), value]] : [],
      ),
    );
  const times = (): number[] => Array.from({ length: below(rng, 4) }, () => now - below(rng, 4 * DAY));
  const signals = { 'Order Completed': times(), email_opened: times() };
  return { traits: of('traits.'), context: of('context.'), signals, now };
}
