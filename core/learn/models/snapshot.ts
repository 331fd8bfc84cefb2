import { hash32 } from '../../maths/murmur3.ts';

/** Written into every snapshot; a reader refuses any other. */
export const SNAPSHOT_VERSION = 1;

/** A model's state as text: numbers as the bytes of their doubles, so that what is read is what was written. */
export interface Snapshot {
  version: number;
  /** Of the features and options the numbers belong to. */
  schema: string;
  /** Base64 of little-endian doubles, by name. */
  numbers: Record<string, string>;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const PLACES = new Map([...ALPHABET].map((letter, i) => [letter, i]));

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const word = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += ALPHABET[(word >> 18) & 63]! + ALPHABET[(word >> 12) & 63]!;
    text += i + 1 < bytes.length ? ALPHABET[(word >> 6) & 63]! : '=';
    text += i + 2 < bytes.length ? ALPHABET[word & 63]! : '=';
  }
  return text;
}

function fromBase64(text: string): Uint8Array {
  const bytes = new Uint8Array(
    (text.length / 4) * 3 - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0),
  );
  for (let i = 0, at = 0; i < text.length; i += 4) {
    let word = 0;
    for (let j = 0; j < 4; j++) word = (word << 6) | (PLACES.get(text[i + j]!) ?? 0);
    for (const shift of [16, 8, 0]) if (at < bytes.length) bytes[at++] = (word >> shift) & 255;
  }
  return bytes;
}

export function encodeDoubles(numbers: ArrayLike<number>): string {
  const view = new DataView(new ArrayBuffer(numbers.length * 8));
  for (let i = 0; i < numbers.length; i++) view.setFloat64(i * 8, numbers[i]!, true);
  return toBase64(new Uint8Array(view.buffer));
}

export function decodeDoubles(text: string): Float64Array {
  const bytes = fromBase64(text);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float64Array.from({ length: bytes.length / 8 }, (_, i) => view.getFloat64(i * 8, true));
}

/** The same for the same features in the same columns. */
export const schemaHash = (description: unknown): string => hash32(JSON.stringify(description));

export function writeSnapshot(schema: string, numbers: Record<string, ArrayLike<number>>): Snapshot {
  const encoded = Object.entries(numbers).map(([name, own]) => [name, encodeDoubles(own)] as const);
  return { version: SNAPSHOT_VERSION, schema, numbers: Object.fromEntries(encoded) };
}

/**
 * The numbers of a snapshot, by name.
 * @throws RangeError where version or schema are not the reader's: weights of other columns must not be used
 */
export function readSnapshot(snapshot: Snapshot, schema: string): (name: string) => Float64Array {
  if (snapshot.version !== SNAPSHOT_VERSION) throw new RangeError(`snapshot version ${snapshot.version}`);
  if (snapshot.schema !== schema)
    throw new RangeError(`snapshot of schema ${snapshot.schema}, not ${schema}`);
  return (name) => {
    const text = snapshot.numbers[name];
    if (text === undefined) throw new RangeError(`snapshot without ${name}`);
    return decodeDoubles(text);
  };
}
