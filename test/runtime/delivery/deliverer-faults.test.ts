import { describe, expect, it, onTestFinished } from 'vitest';
import type { Destination } from '../../../core/contracts/destination.ts';
import { braze } from '../../../destinations/braze/index.ts';
import type { BrazeSettings } from '../../../destinations/braze/schema.ts';
import { segment } from '../../../destinations/segment/index.ts';
import { brazeRig, idsOf, SUCCESS } from '../../support/braze-rig.ts';
import { outcome, outcomes, passingClock, rig, until } from '../../support/delivery.ts';
import { MemoryOutbox } from '../../support/memory-outbox.ts';
import { platformServer } from '../../support/platform-server.ts';
import type { Behaviour } from '../../support/platform-server.ts';

describe('W5: a poison item', () => {
  it('is found in a batch of 20 and dead-lettered alone', async () => {
    const behave: Behaviour = (arrival) => {
      const poisoned = idsOf(arrival).includes('o-13');
      return poisoned ? { status: 400, body: '{"message":"Invalid events object format"}' } : SUCCESS;
    };
    const { outbox, deliverer, platform } = await brazeRig(behave, { extra: { batchSize: 20 } });
    outbox.add('braze', outcomes(20));
    deliverer.start();
    await until(() => outbox.in('pending').length === 0);
    expect(outbox.in('dead')).toEqual(['o-13']);
    expect(outbox.rows.get('o-13')?.fault).toBe('invalid: HTTP 400');
    expect(outbox.in('delivered')).toHaveLength(19);
    const taken = platform.arrivals.map(idsOf).filter((ids) => !ids.includes('o-13'));
    expect(taken.flat().sort()).toEqual(outbox.in('delivered'));
    console.info(`400 in a batch of 20: ${platform.arrivals.length} requests to isolate one item`);
    expect(platform.arrivals.length).toBeLessThanOrEqual(1 + 2 * 5);
    expect(deliverer.status()).toMatchObject({ delivered: 19, dead: 1 });
  });

  it('does not block those behind it', async () => {
    const behave: Behaviour = (arrival) => (idsOf(arrival).includes('o-0') ? { status: 400 } : SUCCESS);
    const { outbox, deliverer } = await brazeRig(behave, { extra: { batchSize: 4 } });
    outbox.add('braze', outcomes(40));
    deliverer.start();
    await until(() => outbox.in('pending').length === 0);
    expect(outbox.in('dead')).toEqual(['o-0']);
  });

  it('splits a request that is too large until each part fits', async () => {
    const behave: Behaviour = (arrival) => (idsOf(arrival).length > 3 ? { status: 413 } : SUCCESS);
    const { outbox, deliverer, platform } = await brazeRig(behave, { extra: { batchSize: 20 } });
    outbox.add('braze', outcomes(20));
    deliverer.start();
    await until(() => outbox.in('delivered').length === 20);
    const taken = platform.arrivals.map(idsOf).filter((ids) => ids.length <= 3);
    expect(taken.flat().sort()).toEqual(outbox.in('delivered'));
    expect(outbox.in('dead')).toEqual([]);
  });

  it('is the one the platform names in a success', async () => {
    const body = '{"message":"success","errors":[{"type":"bad time","input_array":"events","index":1}]}';
    const { outbox, deliverer, platform } = await brazeRig(() => ({ status: 201, body }));
    outbox.add('braze', outcomes(3));
    deliverer.start();
    await until(() => outbox.in('pending').length === 0);
    expect(outbox.in('dead')).toEqual(['o-1']);
    expect(outbox.rows.get('o-1')?.fault).toBe('rejected: bad time');
    expect(platform.arrivals).toHaveLength(1);
  });

  it('is dead-lettered unsent when it is larger than the platform takes', async () => {
    const platform = await platformServer(() => ({ status: 200, body: '{"success":true}' }));
    const outbox = new MemoryOutbox();
    const settings = segment.settings.parse({ writeKey: 'w', host: platform.url });
    const { deliverer, limiter } = rig(segment, settings, outbox);
    onTestFinished(() =>
      deliverer
        .stop(1000)
        .then(() => limiter.close())
        .then(() => platform.close()),
    );
    const large = outcome('large', { properties: { text: 'x'.repeat(40 * 1024) } });
    outbox.add('segment', [...outcomes(3), large, ...outcomes(3, 'p')]);
    deliverer.start();
    await until(() => outbox.in('pending').length === 0);
    expect(outbox.in('dead')).toEqual(['large']);
    expect(outbox.rows.get('large')?.fault).toMatch(/^rejected: \d+ bytes are too many$/);
    expect(outbox.in('delivered')).toEqual(['o-0', 'o-1', 'o-2', 'p-0', 'p-1', 'p-2']);
    expect(platform.arrivals).toHaveLength(1);
  });

  it('is dead-lettered unsent when nobody could be addressed', async () => {
    const { outbox, deliverer, platform } = await brazeRig(() => SUCCESS);
    outbox.add('braze', [outcome('a', { aliases: ['email:00'] }), outcome('b')]);
    deliverer.start();
    await until(() => outbox.in('pending').length === 0);
    expect(outbox.in('dead')).toEqual(['a']);
    expect(platform.arrivals.map(idsOf)).toEqual([['b']]);
  });
});

describe('what only a person can mend', () => {
  it.each([
    [401, 'auth'],
    [404, 'settings'],
  ] as const)('keeps the queue after %i and says so', async (status, kind) => {
    let mended = false;
    const clock = passingClock();
    const { outbox, deliverer, platform } = await brazeRig(() => (mended ? SUCCESS : { status }), {
      clock,
      extra: { batchSize: 2 },
    });
    outbox.add('braze', outcomes(40));
    deliverer.start();
    await until(() => deliverer.status().lastFault !== undefined);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(outbox.in('pending')).toHaveLength(40);
    expect(deliverer.status().lastFault).toMatchObject({ kind, detail: `HTTP ${status}` });
    const heldMs = (deliverer.status().pausedUntil ?? 0) - Date.now();
    expect(heldMs).toBeGreaterThan(299_000);
    expect(heldMs).toBeLessThanOrEqual(300_000);
    expect(platform.arrivals.length).toBeLessThanOrEqual(24);
    expect([...outbox.rows.values()].every(({ item }) => item.attempts === 0)).toBe(true);
    mended = true;
    clock.pass(301_000);
    deliverer.wake();
    await until(() => outbox.in('delivered').length === 40);
  });
});

describe('a destination that is wrong', () => {
  it('leaves unsettled what its decode forgets, and settles the rest', async () => {
    const forgetful: Destination<BrazeSettings> = {
      ...braze,
      decode: (response, batch, now) => braze.decode(response, batch, now).slice(0, 2),
    };
    const { outbox, deliverer } = await brazeRig(() => SUCCESS, { destination: forgetful });
    outbox.add('braze', outcomes(3));
    deliverer.start();
    await until(() => outbox.in('delivered').length === 2);
    expect(outbox.rows.get('o-2')?.item.attempts).toBe(1);
    expect(outbox.rows.get('o-2')?.fault).toBe('unavailable: the answer says nothing of this item');
  });

  it('stops nothing when it throws what is no fault', async () => {
    let throws = true;
    const buggy: Destination<BrazeSettings> = {
      ...braze,
      decode: (response, batch, now) => {
        if (throws) throw new TypeError('bug');
        return braze.decode(response, batch, now);
      },
    };
    const { outbox, deliverer, logged } = await brazeRig(() => SUCCESS, { destination: buggy });
    outbox.add('braze', outcomes(3));
    deliverer.start();
    await until(() => outbox.rows.get('o-0')?.item.attempts === 1);
    expect(logged.join()).toContain('bug');
    throws = false;
    await until(() => outbox.in('delivered').length === 3);
  });
});
