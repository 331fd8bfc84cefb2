/*
 * Values of rules and what CEL says can be done with them: a second reading of
 * https://github.com/google/cel-spec/blob/master/doc/langdef.md (read 2026-11), for the part of it that rules are made of. An int is
 * a bigint, a double a number. What is missing, of the wrong kind or out of range has no value.
 */

/** Ends the evaluation of an expression that has no value. */
export class NoValue extends Error {}

export const none = (): never => {
  throw new NoValue();
};

/** A point in time, ms since 1970. */
export class Moment {
  readonly ms: number;
  constructor(ms: number) {
    this.ms = ms;
  }
}

/** A length of time, ms. */
export class Length {
  readonly ms: number;
  constructor(ms: number) {
    this.ms = ms;
  }
}

export type Value = unknown;

export const isRecord = (value: Value): value is Record<string, Value> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Moment || value instanceof Length);

const isNumber = (value: Value): value is number | bigint =>
  typeof value === 'number' || typeof value === 'bigint';

/** Numbers of both kinds are one line; values of two kinds are not equal, and that is no error. */
export function equal(a: Value, b: Value): boolean {
  // eslint-disable-next-line eqeqeq -- 1n == 1 is what CEL says of 1 and 1.0
  if (isNumber(a) && isNumber(b)) return a == b;
  if (a instanceof Moment && b instanceof Moment) return a.ms === b.ms;
  if (a instanceof Length && b instanceof Length) return a.ms === b.ms;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((one, i) => equal(one, b[i]));
  if (isRecord(a) && isRecord(b)) {
    const names = Object.keys(a);
    return (
      names.length === Object.keys(b).length &&
      names.every((name) => Object.hasOwn(b, name) && equal(a[name], b[name]))
    );
  }
  return a === b;
}

/** Less than 0 where `a` comes first. */
function order(a: Value, b: Value): number {
  // of what is no number nothing is less, and nothing more
  if (isNumber(a) && isNumber(b)) return a < b ? -1 : a > b ? 1 : equal(a, b) ? 0 : NaN;
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : Number(a > b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (a instanceof Moment && b instanceof Moment) return a.ms - b.ms;
  if (a instanceof Length && b instanceof Length) return a.ms - b.ms;
  return none();
}

export const ORDERS: Readonly<Record<string, (a: Value, b: Value) => boolean>> = {
  '<': (a, b) => order(a, b) < 0,
  '<=': (a, b) => order(a, b) <= 0,
  '>': (a, b) => order(a, b) > 0,
  '>=': (a, b) => order(a, b) >= 0,
};

export function isIn(a: Value, b: Value): boolean {
  if (Array.isArray(b)) return b.some((one) => equal(a, one));
  return isRecord(b) ? typeof a === 'string' && Object.hasOwn(b, a) : none();
}

const whole = (value: bigint): bigint => (BigInt.asIntN(64, value) === value ? value : none());

type Calculation = (a: Value, b: Value) => Value;

/** The same for two ints, with an end to them, and for two doubles; never for one of each. */
const ofNumbers =
  (ints: (a: bigint, b: bigint) => bigint, doubles?: (a: number, b: number) => number): Calculation =>
  (a, b) => {
    if (typeof a === 'bigint' && typeof b === 'bigint') return whole(ints(a, b));
    return doubles && typeof a === 'number' && typeof b === 'number' ? doubles(a, b) : none();
  };

const sum = ofNumbers(
  (a, b) => a + b,
  (a, b) => a + b,
);
const difference = ofNumbers(
  (a, b) => a - b,
  (a, b) => a - b,
);

export const CALCULATIONS: Readonly<Record<string, Calculation>> = {
  '+': (a, b) => {
    if (typeof a === 'string' && typeof b === 'string') return a + b;
    if (Array.isArray(a) && Array.isArray(b)) return [...(a as Value[]), ...(b as Value[])];
    if (a instanceof Moment && b instanceof Length) return new Moment(a.ms + b.ms);
    if (a instanceof Length && b instanceof Moment) return new Moment(a.ms + b.ms);
    if (a instanceof Length && b instanceof Length) return new Length(a.ms + b.ms);
    return sum(a, b);
  },
  '-': (a, b) => {
    if (a instanceof Moment && b instanceof Moment) return new Length(a.ms - b.ms);
    if (a instanceof Moment && b instanceof Length) return new Moment(a.ms - b.ms);
    if (a instanceof Length && b instanceof Length) return new Length(a.ms - b.ms);
    return difference(a, b);
  },
  '*': ofNumbers(
    (a, b) => a * b,
    (a, b) => a * b,
  ),
  '/': ofNumbers(
    (a, b) => (b === 0n ? none() : a / b),
    (a, b) => a / b,
  ),
  '%': ofNumbers((a, b) => (b === 0n ? none() : a % b)),
};

export function negative(value: Value): Value {
  if (typeof value === 'bigint') return whole(-value);
  return typeof value === 'number' ? -value : none();
}

const text = (value: Value): string => (typeof value === 'string' ? value : none());

export function sizeOf(value: Value): bigint {
  if (typeof value === 'string') return BigInt([...value].length);
  if (Array.isArray(value)) return BigInt(value.length);
  return isRecord(value) ? BigInt(Object.keys(value).length) : none();
}

/** RFC 3339: a date, a time and where on earth that is. */
const TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/i;

function momentOf(value: string): Moment {
  const parts = TIME.exec(value);
  if (!parts) return none();
  const [year, month, day, hours, minutes, seconds] = parts.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const ms = Math.floor(Number(`0.${parts[7] ?? '0'}`) * 1_000);
  const zone = parts[8]!.toUpperCase();
  const away = zone === 'Z' ? 0 : Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4));
  const utc = new Date(0);
  utc.setUTCFullYear(year, month - 1, day);
  utc.setUTCHours(hours, minutes, seconds, ms);
  const real =
    utc.getUTCMonth() === month - 1 && utc.getUTCDate() === day && hours < 24 && minutes < 60 && seconds < 60;
  return real ? new Moment(utc.getTime() - (zone.startsWith('-') ? -away : away) * 60_000) : none();
}

const BOOLS: Readonly<Record<string, boolean>> = {
  ...{ '1': true, t: true, true: true, TRUE: true, True: true },
  ...{ '0': false, f: false, false: false, FALSE: false, False: false },
};

/** Functions of one value. */
export const CONVERSIONS: Readonly<Record<string, (value: Value) => Value>> = {
  int(value) {
    if (typeof value === 'bigint') return value;
    if (typeof value === 'number') return Number.isFinite(value) ? whole(BigInt(Math.trunc(value))) : none();
    return /^[+-]?\d+$/.test(text(value)) ? whole(BigInt(value as string)) : none();
  },
  double(value) {
    if (isNumber(value)) return Number(value);
    return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text(value)) ? Number(value) : none();
  },
  string: (value) =>
    value === Infinity || value === -Infinity
      ? `${value > 0 ? '+' : '-'}Inf`
      : isNumber(value) || typeof value === 'boolean' || typeof value === 'string'
        ? String(value)
        : none(),
  bool(value) {
    if (typeof value === 'boolean') return value;
    return Object.hasOwn(BOOLS, text(value)) ? BOOLS[value as string]! : none();
  },
  timestamp: (value) =>
    typeof value === 'bigint' ? new Moment(Number(value) * 1_000) : momentOf(text(value)),
};

const ascii = (value: string, change: (letter: string) => string): string =>
  value.replace(/[a-zA-Z]/g, change);

/** Functions of one text. */
export const OF_TEXT: Readonly<Record<string, (value: Value) => string>> = {
  lowerAscii: (value) => ascii(text(value), (letter) => letter.toLowerCase()),
  upperAscii: (value) => ascii(text(value), (letter) => letter.toUpperCase()),
  trim: (value) => text(value).trim(),
};

/** Functions of two texts. */
export const OF_TEXTS: Readonly<Record<string, (a: Value, b: Value) => boolean>> = {
  contains: (a, b) => text(a).includes(text(b)),
  startsWith: (a, b) => text(a).startsWith(text(b)),
  endsWith: (a, b) => text(a).endsWith(text(b)),
};

/** Parts of a time, in UTC; of a length of time there are two, of all of it. */
export const PARTS: Readonly<Record<string, (time: Date) => number>> = {
  getFullYear: (time) => time.getUTCFullYear(),
  getMonth: (time) => time.getUTCMonth(),
  getDate: (time) => time.getUTCDate(),
  getDayOfMonth: (time) => time.getUTCDate() - 1,
  getDayOfWeek: (time) => time.getUTCDay(),
  getHours: (time) => time.getUTCHours(),
  getMinutes: (time) => time.getUTCMinutes(),
};

export function partOf(name: string, value: Value): bigint {
  if (value instanceof Moment) return BigInt(PARTS[name]!(new Date(value.ms)));
  const unit = { getHours: 3_600_000, getMinutes: 60_000 }[name];
  return value instanceof Length && unit ? BigInt(Math.trunc(value.ms / unit)) : none();
}
