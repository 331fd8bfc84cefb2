import { describe, expect, it } from 'vitest';
import { answerOf } from '../../../core/decide/answer.ts';
import type { DomainEvent } from '../../../core/domain/event.ts';
import { optionTotals } from '../../../core/learn/model.ts';
import { Catalogue } from '../../../runtime/engine/catalogue.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { DAY, NOON, ORDER, programme, variant } from '../../support/programmes.ts';

const identify = (id: string, changes: object = {}): DomainEvent => {
  return { type: 'identify', source: 's', id, at: NOON, person: { userId: 'u' }, traits: {}, ...changes };
};

describe('a preview', () => {
  it('records nothing at all, for strangers as for people who are known', async () => {
    const rig = await engineRig({ route: () => ['segment'] });
    await rig.decide({ userId: 'known' }, { send: 's' });
    await rig.folder.catchUp();
    const before = [await rig.store.counts(), await rig.store.outboxCounts(), rig.catalogue.model('welcome')];
    for (const userId of ['known', 'stranger']) {
      const preview = await rig.decide({ userId }, { send: 's', preview: true });
      expect(answerOf(preview)).toMatchObject({ reason: 'preview', decision_recorded: false });
    }
    await rig.folder.catchUp();
    expect([
      await rig.store.counts(),
      await rig.store.outboxCounts(),
      rig.catalogue.model('welcome'),
    ]).toEqual(before);
    expect(await rig.store.person('user:stranger')).toBeNull();
  });

  it('obeys the guardrails of the person it is shown for', async () => {
    const cap = { per: 'person' as const, count: 1, hours: 24 };
    const rig = await engineRig({ programmes: [programme({ guardrails: { caps: [cap] } })] });
    expect((await rig.decide({ userId: 'u' }, { preview: true })).action).toBe('send');
    await rig.decide({ userId: 'u' }, { send: '1' });
    expect((await rig.decide({ userId: 'u' }, { preview: true, send: '2' })).action).toBe('silence');
  });
});

describe('a request that cannot be decided', () => {
  it('is a fault: no such programme, no id of a person', async () => {
    const rig = await engineRig();
    await expect(rig.decide({ userId: 'u' }, { programme: 'ghost' })).rejects.toMatchObject({
      kind: 'rejected',
    });
    await expect(rig.decide({})).rejects.toMatchObject({ kind: 'invalid' });
    expect(await rig.store.counts()).toMatchObject({ decisions: 0, persons: 0 });
  });
});

describe('events', () => {
  it('count once by source and id, in one delivery and over many', async () => {
    const rig = await engineRig();
    const one = identify('1');
    expect(await rig.engine.ingest([one, one, identify('2'), { ...one, source: 'other' }])).toEqual([
      true,
      false,
      true,
      true,
    ]);
    const twice = await Promise.all([rig.engine.ingest([identify('3')]), rig.engine.ingest([identify('3')])]);
    expect(twice.flat().sort()).toEqual([false, true]);
    expect(await rig.engine.ingest([one])).toEqual([false]);
  });

  it('say in their order which are new, however large the delivery', async () => {
    const rig = await engineRig();
    const events = Array.from({ length: 1_000 }, (_, i) =>
      identify(`e${i % 700}`, { person: { userId: `u${i}` } }),
    );
    expect(await rig.engine.ingest(events)).toEqual(events.map((_, i) => i < 700));
  });

  it('set traits, consent and subscriptions by their own time, not by their arrival', async () => {
    const rig = await engineRig();
    await rig.engine.ingest([
      identify('new', { at: NOON + 2, traits: { city: 'Köln', vip: true }, consent: { marketing: true } }),
      identify('old', { at: NOON + 1, traits: { city: 'Bonn', plan: 'pro' }, consent: { marketing: false } }),
      identify('silent', { at: NOON + 3 }),
      { ...subscription('unsubscribed', NOON + 5), id: 'out' },
      { ...subscription('subscribed', NOON + 4), id: 'in' },
    ]);
    const { person } = (await rig.store.person('user:u'))!;
    const values = Object.entries(person.traits).map(([name, { value }]) => [name, value]);
    expect(Object.fromEntries(values)).toEqual({ city: 'Köln', vip: true, plan: 'pro' });
    expect(person.consent!.value).toEqual({ marketing: true });
    expect(person.subscriptions.email!.value).toBe('unsubscribed');
  });

  it('close a channel for the next decision, in every programme', async () => {
    const rig = await engineRig({ programmes: [programme(), programme({ id: 'other' })] });
    await rig.engine.ingest([subscription('unsubscribed', NOON)]);
    for (const id of ['welcome', 'other']) {
      expect(await rig.decide({ userId: 'u' }, { programme: id })).toMatchObject({
        action: 'silence',
        guardrail: 'consent',
      });
    }
  });

  it('may call a trait whatever they like', async () => {
    const rig = await engineRig();
    const traits = JSON.parse(
      '{"constructor": "Bob", "toString": 1, "__proto__": {"polluted": true}}',
    ) as object;
    await rig.engine.ingest([identify('1', { traits })]);
    await rig.engine.ingest([identify('2', { at: NOON + 1, traits: { city: 'Bonn' } })]);
    await rig.engine.ingest([identify('3', { person: { userId: 'w' }, traits: { valueOf: 2 } })]);
    await rig.decide({ userId: 'u' });
    const { person } = (await rig.store.person('user:u'))!;
    expect(Object.keys(person.traits).sort()).toEqual(['__proto__', 'city', 'constructor', 'toString']);
    expect(Object.getOwnPropertyDescriptor(person.traits, 'constructor')!.value).toEqual({
      value: 'Bob',
      at: NOON,
    });
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('name a person by one id once, even when they name it twice', async () => {
    const rig = await engineRig();
    const same = { type: 'alias' as const, source: 's', id: 'a', at: NOON, person: { userId: 'u' } };
    await rig.engine.ingest([{ ...same, previous: { userId: 'u' } }]);
    expect((await rig.store.person('user:u'))!.person.aliases).toEqual(['user:u']);
  });
});

describe('learning', () => {
  it('moves decisions towards what works, through ledger, fold and catalogue', async () => {
    const rig = await engineRig({ programmes: [programme({ variants: [variant('a'), variant('b')] })] });
    const events: DomainEvent[] = [];
    for (let i = 0; i < 400; i++) {
      const { id, option } = await rig.decide({ userId: `u${i}` });
      if (option === 'b') events.push(order(`u${i}`, id));
    }
    expect(rig.catalogue.live('welcome')!.modelVersion).toBe(0);
    await rig.engine.ingest(events);
    await rig.folder.catchUp();
    const decision = await rig.decide({ userId: 'next' });
    expect(decision.modelVersion).toBe(1);
    const b = decision.eligible.find(({ option }) => option === 'b')!;
    expect(b.propensity).toBeGreaterThan(0.98);
    expect(optionTotals(rig.catalogue.model('welcome').state).b!.trials).toBe(events.length);
  });

  it('is the same after a restart, which goes on where it stopped', async () => {
    const rig = await engineRig();
    for (let i = 0; i < 30; i++)
      await rig.engine.ingest([order(`u${i}`, (await rig.decide({ userId: `u${i}` })).id)]);
    await rig.folder.catchUp();
    const restarted = new Catalogue({ now: () => rig.clock.now, refused: () => expect.unreachable() });
    await restarted.load(rig.store);
    expect(restarted.model('welcome')).toEqual(rig.catalogue.model('welcome'));
    expect(restarted.model('welcome').state.arms.treated.persons).toBe(30);
    expect(restarted.live('welcome')!.modelVersion).toBe(1);
    expect(await rig.folder.step()).toBe(0);
  });
});

function subscription(state: 'subscribed' | 'unsubscribed', at: number): DomainEvent {
  return {
    type: 'subscription',
    source: 's',
    id: state,
    at,
    person: { userId: 'u' },
    channel: 'email',
    state,
  };
}

function order(userId: string, decisionId: string): DomainEvent {
  const event = { type: 'signal' as const, source: 's', id: `order of ${userId}`, at: NOON + DAY };
  return { ...event, person: { userId }, name: ORDER.signal, values: {}, decisionId };
}
