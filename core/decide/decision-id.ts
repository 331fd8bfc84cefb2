import { base32, murmur3 } from '../maths/murmur3.ts';

/** 10 characters that sort as the time does: 48 bits of ms since 1970, as in ULID (https://github.com/ulid/spec). */
export function timeText(now: number): string {
  // 10 characters hold 50 bits, so two zero bits lead
  const words = new Uint32Array(2);
  words[0] = Math.floor(now / 2 ** 18);
  words[1] = (now % 2 ** 18) * 2 ** 14;
  return base32(words, 10);
}

/** `dec_` + 26 characters as in ULID: 48 bits of time, then 80 bits of a hash of the send. */
export function decisionId(now: number, send: string): string {
  return `dec_${timeText(now)}${base32(murmur3(send), 16)}`;
}
