import { describe, expect, it } from 'vitest';
import { again, isComplete } from '../../../../core/decide/again.ts';
import type { ClosedId } from '../../../../core/domain/closed.ts';
import type { DomainEvent } from '../../../../core/domain/event.ts';
import type { PersonRef } from '../../../../core/domain/person.ts';
import { emptyState } from '../../../../core/learn/model.ts';
import { hash32 } from '../../../../core/maths/murmur3.ts';
import { ClosedList } from '../../../../runtime/engine/closed/list.ts';
import { ClosedReader } from '../../../../runtime/engine/closed/reader.ts';
import { liveOf } from '../../../../runtime/engine/live.ts';
import { openMemoryStore } from '../../../../runtime/store/memory-store.ts';
import type { FragileRig } from '../../../support/ladder-rig.ts';
import { fragileRig } from '../../../support/ladder-rig.ts';
import { NOON, programme, variant } from '../../../support/programmes.ts';
import { allStores } from '../../../support/stores.ts';
import { put } from '../../../support/store-writes.ts';

const MAIL = programme({ id: 'mail', variants: [variant('mail')], fallback: 'mail' });
const DEFAULT = programme({
  id: 'default',
  variants: [variant('mail')],
  fallback: 'mail',
  whenAway: 'fallback',
});
const BOTH = programme({ id: 'both', variants: [variant('mail'), variant('text', { channel: 'sms' })] });
const USUAL = programme({
  ...{ id: 'usual', variants: [variant('mail')], fallback: 'mail' },
  holdout: { share: 1, kind: 'business-as-usual' },
});
const ALL = [MAIL, DEFAULT, BOTH, USUAL];

const USER = { userId: 'u' };
const ANONYMOUS = { anonymousId: 'a' };
let number = 0;
const base = (person: PersonRef, at = NOON) => ({ source: 's', id: `e${++number}`, at, person });
const leaves = (person: PersonRef, channel = 'email', at = NOON): DomainEvent => {
  return { ...base(person, at), type: 'subscription', channel, state: 'unsubscribed' };
};
const joins = (person: PersonRef, channel = 'email', at = NOON + 1): DomainEvent => {
  return { ...base(person, at), type: 'subscription', channel, state: 'subscribed' };
};
const linked = (): DomainEvent => ({ ...base(USER), type: 'alias', previous: ANONYMOUS });
const deleted = (person: PersonRef): DomainEvent => ({ ...base(person), type: 'delete' });

/** What is sent to somebody by each programme while the store is away. */
async function sent(rig: FragileRig, person: PersonRef): Promise<Record<string, string | undefined>> {
  rig.away(true);
  const answers = await Promise.all(ALL.map(async ({ id }) => [id, await rig.ask(person, id)] as const));
  rig.away(false);
  for (const [, answer] of answers) expect(answer.rung).not.toBe('full');
  // who is in a holdout is silent for that, and a programme without a default for want of one
  const named = answers.filter(([id]) => id === 'mail' || id === 'default');
  for (const [id, { action, guardrail, rung, state }] of named) {
    if (action === 'silence')
      expect([id, guardrail, rung, state]).toEqual([id, 'consent', 'silence', undefined]);
  }
  return Object.fromEntries(answers.map(([id, { variant: own }]) => [id, own]));
}

const EVERYTHING = { mail: 'mail', default: 'mail', both: expect.any(String) as string, usual: 'mail' };
const NO_MAIL = { mail: undefined, default: undefined, both: 'text', usual: undefined };
const NOTHING = { mail: undefined, default: undefined, both: undefined, usual: undefined };

describe.each(await allStores())('below the full rung, on what was acknowledged (%s)', (_, open) => {
  const rigOn = async (): Promise<FragileRig> => fragileRig({ store: await open(), programmes: ALL });

  it('a channel that was left is closed, on it alone, until it is joined again', async () => {
    const rig = await rigOn();
    expect(await sent(rig, USER)).toEqual(EVERYTHING);
    await rig.engine.ingest([leaves(USER)]);
    expect(await sent(rig, USER)).toEqual(NO_MAIL);
    expect(await sent(rig, { userId: 'other' })).toEqual(EVERYTHING);
    // one who is asked for by several ids is closed by any of them
    expect(await sent(rig, { ...USER, email: 'u@example.com' })).toEqual(NO_MAIL);
    // an older yes changes nothing
    await rig.engine.ingest([joins(USER, 'email', NOON - 1)]);
    expect(await sent(rig, USER)).toEqual(NO_MAIL);
    await rig.engine.ingest([joins(USER)]);
    expect(await sent(rig, USER)).toEqual(EVERYTHING);
  });

  it('all ids of two people who became one are as the one is', async () => {
    const rig = await rigOn();
    await rig.engine.ingest([leaves(ANONYMOUS)]);
    expect(await sent(rig, USER)).toEqual(EVERYTHING);
    await rig.engine.ingest([linked()]);
    expect(await sent(rig, USER)).toEqual(NO_MAIL);
    await rig.engine.ingest([joins(USER)]);
    expect(await sent(rig, ANONYMOUS)).toEqual(EVERYTHING);
    // two of whom the one that joined later speaks for both
    await rig.engine.ingest([leaves({ userId: 'v' }), joins({ anonymousId: 'b' })]);
    const both = { ...base({ userId: 'v' }), type: 'alias', previous: { anonymousId: 'b' } } as const;
    await rig.engine.ingest([both]);
    expect(await sent(rig, { userId: 'v' })).toEqual(EVERYTHING);
  });

  it('an id that a decision gave to somebody who left is closed as well', async () => {
    const rig = await rigOn();
    await rig.engine.ingest([leaves(USER)]);
    expect((await rig.ask({ ...USER, externalId: 'x' }, 'mail')).rung).toBe('full');
    await rig.closed.settled;
    expect(await sent(rig, { externalId: 'x' })).toEqual(NO_MAIL);
  });

  it('who was erased is contacted nowhere under any id, and only where they join again', async () => {
    const rig = await rigOn();
    await rig.engine.ingest([linked(), joins(USER, 'sms')]);
    await rig.engine.ingest([deleted(USER)]);
    for (const id of [USER, ANONYMOUS]) expect(await sent(rig, id)).toEqual(NOTHING);
    // asked for, and said something that is no yes
    await rig.ask(USER, 'mail');
    await rig.engine.ingest([{ ...base(USER), type: 'identify', traits: { plan: 'pro' } }]);
    expect(await sent(rig, USER)).toEqual(NOTHING);
    await rig.engine.ingest([joins(USER)]);
    expect(await sent(rig, USER)).toEqual({ ...EVERYTHING, both: 'mail' });
    expect(await sent(rig, ANONYMOUS)).toEqual(NOTHING);
    await rig.engine.ingest([leaves(USER, 'email', NOON + 2)]);
    expect(await sent(rig, USER)).toEqual(NOTHING);
    await rig.engine.erase(['user:w'], NOON);
    expect(await sent(rig, { userId: 'w' })).toEqual(NOTHING);
  });

  it('pins, previews and programmes that compete go the same way', async () => {
    const rig = await rigOn();
    await rig.engine.ingest([leaves(USER)]);
    rig.away(true);
    const asked = async (person: PersonRef): Promise<(string | undefined)[]> => {
      const answers = [
        await rig.ask(person, 'mail', { pin: 'mail' }),
        await rig.ask(person, 'mail', { preview: true }),
        await rig.ask(person, ['mail', 'default']),
        await rig.ask(person, ['mail', 'both', 'default']),
      ];
      return answers.map(({ variant: own }) => own);
    };
    expect(await asked(USER)).toEqual([undefined, undefined, undefined, 'text']);
    expect((await asked(ANONYMOUS)).slice(0, 3)).toEqual(['mail', 'mail', 'mail']);
    rig.away(false);
  });

  it('a decision that was made without the store is made again the same, from what it knew then', async () => {
    const rig = await rigOn();
    await rig.engine.ingest([leaves(USER)]);
    rig.away(true);
    const { decision_id: id, variant: own, rung } = await rig.ask(USER, 'both');
    expect([own, rung]).toEqual(['text', 'last-model']);
    rig.away(false);
    await rig.drain();
    await rig.engine.ingest([joins(USER)]);
    const { decision } = (await rig.store.decision(id!))!;
    expect(decision.dropped).toMatchObject([
      { option: 'mail', rule: 'consent', state: 'closed', channel: 'email' },
    ]);
    const live = liveOf(BOTH, { version: 0, state: emptyState() });
    expect(isComplete(decision) && again(decision, live)).toEqual({ ...decision, person: decision.person });
  });

  it('is the same after a start', async () => {
    const store = await open();
    const first = await fragileRig({ store, programmes: ALL });
    await first.engine.ingest([leaves(USER), deleted(ANONYMOUS)]);
    const again = await fragileRig({ store, programmes: [], minted: 9 });
    expect(await sent(again, USER)).toEqual(NO_MAIL);
    expect(await sent(again, ANONYMOUS)).toEqual(NOTHING);
  });

  it('keeps nothing that names who was erased', async () => {
    const store = await open();
    const rig = await fragileRig({ store, programmes: ALL });
    await rig.engine.ingest([deleted({ userId: 'Ada Lovelace' }), leaves({ userId: 'Grace Hopper' })]);
    expect(JSON.stringify(await store.closed(0, 9))).not.toMatch(/Ada|Grace/);
    expect(await store.closed(0, 9)).toHaveLength(2);
  });
});

describe('an event that could not be taken into the list', () => {
  it('is not acknowledged, and is when it is sent again and the list was read', async () => {
    const store = openMemoryStore();
    let lost = true;
    // the store takes it, and is gone before the list is read
    const transact: typeof store.transact = async (...batch) => {
      await store.transact(...batch);
      if (lost) rig.away(true);
    };
    const rig = await fragileRig({ store: { ...store, transact }, programmes: ALL });
    const event = leaves(USER);
    await expect(rig.engine.ingest([event])).rejects.toMatchObject({ kind: 'unavailable' });
    const { person } = (await store.person('user:u'))!;
    expect(person.subscriptions).toMatchObject({ email: { value: 'unsubscribed' } });
    lost = false;
    rig.away(false);
    expect(await rig.engine.ingest([event])).toEqual([false]);
    expect(await sent(rig, USER)).toEqual(NO_MAIL);
  });
});

describe('a list that was not read', () => {
  it('sends nothing below the full rung, says so and counts it', async () => {
    const rig = await fragileRig({ programmes: ALL, unread: true });
    expect((await rig.ask(USER, 'mail')).action).toBe('send');
    rig.away(true);
    for (const { id } of ALL) expect((await rig.ask(USER, id)).action).toBe('silence');
    for (const id of ['mail', 'default']) {
      expect(await rig.ask(USER, id)).toMatchObject({
        ...{ action: 'silence', guardrail: 'consent', state: 'unknown', rung: 'silence' },
      });
    }
    expect(await rig.metrics.registry.metrics()).toContain(
      `pickwell_closed_list_silences_total{standing="unknown"} 4`,
    );
    rig.away(false);
    await rig.closed.read();
    expect(await sent(rig, USER)).toEqual(EVERYTHING);
  });
});

describe('a store that was put back to an earlier time', () => {
  it('is read from its beginning again', async () => {
    let store = openMemoryStore();
    const reader = new ClosedReader(() => NOON);
    const port = { closed: (...ask: Parameters<typeof store.closed>) => store.closed(...ask), shared: true };
    const list = new ClosedList({ store: port, stopwatch: () => NOON, share: (table) => reader.take(table) });
    const left = (alias: string): ClosedId => {
      return { id: hash32(alias), erased: false, channels: { email: 'unsubscribed' } };
    };
    await put(store, { closed: ['user:a', 'user:b', 'user:c'].map(left) });
    await list.read();
    store = openMemoryStore();
    await put(store, { closed: [left('user:d')] });
    list.heard(1);
    await list.settled;
    expect(reader.standings(['user:d'])('email')).toBe('closed');
    // and another history of the same length
    store = openMemoryStore();
    await put(store, { closed: [left('user:e')] });
    await list.read();
    expect(reader.standings(['user:e'])('email')).toBe('closed');
  });
});
