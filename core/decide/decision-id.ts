import { base32, murmur3 } from '../maths/murmur3.ts';

/** `dec_` + 26 characters as in ULID (https://github.com/ulid/spec): 48 bits of time, then 80 bits of a hash of the send. */
export function decisionId(now: number, send: string): string {
  const time = new Uint32Array([Math.floor(now / 2 ** 16), (now % 2 ** 16) * 2 ** 16]);
  // 48 bits stand at the top of 64; 10 characters hold 50, so two zero bits lead
  const padded = new Uint32Array([time[0]! >>> 2, ((time[0]! & 3) << 30) | (time[1]! >>> 2)]);
  return `dec_${base32(padded, 10)}${base32(murmur3(send), 16)}`;
}
