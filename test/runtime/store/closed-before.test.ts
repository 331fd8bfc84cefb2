import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ClosedRow, Store } from '../../../core/contracts/store.ts';
import type { DomainEvent } from '../../../core/domain/event.ts';
import { hash32 } from '../../../core/maths/murmur3.ts';
import { openPostgresStore } from '../../../runtime/store/postgres/postgres-store.ts';
import { openSqliteStore } from '../../../runtime/store/sqlite/sqlite-store.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { folder } from '../../support/folders.ts';
import { opened } from '../../support/opened.ts';
import { NOON } from '../../support/programmes.ts';
import { postgresServer } from '../../support/postgres.ts';
import { schemaBefore, WriterBefore } from '../../support/version-before.ts';

/** People of all kinds. */
function events(): DomainEvent[] {
  let number = 0;
  const base = (userId: string) => ({
    source: 's',
    id: `e${++number}`,
    at: NOON + number,
    person: { userId },
  });
  const said = (userId: string, channel: string, state: 'subscribed' | 'unsubscribed') =>
    ({ ...base(userId), type: 'subscription', channel, state }) as const;
  return [
    said('left', 'email', 'unsubscribed'),
    { ...base('left'), type: 'alias', previous: { anonymousId: 'left too' } },
    said('came back', 'email', 'unsubscribed'),
    said('came back', 'email', 'subscribed'),
    said('joined', 'email', 'subscribed'),
    { ...base('says so'), type: 'identify', traits: { note: 'unsubscribed"' } },
    { ...base('erased'), type: 'delete' },
    { ...base('erased and back'), type: 'delete' },
    said('erased and back', 'sms', 'subscribed'),
  ];
}

/** What the list has to say of them, whoever made it. */
const EXPECTED: Record<string, [erased: boolean, channels: ClosedRow['channels']]> = {
  'user:left': [false, { email: 'unsubscribed' }],
  'anonymous:left too': [false, { email: 'unsubscribed' }],
  'user:erased': [true, {}],
  'user:erased and back': [true, { sms: 'subscribed' }],
};

async function expectList(store: Store): Promise<void> {
  const rows = new Map((await store.closed(0, 99)).map((row) => [row.id, row]));
  for (const [alias, [erased, channels]] of Object.entries(EXPECTED)) {
    expect([alias, rows.get(hash32(alias))]).toMatchObject([alias, { erased, channels }]);
    rows.delete(hash32(alias));
  }
  // of anybody else there may be something that closes nothing
  for (const { erased, channels } of rows.values()) {
    expect([erased, Object.values(channels).includes('unsubscribed')]).toEqual([false, false]);
  }
  const after = Math.max(...[...(await store.closed(0, 99))].map(({ number }) => number));
  const rig = await engineRig({ store, programmes: [], minted: 99 });
  const person = { userId: 'later' };
  const event = { type: 'subscription', source: 's', id: 'later', at: NOON, person, channel: 'sms' } as const;
  await rig.engine.ingest([{ ...event, state: 'unsubscribed' }]);
  expect(await store.closed(after, 9)).toMatchObject([{ id: hash32('user:later') }]);
}

it('a folder from before there was a closed list has one of everybody in it', async () => {
  const path = await folder();
  const before = await openSqliteStore(path);
  await (await engineRig({ store: before })).engine.ingest(events());
  await before.close();
  const db = new DatabaseSync(join(path, 'pickwell.db'));
  const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  db.exec(`DROP TABLE closed; DROP INDEX outbox_waiting; PRAGMA user_version = ${version - 1}`);
  db.close();
  await expectList(await opened(() => openSqliteStore(path)));
});

const server = await postgresServer();

it.skipIf(server === undefined)('and so has a database', async () => {
  const url = await server!.database();
  await schemaBefore(url);
  const writer = new WriterBefore(url);
  await writer.ingest(events());
  await writer.close();
  await expectList(await opened(() => openPostgresStore({ url })));
});
