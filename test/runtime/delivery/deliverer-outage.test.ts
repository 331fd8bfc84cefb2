import { describe, expect, it } from 'vitest';
import { BUDGET_MS } from '../../../runtime/delivery/backoff.ts';
import { brazeRig, SUCCESS } from '../../support/braze-rig.ts';
import { outcomes, passingClock, until } from '../../support/delivery.ts';
import type { Behaviour } from '../../support/platform-server.ts';

describe('an outbox that fails', () => {
  it('is asked again, and what was delivered meanwhile is not sent again', async () => {
    const { deliverer, outbox, seen, logged } = await brazeRig(() => SUCCESS);
    outbox.add('braze', outcomes(5));
    outbox.failClaims = 1;
    outbox.failSettles = 2;
    deliverer.start();
    await until(() => outbox.in('delivered').length === 5);
    expect(seen().sort()).toEqual(outbox.in('delivered'));
    expect(logged.filter((line) => line.startsWith('error claiming'))).toHaveLength(1);
    expect(logged.filter((line) => line.startsWith('error settling'))).toHaveLength(2);
    expect(outbox.breaches).toEqual([]);
  });

  it('cannot make it send an item twice while its delivery waits to be settled', async () => {
    const clock = passingClock();
    const { deliverer, outbox, seen } = await brazeRig(() => SUCCESS, { clock });
    outbox.add('braze', outcomes(5));
    outbox.failSettles = 2;
    deliverer.start();
    await until(() => seen().length === 5);
    clock.pass(600_000);
    await until(() => outbox.in('delivered').length === 5);
    expect(outbox.claims).toBeGreaterThan(10);
    expect(seen()).toHaveLength(5);
  });
});

describe('a disk that is slow', () => {
  it('keeps no outcome from its next attempt that comes due while it is still being written when that is', async () => {
    const { deliverer, outbox, seen } = await brazeRig((_, index) =>
      index === 0 ? { status: 500 } : SUCCESS,
    );
    const settle = outbox.settle.bind(outbox);
    outbox.settle = async (...told) => {
      await settle(...told);
      // due again after 1.5 s
      await new Promise((resolve) => setTimeout(resolve, 2500));
    };
    outbox.add('braze', outcomes(1));
    deliverer.start();
    await until(() => deliverer.status().delivered === 1, 15_000);
    expect(seen()).toEqual(['o-0', 'o-0']);
  });
});

describe('a lease that ran out', () => {
  it('sends nothing twice that was delivered while it was claimed anew', async () => {
    const clock = passingClock();
    const { deliverer, outbox, seen, platform } = await brazeRig(() => ({ ...SUCCESS, after: 300 }), {
      clock,
    });
    const claim = outbox.claim.bind(outbox);
    outbox.claim = async (...asked) => {
      const claimed = await claim(...asked);
      // the answer of an outbox far away
      await new Promise((resolve) => setTimeout(resolve, 600));
      return claimed;
    };
    outbox.add('braze', outcomes(3));
    deliverer.start();
    await until(() => platform.arrivals.length === 1);
    clock.pass(600_000);
    deliverer.wake();
    await until(() => deliverer.status().delivered === 3);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(seen()).toHaveLength(3);
  });

  it('leaves the unsent items to whoever claimed them meanwhile', async () => {
    const clock = passingClock();
    const extra = { requests: 20, windowMs: 1000, batchSize: 2 };
    const { deliverer, outbox, seen } = await brazeRig(() => ({ ...SUCCESS, after: 250 }), { clock, extra });
    outbox.add('braze', outcomes(6));
    deliverer.start();
    await until(() => seen().length === 2);
    clock.pass(600_000);
    const taken = await outbox.claim('braze', clock.now(), clock.now() + 60_000, 100);
    expect(taken).toHaveLength(6);
    await until(() => deliverer.status().inHand === 0);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(seen()).toEqual(['o-0', 'o-1']);
    expect(outbox.in('delivered')).toEqual(['o-0', 'o-1']);
    expect([...outbox.rows.values()].filter(({ leasedUntil }) => leasedUntil > clock.now())).toHaveLength(4);
  });
});

describe('W3, W4: a platform that is down', () => {
  it('gets each row back after a wait of its own, until the budget is used up', async () => {
    const { deliverer, outbox, seen } = await brazeRig((_, index) =>
      index === 0 ? { status: 500 } : SUCCESS,
    );
    outbox.add('braze', outcomes(2, 'old'), Date.now() - BUDGET_MS);
    outbox.add('braze', outcomes(2, 'new'));
    const before = Date.now();
    deliverer.start();
    await until(() => outbox.in('dead').length === 2);
    expect(outbox.in('dead')).toEqual(['old-0', 'old-1']);
    expect(outbox.rows.get('old-0')?.fault).toBe('unavailable: HTTP 500');
    const { nextAttemptAt, item } = outbox.rows.get('new-0') ?? expect.unreachable();
    expect(item.attempts).toBe(1);
    expect(nextAttemptAt).toBeGreaterThanOrEqual(before + 1500);
    expect(nextAttemptAt).toBeLessThanOrEqual(Date.now() + 1500);
    await until(() => outbox.in('delivered').length === 2);
    expect(seen()).toHaveLength(6);
  });

  it('does not hold the deliverer up when it hangs', async () => {
    const behave: Behaviour = (_, index) => (index === 0 ? undefined : SUCCESS);
    const { deliverer, outbox } = await brazeRig(behave, { extra: { batchSize: 1 }, timeoutMs: 500 });
    outbox.add('braze', outcomes(20));
    const before = performance.now();
    deliverer.start();
    await until(() => outbox.in('delivered').length === 19);
    expect(performance.now() - before).toBeLessThan(500);
    await until(() => deliverer.status().lastFault !== undefined);
    expect(deliverer.status().lastFault?.kind).toBe('unavailable');
    await until(() => outbox.in('delivered').length === 20);
  });

  it('gets a batch back whose answer broke off', async () => {
    const { deliverer, outbox } = await brazeRig((_, index, raw) => {
      if (index > 0) return SUCCESS;
      raw.writeHead(201, { 'content-length': '500' });
      raw.write('{"message":"suc', () => raw.destroy());
      return undefined;
    });
    outbox.add('braze', outcomes(4));
    deliverer.start();
    await until(() => outbox.in('delivered').length === 4);
    expect([...outbox.rows.values()].map(({ item }) => item.attempts)).toEqual([1, 1, 1, 1]);
  });
});
