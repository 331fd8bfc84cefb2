/**
 * MurmurHash3_x86_128 (Austin Appleby, public domain, https://github.com/aappleby/smhasher). Not for secrets: it spreads
 * people over arms, partitions and seeds, evenly and the same way for ever.
 */

const C1 = 0x239b961b;
const C2 = 0xab0e9789;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93;

const rotl = (x: number, r: number): number => (x << r) | (x >>> (32 - r));

function fmix(h: number): number {
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Four 32-bit words of the hash of some bytes. */
export function murmur3Bytes(bytes: Uint8Array, seed: number, length = bytes.length): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  const h = new Int32Array([seed, seed, seed, seed]);
  const blocks = length >>> 4;
  for (let block = 0; block < blocks; block++) mixBlock(h, view, block * 16);
  mixTail(h, bytes, blocks * 16, length);
  return finish(h, length);
}

function mixBlock(h: Int32Array, view: DataView, at: number): void {
  let [h1, h2, h3, h4] = h as unknown as [number, number, number, number];
  h1 ^= Math.imul(rotl(Math.imul(view.getInt32(at, true), C1), 15), C2);
  h1 = Math.imul(rotl(h1, 19) + h2, 5) + 0x561ccd1b;
  h2 ^= Math.imul(rotl(Math.imul(view.getInt32(at + 4, true), C2), 16), C3);
  h2 = Math.imul(rotl(h2, 17) + h3, 5) + 0x0bcaa747;
  h3 ^= Math.imul(rotl(Math.imul(view.getInt32(at + 8, true), C3), 17), C4);
  h3 = Math.imul(rotl(h3, 15) + h4, 5) + 0x96cd1c35;
  h4 ^= Math.imul(rotl(Math.imul(view.getInt32(at + 12, true), C4), 18), C1);
  h4 = Math.imul(rotl(h4, 13) + h1, 5) + 0x32ac3b17;
  h[0] = h1;
  h[1] = h2;
  h[2] = h3;
  h[3] = h4;
}

/** Multipliers and rotation of each word of the last, incomplete block. */
const TAIL = [
  [C1, 15, C2],
  [C2, 16, C3],
  [C3, 17, C4],
  [C4, 18, C1],
] as const;

function mixTail(h: Int32Array, bytes: Uint8Array, from: number, length: number): void {
  for (let word = 0; word < 4; word++) {
    const start = from + word * 4;
    if (start >= length) return;
    let k = 0;
    for (let i = Math.min(start + 4, length) - 1; i >= start; i--) k = (k << 8) | bytes[i]!;
    const [a, r, b] = TAIL[word]!;
    h[word] = h[word]! ^ Math.imul(rotl(Math.imul(k, a), r), b);
  }
}

function finish(h: Int32Array, length: number): Uint32Array {
  let h1 = h[0]! ^ length;
  let h2 = h[1]! ^ length;
  let h3 = h[2]! ^ length;
  let h4 = h[3]! ^ length;
  h1 = (h1 + h2 + h3 + h4) | 0;
  h2 = fmix(h2 + h1);
  h3 = fmix(h3 + h1);
  h4 = fmix(h4 + h1);
  h1 = (fmix(h1) + h2 + h3 + h4) | 0;
  return new Uint32Array([h1, h2 + h1, h3 + h1, h4 + h1]);
}

const encoder = new TextEncoder();
let scratch = new Uint8Array(1024);

/** Hash of text (as UTF-8): four 32-bit words. */
export function murmur3(text: string, seed = 0): Uint32Array {
  if (scratch.length < text.length * 3) scratch = new Uint8Array(text.length * 3);
  const { written } = encoder.encodeInto(text, scratch);
  return murmur3Bytes(scratch, seed, written);
}

/** Hash of text as a number in [0, 1), 53 bits. */
export function unitHash(text: string): number {
  const words = murmur3(text);
  return ((words[0]! >>> 5) * 2 ** 26 + (words[1]! >>> 6)) / 2 ** 53;
}

/** Hash of text as 26 characters of Crockford's base 32 (130 bits, the last two zero). */
export function hash32(text: string): string {
  return base32(murmur3(text), 26);
}

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The first `characters` x 5 bits of some words, most significant first. */
export function base32(words: Uint32Array, characters: number): string {
  let text = '';
  for (let i = 0; i < characters; i++) {
    let value = 0;
    for (let bit = i * 5; bit < i * 5 + 5; bit++) {
      const word = words[bit >>> 5] ?? 0;
      value = (value << 1) | ((word >>> (31 - (bit & 31))) & 1);
    }
    text += ALPHABET.charAt(value);
  }
  return text;
}
