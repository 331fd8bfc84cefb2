import { describe, expect, it } from 'vitest';
import { Fault } from '../../../core/contracts/faults.ts';
import type { Store } from '../../../core/contracts/store.ts';
import { answerOf } from '../../../core/decide/answer.ts';
import { optionTotals } from '../../../core/learn/model.ts';
import { openMemoryStore } from '../../../runtime/store/memory-store.ts';
import { verifyLedger } from '../../../runtime/store/verify-ledger.ts';
import { folder } from '../../support/folders.ts';
import { outage } from '../../support/outage.ts';
import { CLICK, NOON, programme, variant } from '../../support/programmes.ts';
import { stuckStore } from '../../support/stuck-store.ts';

describe('while the store is away', () => {
  it('decisions are made on the last model, say so, and are the same for the same send', async () => {
    const rig = await outage();
    rig.away(true);
    const same = await Promise.all(
      Array.from({ length: 20 }, () => rig.decide({ userId: 'u' }, { send: 's' })),
    );
    expect(new Set(same.map((decision) => JSON.stringify(answerOf(decision)))).size).toBe(1);
    expect(answerOf(same[0]!)).toMatchObject({ rung: 'last-model', decision_recorded: 'spooled' });
    const other = await rig.decide({ userId: 'v' }, { send: 's' });
    expect(other.id).not.toBe(same[0]!.id);
    expect(rig.spool.size).toBe(2);
  });

  it('whatever depends on the person is not sent: the fault stands', async () => {
    const guarded = [
      programme({ guardrails: { caps: [{ per: 'person', count: 9, hours: 1 }] } }),
      programme({ guardrails: { consent: { email: 'marketing' } } }),
    ];
    for (const own of guarded) {
      const rig = await outage({ programmes: [own] });
      rig.away(true);
      await expect(rig.decide({ userId: 'u' })).rejects.toMatchObject({ kind: 'unavailable' });
      expect(rig.spool.size).toBe(0);
    }
  });

  it('nothing is taken of what all persons share: variants that need it are dropped, others are sent', async () => {
    const variants = [
      variant('a', { coupon: 'spring' }),
      variant('b', { cost: 1 }),
      variant('c', { channel: 'sales', route: { queue: 'sales' } }),
      variant('d', { channel: 'post', route: { queue: 'letters', value: 3 } }),
    ];
    const guardrails = { budget: { total: 9 }, queues: { sales: { atOnce: 1, hours: 1 }, letters: {} } };
    const rig = await outage({ programmes: [programme({ variants, guardrails })] });
    await rig.store.addCodes('spring', ['X']);
    rig.away(true);
    const decision = await rig.decide({ userId: 'u' });
    expect(decision).toMatchObject({ variant: 'd', route: { queue: 'letters', value: 3 }, spooled: true });
    expect(decision.dropped).toMatchObject([
      { option: 'a', rule: 'inventory', detail: 'what is taken of pool/spring cannot be looked up' },
      { option: 'b', rule: 'budget', detail: 'what is taken of budget/welcome/total cannot be looked up' },
      { option: 'c', rule: 'capacity', detail: 'what is taken of queue/sales/now cannot be looked up' },
    ]);
    rig.away(false);
    await rig.drainer.step();
    expect(await rig.store.pools(NOON)).toEqual([{ pool: 'spring', codes: 1, free: 1 }]);
    expect((await rig.store.person('user:u'))!.decisions).toMatchObject([{ variant: 'd' }]);
  });

  it('previews and pins, which are never learned from, are not spooled', async () => {
    const rig = await outage();
    rig.away(true);
    await expect(rig.decide({ userId: 'u' }, { preview: true })).rejects.toMatchObject({
      kind: 'unavailable',
    });
    await expect(rig.decide({ userId: 'u' }, { pin: 'a' })).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('events are refused, so that whoever sent them sends them again', async () => {
    const rig = await outage();
    rig.away(true);
    const event = { type: 'delete' as const, source: 's', id: '1', at: NOON, person: { userId: 'u' } };
    await expect(rig.engine.ingest([event])).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('it is left alone for a moment, so that nobody queues up for it', async () => {
    let asked = 0;
    const store = openMemoryStore();
    const counting: Store = {
      ...store,
      transact: () => (asked++, Promise.reject(new Fault('unavailable', 'x'))),
    };
    const rig = await outage({ store: counting });
    for (let i = 0; i < 50; i++) await rig.decide({ userId: `u${i}` });
    expect(asked).toBe(1);
    rig.clock.stopwatch += 1_000;
    await rig.decide({ userId: 'later' });
    expect(asked).toBe(2);
  });
});

describe('once the store is back', () => {
  it('spooled decisions are recorded as they were answered, and learned from', async () => {
    const path = await folder();
    const store = openMemoryStore();
    const rig = await outage({ path, store });
    rig.away(true);
    const made = await Promise.all(
      Array.from({ length: 300 }, (_, i) => rig.decide({ userId: `u${i}` }, { send: 's' })),
    );
    // the process ends before the store is back
    rig.spool.close();
    const again = await outage({ path, store, programmes: [] });
    while ((await again.drainer.step()) > 0);
    expect(again.spool.size).toBe(0);
    expect(await store.counts()).toMatchObject({ decisions: 300, persons: 300 });
    for (const decision of made.slice(0, 20)) {
      expect(
        await again.decide({ userId: `u${made.indexOf(decision)}` }, { programme: 'welcome', send: 's' }),
      ).toEqual({
        ...decision,
        person: expect.stringMatching(/^per_/) as string,
      });
    }
    await again.folder.catchUp();
    const { state } = again.catalogue.model('welcome');
    expect(Object.values(optionTotals(state)).reduce((sum, { trials }) => sum + trials, 0)).toBe(300);
    expect(state.arms.treated.persons).toBe(300);
    expect(await verifyLedger(store)).toMatchObject({ ok: true });
  });

  it('of several programmes the answer and the silence of a holdout are both recorded, once', async () => {
    const held = { holdout: { kind: 'no-contact' as const, share: 1 }, arbitration: { priority: 9 } };
    const rig = await outage({ programmes: [programme(held), programme({ id: 'next' })] });
    const ask = () => rig.decide({ userId: 'u' }, { programme: ['welcome', 'next'], send: 's' });
    rig.away(true);
    const [answer, same] = await Promise.all([ask(), ask()]);
    expect(same).toEqual(answer);
    expect(answer).toMatchObject({ programme: 'next', action: 'send', rung: 'last-model' });
    expect(rig.spool.size).toBe(2);
    rig.away(false);
    while ((await rig.drainer.step()) > 0);
    const { decisions, person } = (await rig.store.person('user:u'))!;
    expect(decisions.map((d) => [d.programme, d.action]).sort()).toEqual([
      ['next', 'send'],
      ['welcome', 'silence'],
    ]);
    expect(person.arms).toEqual({ welcome: 'holdout', next: 'treated' });
    expect((await ask()).id).toBe(answer.id);
    expect((await rig.store.counts()).decisions).toBe(2);
  });

  it('a send that another process decided in the meantime keeps that decision', async () => {
    const rig = await outage();
    rig.away(true);
    const spooled = await rig.decide({ userId: 'u' }, { send: 's' });
    rig.away(false);
    rig.clock.now += 1;
    const recorded = await rig.decide({ userId: 'u' }, { send: 's' });
    expect(recorded.id).not.toBe(spooled.id);
    await rig.drainer.step();
    expect([rig.superseded, rig.spool.size]).toEqual([1, 0]);
    expect(await rig.decide({ userId: 'u' }, { send: 's' })).toEqual(recorded);
    expect((await rig.store.counts()).decisions).toBe(1);
  });

  it('a signal that was faster than its decision is credited to it', async () => {
    const rig = await outage({ programmes: [programme({ goal: { signals: [CLICK] } })] });
    rig.away(true);
    const decision = await rig.decide({ userId: 'u' });
    rig.away(false);
    const click = {
      type: 'signal' as const,
      source: 's',
      id: '1',
      at: NOON + 5,
      name: CLICK.signal,
      values: {},
    };
    await rig.engine.ingest([{ ...click, person: { userId: 'u' }, decisionId: decision.id }]);
    await rig.folder.catchUp();
    expect(optionTotals(rig.catalogue.model('welcome').state)[decision.option]?.signals ?? {}).toEqual({});
    await rig.drainer.step();
    await rig.folder.catchUp();
    const { signals } = optionTotals(rig.catalogue.model('welcome').state)[decision.option]!;
    expect(signals[CLICK.signal]!.count).toBe(1);
  });
});

describe('a spool', () => {
  it('takes no more than it may hold, nor for longer', async () => {
    const small = await outage({ limits: { bytes: 64 * 1024, ageMs: 1e9 } });
    small.away(true);
    const answers = await Promise.allSettled(
      Array.from({ length: 500 }, (_, i) => small.decide({ userId: `u${i}` })),
    );
    const kept = answers.filter(({ status }) => status === 'fulfilled').length;
    expect(kept).toBeGreaterThan(5);
    expect(kept).toBeLessThan(200);
    expect(small.spool.size).toBe(kept);

    const brief = await outage({ limits: { bytes: 1e9, ageMs: 1_000 } });
    brief.away(true);
    await brief.decide({ userId: 'u' });
    brief.clock.now += 1_001;
    await expect(brief.decide({ userId: 'v' })).rejects.toMatchObject({ kind: 'unavailable' });
  });
});

describe('a copy that is told to stop', () => {
  const wait = 60_000;

  it('brings all of its spool to the store first', async () => {
    const rig = await outage();
    rig.away(true);
    const many = 450;
    await Promise.all(Array.from({ length: many }, (_, i) => rig.decide({ userId: `u${i}` })));
    expect(rig.spool.size).toBe(many);
    rig.away(false);
    await rig.drainer.stop(wait);
    expect(rig.spool.size).toBe(0);
    expect((await rig.store.counts()).decisions).toBe(many);
  });

  it('waits for a store that comes back, and not for one that does not', async () => {
    const rig = await outage();
    rig.away(true);
    await rig.decide({ userId: 'u' });
    await rig.drainer.stop(300);
    expect(rig.spool.size).toBe(1);
    const stopped = rig.drainer.stop(wait);
    rig.away(false);
    await stopped;
    expect(rig.spool.size).toBe(0);
  });

  it('does not wait for a store that is silent', async () => {
    const { store, stick } = stuckStore();
    const rig = await outage({ store });
    rig.away(true);
    await rig.decide({ userId: 'u' });
    rig.away(false);
    stick();
    await rig.drainer.stop(300);
    expect(rig.spool.size).toBe(1);
  });
});
