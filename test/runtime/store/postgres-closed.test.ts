import { describe, expect, it, onTestFinished } from 'vitest';
import type { DomainEvent } from '../../../core/domain/event.ts';
import { machineClock } from '../../../runtime/clock.ts';
import { openRoom } from '../../../runtime/engine/room.ts';
import { ClosedReader } from '../../../runtime/engine/closed/reader.ts';
import type { LocalRoom } from '../../../runtime/engine/room.ts';
import { Spool } from '../../../runtime/engine/spool.ts';
import { openPostgresStore } from '../../../runtime/store/postgres/postgres-store.ts';
import { degradedAnswer } from '../../../core/decide/answer.ts';
import type { Answer } from '../../../core/contracts/answer.ts';
import { toAliases } from '../../../runtime/engine/asked.ts';
import { copiesOf } from '../../support/store-copies.ts';
import { folder } from '../../support/folders.ts';
import { postgresServer } from '../../support/postgres.ts';
import { put } from '../../support/store-writes.ts';
import { programme, variant } from '../../support/programmes.ts';
import { schemaBefore, WriterBefore } from '../../support/version-before.ts';
import { tcpProxy } from '../../support/tcp-proxy.ts';
import type { TcpProxy } from '../../support/tcp-proxy.ts';

const server = await postgresServer();

const OWN = programme({ variants: [variant('a')], fallback: 'a' });
const nobody = (): undefined => undefined;

/** A copy of the program on a database, with the network between them. */
interface Copy {
  room: LocalRoom;
  reader: ClosedReader;
  network: TcpProxy;
  /** What somebody is answered, from whichever rung. */
  ask(userId: string): Promise<Answer>;
}

async function copyOn(url: string): Promise<Copy> {
  const at = new URL(url);
  const network = await tcpProxy(Number(at.port || 5432));
  const own = Object.assign(new URL(url), { hostname: '127.0.0.1', port: `${network.port}` }).href;
  const store = await openPostgresStore({ url: own, connectMs: 300, statementMs: 500, retryMs: 50 });
  const reader = new ClosedReader(machineClock.elapsed);
  const room = await openRoom(
    { store, route: () => [], now: Date.now, spool: new Spool(await folder()) },
    {
      ...{
        batch: nobody,
        shed: nobody,
        funnel: nobody,
        folded: nobody,
        warned: nobody,
        foldFailed: nobody,
        modelRefused: nobody,
        changed: nobody,
        delivered: nobody,
      },
      ...{ spooled: nobody, drainFailed: nobody, closed: (table) => reader.take(table) },
    },
  );
  await room.start();
  onTestFinished(async () => {
    network.set('pass');
    await room.rest();
    await room.close();
    await network.close();
  });
  let sends = 0;
  const ask = async (userId: string): Promise<Answer> => {
    const request = {
      programme: OWN.id,
      person: { userId },
      send: `s${++sends} of ${network.port}`,
      context: {},
    };
    const aliases = toAliases(request.person);
    const standings = reader.standings(aliases);
    return room.engine
      .answer(request, 200)
      .catch(() => degradedAnswer(OWN.id, OWN, { now: Date.now(), aliases, standings }));
  };
  return { room, reader, network, ask };
}

const leaves = (userId: string, id: string): DomainEvent => {
  const base = { source: 's', id, at: Date.now(), person: { userId } };
  return { ...base, type: 'subscription', channel: 'email', state: 'unsubscribed' };
};

/** Until a copy has heard of it, in ms. */
async function heard({ reader }: Copy, userId: string): Promise<number> {
  const begun = performance.now();
  while (reader.standings(toAliases({ userId }))('email') !== 'closed') {
    expect(performance.now() - begun).toBeLessThan(5_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return performance.now() - begun;
}

describe.skipIf(server === undefined)('the closed list of copies that share a database', () => {
  it('one that is cut off from the store does not send to who left at another one before', async () => {
    const url = await server!.database();
    const [first] = await copiesOf(url, 1);
    await first!.saveProgramme(OWN, 0, Date.now());
    const [a, b] = [await copyOn(url), await copyOn(url)];
    expect((await b.ask('u')).rung).toBe('full');
    await a.room.engine.ingest([leaves('u', '1')]);
    await heard(b, 'u');
    for (const mode of ['blackhole', 'reset'] as const) {
      b.network.set(mode);
      expect(await b.ask('u')).toMatchObject({ action: 'silence', guardrail: 'consent', rung: 'silence' });
      expect(await b.ask('v')).toMatchObject({ action: 'send', rung: 'last-model' });
      // what it is told now it does not acknowledge
      await expect(b.room.engine.ingest([leaves('v', '2')])).rejects.toThrow();
      expect((await a.ask('u')).rung).toBe('full');
    }
    // back again it hears of what happened meanwhile
    await a.room.engine.ingest([leaves('w', '3')]);
    b.network.set('pass');
    await heard(b, 'w');
  });

  it('holds back a repeated event until this copy knows what another one took', async () => {
    const url = await server!.database();
    const [first] = await copiesOf(url, 1);
    await first!.saveProgramme(OWN, 0, Date.now());
    const [a, b] = [await copyOn(url), await copyOn(url)];
    for (let i = 0; i < 20; i++) {
      const event = leaves(`u${i}`, `e${i}`);
      await a.room.engine.ingest([event]);
      expect(await b.room.engine.ingest([event])).toEqual([false]);
      expect(b.reader.standings([`user:u${i}`])('email')).toBe('closed');
    }
  });

  it('a copy that is cut off does not send to who left at a copy of the version before, and does to who came back', async () => {
    const url = await server!.database();
    await schemaBefore(url);
    const before = new WriterBefore(url);
    onTestFinished(() => before.close());
    await before.ingest([leaves('long ago', '1'), leaves('back', '2')]);
    const [first] = await copiesOf(url, 1);
    await first!.saveProgramme(OWN, 0, Date.now());
    const copy = await copyOn(url);
    await before.ingest([leaves('u', '3'), { ...leaves('back', '4'), state: 'subscribed' } as DomainEvent]);
    await before.erase(['user:erased']);
    await heard(copy, 'erased');
    for (const mode of ['blackhole', 'reset'] as const) {
      copy.network.set(mode);
      for (const userId of ['long ago', 'u', 'erased']) {
        expect(await copy.ask(userId)).toMatchObject({
          ...{ action: 'silence', guardrail: 'consent', rung: 'silence' },
        });
      }
      for (const userId of ['back', 'stranger']) {
        expect(await copy.ask(userId)).toMatchObject({ action: 'send', rung: 'last-model' });
      }
    }
    await before.ingest([leaves('v', '5')]);
    copy.network.set('pass');
    await heard(copy, 'v');
  });

  it('shows every change to who reads on from the last one, however many write at once', async () => {
    const [reading, ...writing] = await copiesOf(await server!.database(), 5);
    const closed = (id: string) => ({ id, erased: false, channels: { email: 'unsubscribed' as const } });
    let writers = writing.length;
    const written: string[] = [];
    const write = async (store: (typeof writing)[number], w: number): Promise<void> => {
      for (let i = 0; i < 60; i++) {
        const ids = Array.from({ length: 1 + (i % 4) }, (_, n) => `w${w} ${i} ${n}`);
        await put(store, { closed: ids.map(closed) });
        written.push(...ids);
      }
      writers--;
    };
    const all = Promise.all(writing.map(write));
    const seen = new Map<string, number>();
    let place = 0;
    for (let last = false; !last;) {
      last = writers === 0;
      for (const { id, number } of await reading!.closed(place, 7)) {
        expect([id, seen.get(id)]).toEqual([id, undefined]);
        expect(number).toBe(place + 1);
        seen.set(id, (place = number));
        last = false;
      }
    }
    await all;
    expect(seen.size).toBe(written.length);
    expect(written.length).toBe(4 * 60 * 2.5);
  });
});
