import { describe, expect, it } from 'vitest';
import type { SubscriptionState } from '../../../../core/domain/person.ts';
import { hash32, murmur3, wordsOf } from '../../../../core/maths/murmur3.ts';
import { rngFromNumber } from '../../../../core/maths/xoshiro.ts';
import { BEHIND_MS, ClosedReader } from '../../../../runtime/engine/closed/reader.ts';
import { ClosedTable } from '../../../../runtime/engine/closed/table.ts';
import { NOON } from '../../../support/programmes.ts';

interface Kept {
  table: ClosedTable;
  reader: ClosedReader;
  clock: { now: number };
}

function kept(oldestMs?: number): Kept {
  const clock = { now: NOON };
  const reader = new ClosedReader(() => clock.now, oldestMs);
  const table = new ClosedTable((shared) => reader.take(shared));
  return { table, reader, clock };
}

function current({ table, clock }: Kept): void {
  table.setHeader('current', clock.now);
  table.setHeader('contact', clock.now);
}

const state = (id: string, channels: Record<string, SubscriptionState>, erased = false) => ({
  ...{ id: hash32(id), erased, channels },
});

describe('the closed list in memory', () => {
  it('tells an id by the first 64 bits of the digest it is given', () => {
    for (const text of ['', 'user:u', 'email:ä', ...Array.from({ length: 500 }, (_, i) => `user:${i}`)]) {
      expect(wordsOf(hash32(text))).toEqual([...murmur3(text).slice(0, 2)]);
    }
  });

  it('agrees with a list of names on everybody, through growth, changes and more channels than have a bit', () => {
    const own = kept();
    const rng = rngFromNumber(7);
    const below = (n: number): number => Math.floor(rng.uniform() * n);
    const known = new Map<string, { channels: Record<string, SubscriptionState>; erased: boolean }>();
    const channels = Array.from({ length: 36 }, (_, i) => `channel ${i}`);
    for (let i = 0; i < 20_000; i++) {
      const id = `user:${below(9_000)}`;
      const said = Array.from({ length: below(4) }, () => channels[below(i < 10_000 ? 29 : 36)]!);
      const states = Object.fromEntries(
        said.map((name) => [name, below(2) === 0 ? ('subscribed' as const) : ('unsubscribed' as const)]),
      );
      const erased = below(20) === 0;
      known.set(id, { channels: states, erased });
      own.table.put(state(id, states, erased));
    }
    current(own);
    let [closed, more] = [0, 0];
    for (let i = 0; i < 12_000; i++) {
      const id = `user:${i}`;
      const { channels: states = {}, erased = false } = known.get(id) ?? {};
      const standing = own.reader.standings([id]);
      for (const channel of [...channels, 'never heard of']) {
        const shut = states[channel] === 'unsubscribed' || (erased && states[channel] !== 'subscribed');
        closed += Number(shut);
        const said = standing(channel) === 'closed';
        if (shut) expect(said).toBe(true);
        // channels without a bit of their own stand together
        else if (channels.slice(0, 29).includes(channel)) expect(said).toBe(false);
        else more += Number(said);
      }
    }
    expect(closed).toBeGreaterThan(5_000);
    expect(more).toBeGreaterThan(0);
    const some = known.values().filter(({ channels: states, erased }) => {
      return erased || Object.values(states).includes('unsubscribed');
    });
    expect(own.reader.size).toBe([...some].length);
  });

  it('is closed to somebody under several ids where it is under one', () => {
    const own = kept();
    own.table.put(state('user:u', { email: 'unsubscribed' }));
    own.table.put(state('anonymous:a', { sms: 'unsubscribed' }));
    current(own);
    const standing = own.reader.standings(['user:u', 'anonymous:a', 'braze:b']);
    expect(['email', 'sms', 'push'].map(standing)).toEqual(['closed', 'closed', 'open']);
  });

  it('is open to who was erased and joined again by the ids that did, and by no other beside them', () => {
    const own = kept();
    own.table.put(state('user:u', { email: 'subscribed' }, true));
    own.table.put(state('email:e', { email: 'subscribed' }, true));
    own.table.put(state('anonymous:a', {}, true));
    current(own);
    const email = (...ids: string[]): string => own.reader.standings(ids)('email');
    expect([email('user:u'), email('user:u', 'email:e')]).toEqual(['open', 'open']);
    // whose the others are nobody knows here
    expect([email('user:u', 'anonymous:a'), email('user:u', 'braze:b')]).toEqual(['closed', 'closed']);
    expect(own.reader.standings(['user:u'])('sms')).toBe('closed');
  });

  it('is seen by who took the memory before it was filled', () => {
    const own = kept();
    const other = new ClosedReader(() => own.clock.now);
    const table = new ClosedTable((shared) => other.take(shared));
    expect(other.standings(['user:u'])('email')).toBe('unknown');
    table.put(state('user:u', { email: 'unsubscribed' }));
    expect(other.standings(['user:u'])('email')).toBe('unknown');
    table.setHeader('current', NOON);
    table.setHeader('contact', NOON);
    expect(other.standings(['user:u'])('email')).toBe('closed');
    expect(other.standings(['user:v'])('email')).toBe('open');
  });
});

describe('what the closed list says is not known', () => {
  const said = ({ reader }: Kept): string => reader.standings(['user:u'])('email');

  it('before there is a list, and before all of it is read', () => {
    expect(new ClosedReader(() => NOON).standings(['user:u'])('email')).toBe('unknown');
    const own = kept();
    expect([said(own), own.reader.ageMs]).toEqual(['unknown', Infinity]);
    current(own);
    expect([said(own), own.reader.ageMs]).toEqual(['open', 0]);
  });

  it('when it fell behind a store that could be asked, but not because the store is away', () => {
    const own = kept();
    current(own);
    own.clock.now += BEHIND_MS + 1;
    expect([said(own), own.reader.ageMs]).toEqual(['open', BEHIND_MS + 1]);
    own.table.setHeader('contact', own.clock.now - 1);
    expect(said(own)).toBe('open');
    own.table.setHeader('contact', own.clock.now);
    expect(said(own)).toBe('unknown');
    current(own);
    expect(said(own)).toBe('open');
  });

  it('once it is older than it may become', () => {
    const own = kept(60_000);
    current(own);
    own.clock.now += 60_000;
    expect(said(own)).toBe('open');
    own.clock.now += 1;
    expect(said(own)).toBe('unknown');
  });
});
