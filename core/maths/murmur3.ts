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

const word = (bytes: Uint8Array, at: number): number =>
  bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);

/** Four 32-bit words of the hash of some bytes. Plain locals: this runs several times in every decision. */
export function murmur3Bytes(bytes: Uint8Array, seed: number, length = bytes.length): Uint32Array {
  let h1 = seed | 0;
  let h2 = seed | 0;
  let h3 = seed | 0;
  let h4 = seed | 0;
  const whole = length & ~15;
  for (let at = 0; at < whole; at += 16) {
    h1 ^= Math.imul(rotl(Math.imul(word(bytes, at), C1), 15), C2);
    h1 = Math.imul(rotl(h1, 19) + h2, 5) + 0x561ccd1b;
    h2 ^= Math.imul(rotl(Math.imul(word(bytes, at + 4), C2), 16), C3);
    h2 = Math.imul(rotl(h2, 17) + h3, 5) + 0x0bcaa747;
    h3 ^= Math.imul(rotl(Math.imul(word(bytes, at + 8), C3), 17), C4);
    h3 = Math.imul(rotl(h3, 15) + h4, 5) + 0x96cd1c35;
    h4 ^= Math.imul(rotl(Math.imul(word(bytes, at + 12), C4), 18), C1);
    h4 = Math.imul(rotl(h4, 13) + h1, 5) + 0x32ac3b17;
  }
  h1 ^= Math.imul(rotl(Math.imul(tail(bytes, whole, length), C1), 15), C2);
  h2 ^= Math.imul(rotl(Math.imul(tail(bytes, whole + 4, length), C2), 16), C3);
  h3 ^= Math.imul(rotl(Math.imul(tail(bytes, whole + 8, length), C3), 17), C4);
  h4 ^= Math.imul(rotl(Math.imul(tail(bytes, whole + 12, length), C4), 18), C1);
  return finish(h1 ^ length, h2 ^ length, h3 ^ length, h4 ^ length);
}

/** The word at `at` of the last, incomplete block: bytes past the end count as 0, and a word of zeros mixes in nothing. */
function tail(bytes: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let i = Math.min(at + 4, length) - 1; i >= at; i--) value = (value << 8) | bytes[i]!;
  return value;
}

function finish(h1: number, h2: number, h3: number, h4: number): Uint32Array {
  const a = (h1 + h2 + h3 + h4) | 0;
  const b = fmix((h2 + a) | 0);
  const c = fmix((h3 + a) | 0);
  const d = fmix((h4 + a) | 0);
  const first = (fmix(a) + b + c + d) | 0;
  // filled one by one: making one from a list takes longer than the hash
  const words = new Uint32Array(4);
  words[0] = first;
  words[1] = b + first;
  words[2] = c + first;
  words[3] = d + first;
  return words;
}

const encoder = new TextEncoder();
let scratch = new Uint8Array(1024);

/** Writes text as UTF-8 into the scratch; returns its length. Nearly all of it is ASCII, which a loop copies fastest. */
function encode(text: string): number {
  if (scratch.length < text.length * 3) scratch = new Uint8Array(text.length * 3);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127) return encoder.encodeInto(text, scratch).written;
    scratch[i] = code;
  }
  return text.length;
}

/** Hash of text (as UTF-8): four 32-bit words. */
export function murmur3(text: string, seed = 0): Uint32Array {
  const length = encode(text);
  return murmur3Bytes(scratch, seed, length);
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

/** The first `characters` x 5 bits of some words, most significant first; zeros past their end. */
export function base32(words: Uint32Array, characters: number): string {
  let text = '';
  let value = 0;
  let bits = 0;
  for (let half = 0; text.length < characters; half++) {
    const whole = words[half >>> 1] ?? 0;
    value = ((value & 31) << 16) | (half & 1 ? whole & 0xffff : whole >>> 16);
    bits += 16;
    while (bits >= 5 && text.length < characters) {
      bits -= 5;
      text += ALPHABET.charAt((value >>> bits) & 31);
    }
  }
  return text;
}

/** The first two words of a text that `hash32` made. */
export function wordsOf(text: string): [number, number] {
  let [high, low] = [0, 0];
  // 32 bits are six characters and two bits of the seventh; the next end with four bits of the thirteenth
  for (let i = 0; i < 6; i++) high = high * 32 + ALPHABET.indexOf(text[i]!);
  const seventh = ALPHABET.indexOf(text[6]!);
  for (let i = 7; i < 12; i++) low = low * 32 + ALPHABET.indexOf(text[i]!);
  const thirteenth = ALPHABET.indexOf(text[12]!);
  return [high * 4 + (seventh >>> 3), ((seventh & 7) * 2 ** 25 + low) * 16 + (thirteenth >>> 1)];
}
