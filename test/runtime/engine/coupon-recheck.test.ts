import { describe, expect, it } from 'vitest';
import { sendTimeOf } from '../../../core/domain/decision.ts';
import type { DomainEvent } from '../../../core/domain/event.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { HOUR, MINUTE, programme, variant } from '../../support/programmes.ts';
import { allStores } from '../../support/stores.ts';

const OWN = programme({
  variants: [variant('a', { coupon: 'spring', content: { subject: 'Yours: {{ coupon.code }}' } })],
  timing: { horizonHours: 24 },
  guardrails: { releaseAfterHours: 2 },
});

describe.each(await allStores())('the code of a planned message that is looked at again (%s)', (_, open) => {
  async function planned() {
    const store = await open();
    await store.addCodes('spring', ['X1']);
    const rig = await engineRig({ store, programmes: [OWN] });
    let [people, events] = [0, 0];
    const made = await rig.decide({ userId: 'u' }, { send: 's' });
    expect(made.coupon?.code).toBe('X1');
    rig.clock.now = sendTimeOf(made) - MINUTE;
    return {
      rig,
      made,
      look: () => rig.decide({ userId: 'u' }, { send: 's', preview: true }),
      /** Whoever comes next, for now. */
      next: () => rig.decide({ userId: `other ${++people}` }, { atOnce: true }),
      hear: (event: Partial<DomainEvent>) => {
        const head = { source: 's', id: `e${++events}`, at: rig.clock.now, person: { userId: 'u' } };
        return rig.engine.ingest([{ ...head, ...event } as DomainEvent]);
      },
    };
  }
  const LEFT = { type: 'subscription', channel: 'email', state: 'unsubscribed' } as const;
  const aborted = { type: 'signal', name: 'email_aborted', values: {} } as const;

  it("stays what it is while the message may go out, and is nobody else's", async () => {
    const { made, look, next } = await planned();
    for (let i = 0; i < 2; i++) {
      const { action, coupon, content } = await look();
      expect({ action, coupon, content }).toEqual({
        action: 'send',
        coupon: { pool: 'spring', code: 'X1' },
        content: { subject: 'Yours: X1' },
      });
    }
    expect(await next()).toMatchObject({ action: 'silence', guardrail: 'inventory' });
    expect(made.content).toEqual({ subject: 'Yours: X1' });
  });

  it('goes back once where the message may not go out, however often that is told', async () => {
    const { rig, made, look, next, hear } = await planned();
    await hear(LEFT);
    expect(await look()).toMatchObject({ action: 'silence' });
    // looking gives nothing back: the platform may send it all the same
    expect((await next()).guardrail).toBe('inventory');
    await hear({ ...aborted, decisionId: made.id });
    await hear({ ...aborted, send: 's' });
    expect((await next()).coupon).toEqual({ pool: 'spring', code: 'X1' });
    // told again, and released as well
    await hear({ ...aborted, decisionId: made.id });
    expect((await next()).guardrail).toBe('inventory');
    rig.clock.now += HOUR;
    await hear({ ...aborted, send: 's' });
    expect((await next()).guardrail).toBe('inventory');
  });

  it('is not sent a second time where somebody else has it by now', async () => {
    const { rig, made, look, next } = await planned();
    rig.clock.now = sendTimeOf(made) + 2 * HOUR;
    expect((await next()).coupon?.code).toBe('X1');
    await rig.store.addCodes('spring', ['X2']);
    const seen = await look();
    expect(seen).toMatchObject({ action: 'silence', guardrail: 'inventory' });
    expect((await next()).coupon?.code).toBe('X2');
  });
});
