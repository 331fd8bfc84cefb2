import type { ASTNode, Environment } from '@marcbachmann/cel-js';

/*
 * Functions that the library has in a laxer form than CEL: a time without a zone would be read by this machine's clock, the 30th of
 * February would be the 2nd of March, "" a 0. https://github.com/google/cel-spec/blob/master/doc/langdef.md, read 2026-11-29.
 */

/** RFC 3339, which says where on earth a time is. */
const TIME =
  /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/i;

/** What a text says as an RFC 3339 time, or undefined. */
export function timeOf(text: string): Date | undefined {
  const [, year, month, day] = (TIME.exec(text) ?? []).map(Number) as [number, number, number, number];
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= last)) return undefined;
  return new Date(text.toUpperCase());
}

const LENGTH = /^[+-]?(\d+(\.\d+)?(h|m|s|ms))+$/;

/** Whether a text is a length of time as CEL has it. */
export const isLength = (text: string): boolean => LENGTH.test(text);

function failing<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(what);
  return value;
}

const whole = (value: bigint): bigint =>
  failing(BigInt.asIntN(64, value) === value ? value : undefined, 'int() takes what 64 bits hold');

const asInt = (value: string | number): bigint => {
  const fits = typeof value === 'number' ? Number.isFinite(value) : /^[+-]?\d{1,19}$/.test(value);
  if (!fits) throw new Error('int() takes a number in digits');
  return whole(BigInt(typeof value === 'number' ? Math.trunc(value) : value));
};

const DOUBLE = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

const ascii = (text: string, change: (letter: string) => string): string => text.replace(/[a-z]/gi, change);

const STRICT = 'strict_';
const NAMES: ReadonlySet<string> = new Set(['timestamp', 'int', 'double', 'lowerAscii', 'upperAscii']);

/** Adds them to an environment, under names of their own: none of the library's can be replaced. */
export function withStrict(environment: Environment): Environment {
  const time = 'google.protobuf.Timestamp';
  return environment
    .registerFunction(`${STRICT}timestamp(string): ${time}`, (text: string) =>
      failing(timeOf(text), 'timestamp() takes a time with its zone such as 2026-11-22T10:00:00Z'),
    )
    .registerFunction(
      `${STRICT}timestamp(int): ${time}`,
      (seconds: bigint) => new Date(Number(seconds) * 1_000),
    )
    .registerFunction(`${STRICT}int(int): int`, (value: bigint) => value)
    .registerFunction(`${STRICT}int(double): int`, asInt)
    .registerFunction(`${STRICT}int(string): int`, asInt)
    .registerFunction(`${STRICT}double(double): double`, (value: number) => value)
    .registerFunction(`${STRICT}double(int): double`, (value: bigint) => Number(value))
    .registerFunction(`${STRICT}double(string): double`, (text: string) =>
      failing(DOUBLE.test(text) ? Number(text) : undefined, 'double() takes a number in digits'),
    )
    .registerFunction(`string.${STRICT}lowerAscii(): string`, (text: string) =>
      ascii(text, (letter) => letter.toLowerCase()),
    )
    .registerFunction(`string.${STRICT}upperAscii(): string`, (text: string) =>
      ascii(text, (letter) => letter.toUpperCase()),
    );
}

/** Makes a call of one of them of a call of the library's. */
export function useStrict(node: ASTNode): void {
  if ((node.op === 'call' || node.op === 'rcall') && NAMES.has(node.args[0]))
    node.args[0] = STRICT + node.args[0];
}

/** As people write it. */
export const plainly = (text: string): string => text.replaceAll(STRICT, '');
