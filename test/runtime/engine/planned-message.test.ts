import { describe, expect, it } from 'vitest';
import { sendTimeOf } from '../../../core/domain/decision.ts';
import type { DomainEvent, SignalEvent } from '../../../core/domain/event.ts';
import type { Programme } from '../../../core/domain/programme.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { HOUR, MINUTE, ORDER, programme, variant } from '../../support/programmes.ts';

describe('a planned message', () => {
  it('takes of the budget of the day it is planned for', async () => {
    const own = programme({
      variants: [variant('a', { cost: 1 })],
      timing: { horizonHours: 48 },
      guardrails: { budget: { perDay: 1, zone: 'UTC' } },
    });
    const rig = await engineRig({ programmes: [own] });
    const days: string[] = [];
    let refused = 0;
    for (const userId of Array.from({ length: 12 }, (_, i) => `u${i}`)) {
      const made = await rig.decide({ userId });
      if (made.action === 'send') days.push(new Date(sendTimeOf(made)).toISOString().slice(0, 10));
      else refused += Number(made.guardrail === 'budget');
    }
    expect(days.sort()).toEqual(['2026-11-23', '2026-11-24', '2026-11-25']);
    expect(refused).toBe(9);
  });

  it('is credited with what follows it, not with what came before it was sent', async () => {
    const rig = await engineRig({ programmes: [programme({ timing: { horizonHours: 24 } })] });
    let made = await rig.decide({ userId: 'u' });
    for (let i = 0; made.sendAt === undefined; i++)
      made = await rig.decide({ userId: 'u' }, { send: `again ${i}` });
    const order = (id: string, at: number): SignalEvent => ({
      ...{ type: 'signal', source: 's', id, at, person: { userId: 'u' }, name: ORDER.signal, values: {} },
    });
    rig.clock.now = made.sendAt + HOUR;
    await rig.engine.ingest([order('before', made.sendAt - 1)]);
    await rig.folder.catchUp();
    expect((await rig.store.decision(made.id))!.credits).toEqual([]);
    await rig.engine.ingest([order('after', made.sendAt)]);
    await rig.folder.catchUp();
    expect((await rig.store.decision(made.id))!.credits).toMatchObject([{ signal: ORDER.signal, worth: 1 }]);
  });
});

describe('a planned message that is looked at again before it goes out', () => {
  const per = { count: 1, hours: 24 } as const;
  const tight = programme({
    variants: [variant('a', { cost: 1 }), variant('b', { cost: 1 })],
    timing: { horizonHours: 24 },
    frequency: { perDays: 1, least: 0, most: 1 },
    guardrails: {
      caps: [
        { per: 'person', ...per },
        { per: 'person-variant', ...per },
        { per: 'programme', count: 1, hours: 48 },
      ],
      budget: { perDay: 1, total: 1, zone: 'UTC' },
    },
  });

  /** Somebody whose message is planned for later, a minute before it goes out. */
  async function planned(own: Programme, ...others: Programme[]) {
    const rig = await engineRig({ programmes: [own, ...others] });
    let [i, made] = [0, await rig.decide({ userId: 'u0' }, { send: 's' })];
    // one for now takes the only place there is
    while (made.sendAt === undefined) {
      const aborted = { name: 'email_aborted', decision: made.id, person: { userId: `u${i}` }, values: {} };
      await rig.engine.ingest([{ ...aborted, type: 'signal', source: 's', id: made.id, at: rig.clock.now }]);
      made = await rig.decide({ userId: `u${++i}` }, { send: 's' });
    }
    rig.clock.now = sendTimeOf(made) - MINUTE;
    const person = { userId: `u${i}` };
    return { rig, made, person, look: () => rig.decide(person, { send: 's', preview: true }) };
  }

  it('may take the place it took, and is the same message at the same time', async () => {
    const { rig, made, look, person } = await planned(tight);
    const decisions = async () => (await rig.store.counts()).decisions;
    const before = await decisions();
    const seen = await look();
    expect(seen).toMatchObject({ action: 'send', variant: made.variant, reason: 'preview' });
    expect(sendTimeOf(seen)).toBe(made.sendAt);
    expect(await decisions()).toBe(before);
    // another send of the same person finds no place
    expect(await rig.decide(person, { send: 'other', preview: true })).toMatchObject({ action: 'silence' });
    expect(await rig.decide(person, { send: 's' })).toEqual(made);
  });

  it.each<[string, Partial<DomainEvent>]>([
    ['consent', { type: 'subscription', channel: 'email', state: 'unsubscribed' }],
    ['caps', { type: 'signal', name: 'email_sent', values: {} }],
  ])('is held back by what has happened since: %s', async (guardrail, event) => {
    const { rig, look, person } = await planned(tight);
    await rig.engine.ingest([{ source: 's', id: 'e', at: rig.clock.now, person, ...event } as DomainEvent]);
    const seen = await look();
    expect(seen.dropped.find(({ option }) => option === seen.pin)?.rule).toBe(guardrail);
    expect(seen.action).toBe('silence');
  });

  it('is held back by what may still be sent before it, also what is released by then', async () => {
    const own = programme({
      timing: { horizonHours: 24 },
      guardrails: { caps: [{ per: 'person', ...per }] },
    });
    const other = programme({ id: 'other', guardrails: { releaseAfterHours: 0.25 } });
    const { rig, made, look, person } = await planned(own, other);
    rig.clock.now = sendTimeOf(made) - 30 * MINUTE;
    expect((await rig.decide(person, { programme: 'other', send: 'o' })).action).toBe('send');
    rig.clock.now += 10 * MINUTE;
    expect(await look()).toMatchObject({ action: 'silence', guardrail: 'caps' });
    rig.clock.now += 10 * MINUTE;
    expect(await look()).toMatchObject({ action: 'send', variant: made.variant });
  });
});
