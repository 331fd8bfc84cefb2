import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisRoll } from '../../../runtime/delivery/redis-roll.ts';
import type { Word } from '../../../runtime/delivery/redis-roll.ts';
import { until } from '../../support/delivery.ts';
import { lacks, serverUrl } from '../../support/redis-server.ts';

const NONE = new Map<string, never>();
const word = (id: string, more: Partial<Word> = {}): Word => {
  return {
    id,
    claim: { stance: 'shared', share: 0.5 },
    others: NONE,
    newPauses: NONE,
    knownPauses: NONE,
    ...more,
  };
};

describe.skipIf(lacks('server'))('the list of copies in Redis', () => {
  let client: Redis;
  let subscriber: Redis;
  const prefix = `pickwell-test-${randomUUID()}`;
  let elapsed = 0;
  let roll: RedisRoll;

  beforeAll(() => {
    client = new Redis(serverUrl(), { connectTimeout: 1000, maxRetriesPerRequest: 1 });
    subscriber = client.duplicate();
    roll = new RedisRoll(client, prefix, () => performance.now() + elapsed);
  });

  afterAll(async () => {
    await client.del(`{${prefix}}:copies`, `{${prefix}}:pauses`);
    client.disconnect();
    subscriber.disconnect();
  });

  it('learns the time first, then takes words, but none that was under way for too long', async () => {
    expect((await roll.call(word('a'))).roll.copies.size).toBe(0);
    const taken = await roll.call(word('a'));
    expect(taken.roll.lost).toBe(true);
    expect(taken.roll.copies.get('a')).toEqual({ stance: 'shared', share: 0.5, seenAt: taken.roll.now });
    // as if the word had been said 1.5 s ago
    elapsed = -1500;
    const late = await roll.call(word('a', { claim: { stance: 'local', share: 1 } }));
    expect(late.roll.copies.get('a')).toEqual({ stance: 'shared', share: 0.5, seenAt: taken.roll.now });
    elapsed = 0;
    await roll.call(word('a'));
  });

  it('is told again of copies that it lost, but never overwritten with what is older', async () => {
    const { now } = (await roll.call(word('a'))).roll;
    const remembered = new Map([
      ['a', { stance: 'local' as const, share: 1 / 3, seenAt: 1 }],
      ['b', { stance: 'local' as const, share: 1 / 3, seenAt: now - 60_000 }],
      ['dead', { stance: 'local' as const, share: 1 / 3, seenAt: now - 121_000 }],
    ]);
    await roll.call(word('c', { others: remembered }));
    const { copies } = (await roll.call(word('c'))).roll;
    expect([...copies.keys()].sort()).toEqual(['a', 'b', 'c']);
    expect(copies.get('a')).toEqual({ stance: 'shared', share: 0.5, seenAt: now });
    expect(copies.get('b')).toEqual({ stance: 'local', share: 1 / 3, seenAt: now - 60_000 });
  });

  it('keeps the longest pause, publishes new ones, and forgets those that are over', async () => {
    const heard: string[] = [];
    subscriber.on('message', (_, text: string) => heard.push(text));
    await subscriber.subscribe(roll.channel);
    await roll.call(word('a', { newPauses: new Map([['x', 5_000]]) }));
    const shorter = new Map([
      ['x', 900],
      ['y', 80],
    ]);
    const { pauses } = await roll.call(
      word('a', { newPauses: shorter, knownPauses: new Map([['x', 9_000]]) }),
    );
    expect(pauses.get('x')).toBeGreaterThan(4_000);
    expect(pauses.get('x')).toBeLessThanOrEqual(5_000);
    await until(() => heard.length === 2);
    expect(heard).toEqual(['x 5000', 'y 80']);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([...(await roll.call(word('b'))).pauses.keys()]).toEqual(['x']);
  });
});
