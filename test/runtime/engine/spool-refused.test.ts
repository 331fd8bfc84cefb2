import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openSqliteStore } from '../../../runtime/store/sqlite/sqlite-store.ts';
import { folder } from '../../support/folders.ts';
import { opened } from '../../support/opened.ts';
import { outage } from '../../support/outage.ts';

describe('a decision that the store does not take', () => {
  it('stays, is counted, and keeps neither the others nor the spool from going on; later it is taken', async () => {
    const path = await folder();
    const store = await opened(() => openSqliteStore(path));
    const rig = await outage({ store, limits: { bytes: 1e9, ageMs: 1_000 } });
    rig.away(true);
    const made = await Promise.all(
      Array.from({ length: 250 }, (_, i) => rig.decide({ userId: `u${i}` }, { send: 's' })),
    );
    const refused = made.slice(0, 3).map(({ id }) => `'${id}'`);
    const beside = new DatabaseSync(join(path, 'pickwell.db'));
    onTestFinished(() => beside.close());
    beside.exec(`CREATE TRIGGER refuse BEFORE INSERT ON decisions WHEN NEW.id IN (${refused.join()})
      BEGIN SELECT RAISE(ABORT, 'not these'); END`);
    rig.away(false);
    while ((await rig.drainer.step()) > 0);
    expect((await store.counts()).decisions).toBe(247);
    expect([rig.spool.size, rig.spool.refused]).toEqual([3, 3]);
    expect(rig.failures.map(String)).toEqual([expect.stringContaining('not these')]);

    rig.away(true);
    rig.clock.now += 1_001;
    expect(await rig.decide({ userId: 'next' })).toMatchObject({ spooled: true });
    // the same send is still answered as it was
    expect((await rig.decide({ userId: 'u0' }, { send: 's' })).id).toBe(made[0]!.id);

    beside.exec('DROP TRIGGER refuse');
    rig.away(false);
    rig.spool.tryAgain();
    while ((await rig.drainer.step()) > 0);
    expect([rig.spool.size, (await store.counts()).decisions]).toEqual([0, 251]);
  });

  it('is brought again where the store was away in the middle of it', async () => {
    const rig = await outage();
    rig.away(true);
    await Promise.all(Array.from({ length: 5 }, (_, i) => rig.decide({ userId: `u${i}` })));
    await expect(rig.drainer.step()).rejects.toMatchObject({ kind: 'unavailable' });
    expect([rig.spool.size, rig.spool.refused, rig.failures]).toEqual([5, 0, []]);
    rig.away(false);
    await rig.drainer.step();
    expect([rig.spool.size, (await rig.store.counts()).decisions]).toEqual([0, 5]);
  });
});

describe('a spool', () => {
  it('D5: whose disk is full in the middle of a turn keeps exactly what it says it keeps', async () => {
    const path = await folder();
    const rig = await outage({ path });
    const beside = new DatabaseSync(join(path, 'spool.db'));
    onTestFinished(() => beside.close());
    // as SQLite does when the disk is full: everything of the transaction is undone
    beside.exec(`CREATE TRIGGER full BEFORE INSERT ON sends WHEN NEW.alias = 'user:u3'
      BEGIN SELECT RAISE(ROLLBACK, 'the disk is full'); END`);
    rig.away(true);
    const ends = await Promise.allSettled(
      Array.from({ length: 6 }, (_, i) => rig.decide({ userId: `u${i}` })),
    );
    const kept = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value.id] : []));
    expect(ends.map(({ status }) => status)).toContain('rejected');
    expect(rig.spool.oldest(10).map(({ decision }) => decision.id)).toEqual(kept);
    expect(await rig.decide({ userId: 'later' })).toMatchObject({ spooled: true });
  });
});
