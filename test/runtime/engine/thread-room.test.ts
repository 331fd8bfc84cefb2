import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Funnel } from '../../../core/decide/funnel.ts';
import { addFunnel, emptyFunnel } from '../../../core/decide/funnel.ts';
import type { DomainEvent } from '../../../core/domain/event.ts';
import { optionTotals } from '../../../core/learn/model.ts';
import { machineClock } from '../../../runtime/clock.ts';
import { ClosedReader } from '../../../runtime/engine/closed/reader.ts';
import type { EngineObserver, Room } from '../../../runtime/engine/room.ts';
import { Calls } from '../../../runtime/engine/thread/calls.ts';
import { openThreadRoom } from '../../../runtime/engine/thread/thread-room.ts';
import { folder } from '../../support/folders.ts';
import { NOON, programme } from '../../support/programmes.ts';

interface Heard {
  observer: EngineObserver;
  batches: number[];
  folded: number;
  funnel: Funnel;
  closed: ClosedReader;
}

function listening(): Heard {
  const heard: Heard = {
    ...{ batches: [], folded: 0, funnel: emptyFunnel(), observer: undefined as never },
    closed: new ClosedReader(machineClock.elapsed),
  };
  heard.observer = {
    batch: (size) => void heard.batches.push(size),
    shed: () => undefined,
    folded: (entries) => void (heard.folded += entries),
    warned: () => undefined,
    foldFailed: (error) => expect.unreachable(String(error)),
    modelRefused: (error) => expect.unreachable(String(error)),
    delivered: () => undefined,
    changed: () => undefined,
    closed: (table) => heard.closed.take(table),
    funnel: (funnel) => addFunnel(heard.funnel, funnel),
    spooled: () => undefined,
    drainFailed: (error) => expect.unreachable(String(error)),
  };
  return heard;
}

async function open(path: string, heard = listening()): Promise<Room> {
  const settings = { host: 'x', port: 0, data: path, log: 'silent' as const, integrations: {} };
  const crashed = (error: Error): void => expect.unreachable(String(error));
  const start = { store: { kind: 'sqlite' as const, folder: path }, settings };
  const room = await openThreadRoom(start, heard.observer, crashed);
  onTestFinished(() => room.close().catch(() => undefined));
  return room;
}

const identify = (id: string, traits: Record<string, unknown>): DomainEvent => {
  return { type: 'identify', source: 's', id, at: NOON, person: { userId: id }, traits };
};
const ask = (userId: string, send = '1'): Parameters<Room['engine']['decide']>[0] => {
  return { programme: 'welcome', person: { userId }, send, context: {} };
};

describe('the engine on a thread of its own', () => {
  it('decides on a programme as soon as it is saved, once for each send', async () => {
    const room = await open(await folder());
    await expect(room.engine.decide(ask('u'))).rejects.toMatchObject({ kind: 'rejected' });
    expect(await room.store.saveProgramme(programme(), 0, NOON)).toBe(true);
    expect(await room.store.saveProgramme(programme(), 0, NOON)).toBe(false);
    const same = await Promise.all(Array.from({ length: 20 }, () => room.engine.answer(ask('u'))));
    expect(new Set(same.map(({ decision_id }) => decision_id)).size).toBe(1);
    expect((await room.store.counts()).decisions).toBe(1);
    const recorded = await room.store.decision(same[0]!.decision_id!);
    expect(recorded!.decision).toEqual(await room.engine.decide(ask('u')));
  });

  it('says which programme, person or value was at fault, as it would on this thread', async () => {
    const room = await open(await folder());
    await room.store.saveProgramme(programme(), 0, NOON);
    const nobody = room.engine.decide({ ...ask('u'), person: {} });
    await expect(nobody).rejects.toMatchObject({ kind: 'invalid', detail: 'person: at least one id' });
    const tower = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) as unknown;
    const results = await Promise.allSettled([
      room.engine.ingest([identify('a', { plan: 'pro' })]),
      room.engine.ingest([identify('b', { tower })]),
      room.engine.answer(ask('c')),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((await room.store.person('user:a'))!.person.traits).toMatchObject({ plan: { value: 'pro' } });
    expect(await room.store.person('user:b')).toBeNull();
  });

  it('tells of batches and of what was learned', async () => {
    const heard = listening();
    const room = await open(await folder(), heard);
    await room.store.saveProgramme(programme(), 0, NOON);
    await room.start();
    await Promise.all(Array.from({ length: 30 }, (_, i) => room.engine.answer(ask(`u${i}`))));
    await expect.poll(() => heard.folded).toBe(31);
    expect(heard.funnel).toEqual({ ...emptyFunnel(), candidates: 90, chosen: 30, notChosen: { policy: 60 } });
    expect(heard.batches.reduce((sum, size) => sum + size, 0)).toBe(30);
    const { version, state } = await room.engine.model('welcome');
    expect(version).toBeGreaterThan(0);
    expect(Object.values(optionTotals(state)).reduce((sum, { trials }) => sum + trials, 0)).toBe(30);
    await room.rest();
    await room.engine.answer(ask('later'));
    expect((await room.store.counts()).ledger).toBe(32);
  });

  it('keeps what it answered when it is opened again, and answers nobody after it was closed', async () => {
    const path = await folder();
    const room = await open(path);
    await room.store.saveProgramme(programme(), 0, NOON);
    const first = await room.engine.answer(ask('u'));
    await room.close();
    await expect(room.engine.answer(ask('u'))).rejects.toMatchObject({ kind: 'unavailable' });
    const again = await open(path);
    expect(await again.engine.answer(ask('u'))).toEqual(first);
  });

  it('lets this thread see who left as soon as that is acknowledged, wherever the list has moved to', async () => {
    const heard = listening();
    const room = await open(await folder(), heard);
    const standing = (id: string): string => heard.closed.standings([`user:${id}`])('email');
    expect(standing('u0')).toBe('unknown');
    await room.start();
    expect(standing('u0')).toBe('open');
    const first = heard.closed.bytes;
    for (let i = 0; i < 1_200; i += 100) {
      const ids = Array.from({ length: 100 }, (_, n) => `u${i + n}`);
      const events = ids.map((id): DomainEvent => {
        const base = { source: 's', id, at: NOON, person: { userId: id } };
        return { ...base, type: 'subscription', channel: 'email', state: 'unsubscribed' };
      });
      await room.engine.ingest(events);
      expect(ids.filter((id) => standing(id) !== 'closed')).toEqual([]);
    }
    expect(heard.closed.bytes).toBeGreaterThan(first);
    expect([heard.closed.size, standing('u1200')]).toEqual([1_200, 'open']);
    await room.close();
    // the engine is gone, the list is not
    expect([standing('u7'), standing('v')]).toEqual(['closed', 'open']);
  });

  it('does not open on a file that is no database, and says so', async () => {
    const path = await folder();
    writeFileSync(join(path, 'pickwell.db'), 'This is no database, and long enough to be sure. '.repeat(100));
    await expect(open(path)).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('tells of an error nobody caught, and answers nobody any more', async () => {
    const worker = new Worker(`setTimeout(() => { throw new Error('a bug') }, 20)`, { eval: true });
    const crash = Promise.withResolvers<Error>();
    const calls = new Calls(worker, listening().observer, crash.resolve);
    const answer = calls.call('engine.health', []);
    await expect(answer).rejects.toMatchObject({ kind: 'unavailable', detail: 'engine: a bug' });
    expect((await crash.promise).message).toBe('a bug');
    await expect(calls.call('engine.health', [])).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(calls.opened).rejects.toMatchObject({ kind: 'unavailable' });
  });
});
