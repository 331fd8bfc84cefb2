import { describe, expect, it } from 'vitest';
import { decisionId } from '../../../core/decide/decision-id.ts';
import { sendKey } from '../../../core/decide/send-key.ts';
import type { DecideRequest } from '../../../core/domain/decision.ts';
import { DAY, HOUR, NOON, programme } from '../../support/programmes.ts';

const request = (changes: Partial<DecideRequest> = {}): DecideRequest => ({
  programme: 'welcome',
  person: { userId: 'u' },
  context: {},
  ...changes,
});

const key = (changes: Partial<DecideRequest> = {}, now = NOON, hours = 24): string =>
  sendKey(request(changes), [programme({ sendBucketHours: hours })], now);

describe('send key', () => {
  it('is the send the platform names, at whatever time it asks again', () => {
    expect(key({ send: 's1' }, NOON + 40 * DAY)).toBe(key({ send: 's1' }));
    expect(key({ send: 's2' })).not.toBe(key({ send: 's1' }));
  });

  it('is the time bucket where the platform names none', () => {
    const start = Math.floor(NOON / (6 * HOUR)) * 6 * HOUR;
    expect(key({}, start, 6)).toBe(key({}, start + 6 * HOUR - 1, 6));
    expect(key({}, start + 6 * HOUR, 6)).not.toBe(key({}, start, 6));
    expect(key({}, start - 1, 6)).not.toBe(key({}, start, 6));
  });

  it('does not take a send for a bucket, nor shift text between its parts', () => {
    const bucket = String(Math.floor(NOON / DAY));
    const keys = [
      key(),
      key({ send: bucket }),
      key({ send: 'a', scope: 'bc' }),
      key({ send: 'ab', scope: 'c' }),
      key({ send: 'a","b' }),
      key({ send: 'a', scope: 'b' }),
      key({ send: '' }),
      key({ send: 'a b', scope: 'c' }),
      key({ send: 'a', scope: 'b c' }),
      key({ send: 'a', scope: 'b', pin: 'c' }),
      key({ send: 'a b c' }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('tells programmes, scopes and pins apart, not what is asked on the way', () => {
    const other = sendKey(request({ send: 's', programme: 'other' }), [programme({ id: 'other' })], NOON);
    const keys = [key({ send: 's' }), other, key({ send: 's', scope: 'm' }), key({ send: 's', pin: 'a' })];
    expect(new Set(keys).size).toBe(4);
    expect(key({ send: 's', context: { plan: 'pro' } })).toBe(key({ send: 's' }));
    const edited = sendKey(request({ send: 's' }), [programme({ version: 9 })], NOON);
    expect(edited).toBe(key({ send: 's' }));
  });
});

describe('decision id', () => {
  const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

  it('holds its time in the first ten characters, as a ULID does', () => {
    for (const now of [0, 1, 31, 32, NOON, NOON + 1, 2 ** 48 - 1]) {
      const time = decisionId(now, 'x').slice(4, 14);
      const read = [...time].reduce((sum, c) => sum * 32 + ALPHABET.indexOf(c), 0);
      expect(read).toBe(now);
    }
  });

  it('sorts by time', () => {
    const times = [
      5,
      70_000,
      2 ** 31,
      2 ** 33,
      NOON,
      NOON + 1,
      NOON + 1023,
      NOON + 2 ** 18,
      NOON + 400 * DAY,
    ];
    const ids = times.map((now, i) => decisionId(now, `send ${(i * 7) % 5}`));
    expect([...ids].sort()).toEqual(ids);
  });

  it('is its own for every send of one millisecond, and in one alphabet', () => {
    const ids = Array.from({ length: 50_000 }, (_, i) => decisionId(NOON, `send ${i}`));
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids.slice(0, 100)) expect(id).toMatch(/^dec_[0-9A-HJKMNP-TV-Z]{26}$/);
  });
});
