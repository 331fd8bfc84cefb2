import { describe, expect, it } from 'vitest';
import { base32, hash32, murmur3, murmur3Bytes, unitHash } from '../../../core/maths/murmur3.ts';

const littleEndian = (words: Uint32Array): number[] =>
  [...words].flatMap((word) => [word & 255, (word >>> 8) & 255, (word >>> 16) & 255, word >>> 24]);

describe('murmur3_x86_128', () => {
  // https://github.com/aappleby/smhasher/blob/master/src/KeysetTest.cpp, VerificationTest; value from main.cpp, read 2026-11
  it('has the verification value of SMHasher', () => {
    const hashes: number[] = [];
    for (let length = 0; length < 256; length++) {
      const key = Uint8Array.from({ length }, (_, i) => i);
      hashes.push(...littleEndian(murmur3Bytes(key, 256 - length)));
    }
    expect(murmur3Bytes(Uint8Array.from(hashes), 0)[0]).toBe(0xb3ece62a);
  });

  it('reads only `length` bytes of a longer buffer', () => {
    const bytes = Uint8Array.from({ length: 64 }, (_, i) => i * 7);
    for (let length = 0; length <= 64; length++) {
      expect(murmur3Bytes(bytes, 9, length)).toEqual(murmur3Bytes(bytes.slice(0, length), 9));
    }
  });

  it('hashes text as its UTF-8 bytes, whatever was hashed before', () => {
    const long = 'ß→😀 '.repeat(2_000);
    for (const text of ['', 'a', 'Grüße', '😀', long, 'a', 'Grüße']) {
      expect(murmur3(text)).toEqual(murmur3Bytes(Buffer.from(text, 'utf8'), 0));
    }
  });
});

describe('hashes as numbers and text', () => {
  it('spreads neighbouring ids evenly over [0, 1)', () => {
    const bins = Array.from({ length: 20 }, () => 0);
    for (let i = 0; i < 40_000; i++) {
      const unit = unitHash(`user:${i}`);
      expect(unit >= 0 && unit < 1).toBe(true);
      bins[Math.floor(unit * 20)]! += 1;
    }
    const chi = bins.reduce((sum, n) => sum + (n - 2_000) ** 2 / 2_000, 0);
    // 99.9 % point of chi-square with 19 degrees of freedom
    expect(chi).toBeLessThan(43.82);
  });

  it('writes the bits of the words in Crockford base 32, most significant first', () => {
    const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
    for (const text of ['', 'a', 'send', 'Grüße']) {
      const words = murmur3(text);
      const bits = `${[...words].map((word) => word.toString(2).padStart(32, '0')).join('')}00`;
      const expected = Array.from({ length: 26 }, (_, i) =>
        alphabet.charAt(Number.parseInt(bits.slice(i * 5, i * 5 + 5), 2)),
      );
      expect(hash32(text)).toBe(expected.join(''));
      for (const length of [1, 10, 16])
        expect(base32(words, length)).toBe(expected.slice(0, length).join(''));
    }
  });
});
