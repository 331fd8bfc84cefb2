import { describe, expect, it } from 'vitest';
import type { Store } from '../../../core/contracts/store.ts';
import type { Decision } from '../../../core/domain/decision.ts';
import type { SignalEvent } from '../../../core/domain/event.ts';
import type { Guardrails, Variant } from '../../../core/domain/programme.ts';
import { openMemoryStore } from '../../../runtime/store/memory-store.ts';
import { openSqliteStore } from '../../../runtime/store/sqlite/sqlite-store.ts';
import type { EngineRig } from '../../support/engine-rig.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { folder } from '../../support/folders.ts';
import { opened } from '../../support/opened.ts';
import { postgresServer } from '../../support/postgres.ts';
import { DAY, HOUR, NOON, programme, variant } from '../../support/programmes.ts';

const server = await postgresServer();

const STORES: [string, () => Promise<Store>][] = [
  ['in memory', () => Promise.resolve(openMemoryStore())],
  ['in SQLite', () => opened(async () => openSqliteStore(await folder()))],
  ...(server
    ? [['in PostgreSQL', () => opened(() => server.store())] as [string, () => Promise<Store>]]
    : []),
];

let number = 0;

const told = (name: string, changes: Partial<SignalEvent> = {}): SignalEvent => {
  const id = `e${++number}`;
  return {
    type: 'signal',
    source: 's',
    id,
    at: NOON,
    person: { userId: 'u0' },
    name,
    values: {},
    ...changes,
  };
};

interface Asking {
  rig: EngineRig;
  /** Asks for the next person. */
  next: (request?: { preview?: boolean }) => Promise<Decision>;
}

async function asking(
  store: Store,
  guardrails: Guardrails,
  variants: Variant[] = [variant('a')],
): Promise<Asking> {
  const rig = await engineRig({ store, programmes: [programme({ variants, guardrails })] });
  let person = 0;
  return {
    rig,
    next: (request = {}) => rig.decide({ userId: `u${person++}` }, { send: `s${person}`, ...request }),
  };
}

describe.each(STORES)('what all persons share (%s)', (_, open) => {
  it('keeps a cap over all persons, in a window that rolls, and says when there is room again', async () => {
    const { rig, next } = await asking(await open(), { caps: [{ per: 'programme', count: 2, hours: 24 }] });
    const made = [await next(), await next()];
    rig.clock.now = NOON + DAY - 1;
    const third = await next();
    expect(made.map(({ action }) => action)).toEqual(['send', 'send']);
    expect(third).toMatchObject({ action: 'silence', reason: 'guardrail', guardrail: 'caps' });
    expect(third.dropped[0]!.detail).toBe(
      '2 of 2 contacts of this programme with anybody in 24 h, next free 2026-11-24T12:00:00.000Z',
    );
    rig.clock.now = NOON + DAY;
    expect((await next()).action).toBe('send');
  });

  it('keeps a cap of each variant apart, and one of a channel to that channel', async () => {
    const variants = [variant('a'), variant('b'), variant('c', { channel: 'sms' })];
    const caps = [
      { per: 'variant', count: 1, hours: 24 } as const,
      { per: 'programme', channel: 'email', count: 1, hours: 24 } as const,
    ];
    const { next } = await asking(await open(), { caps }, variants);
    const sent = [await next(), await next(), await next()];
    expect(sent.map(({ action }) => action)).toEqual(['send', 'send', 'silence']);
    expect(new Set(sent.slice(0, 2).map(({ channel }) => channel))).toEqual(new Set(['email', 'sms']));
  });

  it('spends no more than the budget of a calendar day in its zone, and of the whole programme', async () => {
    // in Auckland it is one in the morning of Tuesday
    const budget = { perDay: 0.3, total: 0.7, zone: 'Pacific/Auckland' };
    const { rig, next } = await asking(await open(), { budget }, [variant('a', { cost: 0.1 })]);
    const day = async (): Promise<number> => {
      let sent = 0;
      while ((await next()).action === 'send') sent++;
      return sent;
    };
    expect(await day()).toBe(3);
    rig.clock.now = Date.parse('2026-11-24T10:59:59.999Z');
    expect(await next()).toMatchObject({ guardrail: 'budget' });
    rig.clock.now = Date.parse('2026-11-24T11:00:00Z');
    expect(await day()).toBe(3);
    rig.clock.now += DAY;
    expect(await day()).toBe(1);
    const last = await next();
    const detail = '0.7 of 0.7 spent of the whole budget, 0.1 needed';
    expect(last.dropped).toEqual([
      { option: 'a', rule: 'budget', detail, resource: 'budget/welcome/total', count: 0.7, limit: 0.7 },
    ]);
  });

  it('gives money back when the platform gave up or nothing was sent in time, and not when it was', async () => {
    const guardrails = { budget: { total: 2 }, releaseAfterHours: 6 };
    const { rig, next } = await asking(await open(), guardrails, [variant('a', { cost: 1 })]);
    const [first, second] = [await next(), await next()];
    expect((await next()).action).toBe('silence');
    await rig.engine.ingest([told('email_aborted', { decisionId: first.id })]);
    expect((await next()).action).toBe('send');
    await rig.engine.ingest([told('email_sent', { person: { userId: 'u1' }, send: second.send })]);
    rig.clock.now = NOON + 6 * HOUR;
    expect([(await next()).action, (await next()).action]).toEqual(['send', 'silence']);
    rig.clock.now = NOON + 100 * DAY;
    expect([(await next()).action, (await next()).action]).toEqual(['send', 'silence']);
  });

  it('hands out each code once, the same for the same send, in the content and on record', async () => {
    const store = await open();
    const content = { subject: 'Yours: {{ coupon.code }}' };
    const { rig, next } = await asking(store, {}, [variant('a', { content, coupon: 'spring' })]);
    expect((await next()).dropped[0]).toMatchObject({
      rule: 'inventory',
      detail: 'no codes of the pool spring: none was uploaded',
    });
    await store.addCodes('spring', ['X1', 'X2', 'X3']);
    const same = await Promise.all(
      [1, 2, 3].map(() => rig.decide({ userId: 'same' }, { send: 'the same send' })),
    );
    const others = await Promise.all([next(), next(), next()]);
    const [codes, first] = [others.flatMap(({ coupon }) => coupon?.code ?? []), same[0]!.coupon!.code];
    expect(new Set([...codes, first])).toEqual(new Set(['X1', 'X2', 'X3']));
    expect(new Set(same.map(({ coupon }) => coupon?.code))).toEqual(new Set([first]));
    expect(others.filter(({ action }) => action === 'silence')).toHaveLength(1);
    for (const { id, action, coupon } of others) {
      if (action === 'silence') continue;
      const { decision } = (await store.decision(id))!;
      expect(decision.content).toEqual({ subject: `Yours: ${coupon!.code}` });
      expect(decision.coupon).toEqual({ pool: 'spring', code: coupon!.code });
    }
    expect((await next()).dropped[0]!.detail).toBe('no codes of the pool spring: all are handed out');
  });

  it('hands a code out again when it was given back, and none for a preview', async () => {
    const store = await open();
    const content = { subject: '{{ coupon.code }}' };
    const { rig, next } = await asking(store, {}, [variant('a', { content, coupon: 'spring' })]);
    await store.addCodes('spring', ['X1']);
    expect((await next({ preview: true })).content).toEqual({ subject: 'PREVIEW' });
    const first = await next();
    expect(first.coupon?.code).toBe('X1');
    expect((await next()).action).toBe('silence');
    await rig.engine.ingest([told('email_aborted', { person: { userId: 'u1' }, send: first.send })]);
    expect((await next()).coupon?.code).toBe('X1');
  });

  it('hands people over to a queue as long as it has room, by the day and at once', async () => {
    const queues = {
      sales: { perDay: 4, zone: 'UTC', atOnce: 2, hours: 5, givenBackBy: ['call_completed'] },
    };
    const route = { queue: 'sales', value: 80 };
    const variants = [variant('call', { channel: 'sales', content: {}, route })];
    const { rig, next } = await asking(await open(), { queues, releaseAfterHours: 1 }, variants);
    const [first] = [await next(), await next()];
    expect(first).toMatchObject({ action: 'send', route, channel: 'sales' });
    expect((await next()).dropped[0]).toMatchObject({
      rule: 'capacity',
      detail: '2 of 2 hand-overs to sales at once, next free 2026-11-23T17:00:00.000Z',
    });
    // nobody reports that a hand-over was made: it is not released for want of that
    rig.clock.now = NOON + 2 * HOUR;
    expect((await next()).action).toBe('silence');
    await rig.engine.ingest([told('call_completed', { at: rig.clock.now })]);
    expect([(await next()).action, (await next()).action]).toEqual(['send', 'silence']);
    rig.clock.now = NOON + 6 * HOUR;
    expect((await next()).action).toBe('send');
    await rig.engine.ingest(
      [4, 7].map((i) => told('call_completed', { at: NOON + 7 * HOUR, person: { userId: `u${i}` } })),
    );
    rig.clock.now = NOON + 8 * HOUR;
    expect((await next()).dropped[0]!.detail).toMatch(/^4 of 4 hand-overs to sales on a day in UTC/);
    rig.clock.now = NOON + 12 * HOUR;
    expect((await next()).action).toBe('send');
  });

  it('counts on what people who became one have taken, and what a forgotten one has', async () => {
    const store = await open();
    const { rig, next } = await asking(store, { caps: [{ per: 'programme', count: 3, hours: 24 }] });
    await next();
    await next();
    const [person, previous] = [{ userId: 'u0' }, { userId: 'u1' }];
    await rig.engine.ingest([{ type: 'alias', source: 's', id: 'm', at: NOON, person, previous }]);
    const third = await next();
    expect([third.action, (await next()).action]).toEqual(['send', 'silence']);
    await rig.engine.ingest([told('email_aborted', { person: { userId: 'u2' }, decisionId: third.id })]);
    await rig.engine.ingest([{ type: 'delete', source: 's', id: 'd', at: NOON, person }]);
    await rig.folder.step();
    expect(await store.person('user:u1')).toBeNull();
    expect([(await next()).action, (await next()).action]).toEqual(['send', 'silence']);
  });

  it('lets a signal of the person stop contact when it happened often enough', async () => {
    const caps = [{ per: 'person', signal: 'Order Completed', count: 2, hours: 24 } as const];
    const { rig } = await asking(await open(), { caps });
    const ask = (send: string): Promise<Decision> => rig.decide({ userId: 'u0' }, { send });
    await rig.engine.ingest([told('Order Completed')]);
    expect((await ask('1')).action).toBe('send');
    await rig.engine.ingest([told('Order Completed', { at: NOON + HOUR })]);
    rig.clock.now = NOON + DAY - 1;
    expect((await ask('2')).dropped[0]).toMatchObject({
      rule: 'caps',
      detail: '2 of 2 Order Completed in 24 h, next free 2026-11-24T12:00:00.000Z',
    });
    rig.clock.now = NOON + DAY;
    expect((await ask('3')).action).toBe('send');
  });
});
