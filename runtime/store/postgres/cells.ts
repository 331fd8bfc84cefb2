/*
 * Columns as the binary form of PostgreSQL's arrays (src/backend/utils/adt/arrayfuncs.c, array_recv): nothing has to be
 * quoted here and unquoted there, which for JSON text costs more than writing the rows.
 */

/** Object ids of the element types (src/include/catalog/pg_type.dat). */
const OID = { bool: 16, text: 25, float8: 701 } as const;

/** What text in PostgreSQL cannot hold: NUL, and half of a surrogate pair. U+0001 is what they are written with. */
const ODD = /[\0\x01]|\p{Surrogate}/gu;
const WRITTEN = /\x01([0-9a-f]{4})/g;

/** Text that PostgreSQL can hold; different text stays different. JSON never holds anything that needs it. */
export function toText(value: string): string {
  // nearly all text is plain, and looking is much cheaper than replacing
  if (value.isWellFormed() && !value.includes('\0') && !value.includes('\x01')) return value;
  return value.replace(ODD, (odd) => `\x01${odd.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

export function fromText(value: string): string {
  if (!value.includes('\x01')) return value;
  return value.replace(WRITTEN, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Number of dimensions, whether there are NULLs, type; then length and lower bound of the only dimension. */
function header(size: number, oid: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(size + 20);
  bytes.writeInt32BE(1, 0);
  bytes.writeInt32BE(1, 4);
  bytes.writeInt32BE(oid, 8);
  bytes.writeInt32BE(length, 12);
  bytes.writeInt32BE(1, 16);
  return bytes;
}

/** A parameter of type `text[]`. */
export function texts(values: readonly (string | null)[]): Buffer {
  const written = values.map((value) => (value === null ? null : toText(value)));
  const size = written.reduce((sum, value) => sum + 4 + (value === null ? 0 : Buffer.byteLength(value)), 0);
  const bytes = header(size, OID.text, values.length);
  let at = 20;
  for (const value of written) {
    const length = value === null ? -1 : bytes.write(value, at + 4);
    bytes.writeInt32BE(length, at);
    at += 4 + Math.max(0, length);
  }
  return bytes;
}

/** A `text[]` as text: what an element of another array can be. */
export const arrayText = (values: readonly string[]): string =>
  `{${values.map((value) => `"${value.replace(/["\\\\]/g, '\\$&')}"`).join(',')}}`;

/** A parameter of type `float8[]`: times in ms and worths, as they are here. @throws TypeError for what is no number. */
export function numbers(values: readonly (number | null)[]): Buffer {
  const size = values.reduce<number>((sum, value) => sum + (value === null ? 4 : 12), 0);
  const bytes = header(size, OID.float8, values.length);
  let at = 20;
  for (const value of values) {
    at = bytes.writeInt32BE(value === null ? -1 : 8, at);
    if (value === null) continue;
    if (!Number.isFinite(value)) throw new TypeError('store: a time or an amount is not a number');
    at = bytes.writeDoubleBE(value, at);
  }
  return bytes;
}

/** A parameter of type `bool[]`. */
export function booleans(values: readonly (boolean | null)[]): Buffer {
  const size = values.reduce((sum, value) => sum + (value === null ? 4 : 5), 0);
  const bytes = header(size, OID.bool, values.length);
  let at = 20;
  for (const value of values) {
    at = bytes.writeInt32BE(value === null ? -1 : 1, at);
    if (value !== null) at = bytes.writeUInt8(Number(value), at);
  }
  return bytes;
}
