import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Store } from '../../../core/contracts/store.ts';
import type { Decision } from '../../../core/domain/decision.ts';
import type { CopyObserver, CopyResult } from '../../../runtime/migrate/copy.ts';
import { copyFolder } from '../../../runtime/migrate/copy.ts';
import { reportOf } from '../../../runtime/migrate/command.ts';
import { openStore } from '../../../runtime/store/open-store.ts';
import { openPostgresStore } from '../../../runtime/store/postgres/postgres-store.ts';
import { openSqliteStore } from '../../../runtime/store/sqlite/sqlite-store.ts';
import type { EngineRig } from '../../support/engine-rig.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { folder } from '../../support/folders.ts';
import { learned } from '../../support/model-states.ts';
import { postgresServer } from '../../support/postgres.ts';
import { CLICK, LEFT, NOON, programme, REVENUE, variant } from '../../support/programmes.ts';
import { aliasesOf, contact, decision, person, put, repeated } from '../../support/store-writes.ts';
import { deliverMessily, eventsOf, makeDecisions, traffic } from '../../support/traffic.ts';
import { everythingIn } from '../../support/two-sides.ts';

const server = await postgresServer();

const PROGRAMME = programme({
  goal: { signals: [REVENUE, CLICK, LEFT] },
  silence: true,
  variants: [
    variant('a', { cost: 0.1 }),
    variant('b', { content: { subject: 'Hi {{ name }}: {{ coupon.code }}' }, coupon: 'spring' }),
  ],
  holdout: { kind: 'random', share: 0.3 },
  guardrails: {
    caps: [
      { per: 'person', channel: 'email', count: 2, hours: 200 },
      { per: 'programme', count: 9, hours: 200 },
    ],
    budget: { perDay: 0.4, total: 2, zone: 'Europe/Berlin' },
    releaseAfterHours: 100,
  },
});

const quiet: CopyObserver = { began: () => undefined, done: () => undefined, verified: () => undefined };
const SEED = 91;
const world = traffic(SEED, ['welcome'], 12);

interface Lived {
  path: string;
  decisions: Decision[];
}

const rigOn = (store: Store, minted = 0): Promise<EngineRig> =>
  engineRig({ store, programmes: [PROGRAMME], route: () => ['segment'], minted });

/** A month on SQLite, with one person erased, and odd things no engine makes; half of the events are still to come. */
async function lived(): Promise<Lived> {
  const path = await folder();
  const store = await openSqliteStore(path);
  await store.own('a process that hangs');
  await store.meta('seed', 'seed of the installation');
  await store.saveKey({ id: 'k', scopes: ['read'], hash: 'h', createdAt: 0 });
  await store.addCodes('spring', ['X1', 'X2', 'X3', "o'hara"]);
  const rig = await rigOn(store);
  const decisions = await makeDecisions(rig, world.asks);
  const events = eventsOf(world, decisions);
  const erase = { type: 'delete' as const, source: 's', id: 'gone', at: NOON, person: { userId: 'u3' } };
  await deliverMessily(rig, [...events.slice(0, events.length / 2), erase], SEED);
  await store.saveProgramme({ ...PROGRAMME, name: 'Welcome, again' }, 1, NOON);
  const odd = person('odd', 'user:a\0b', `user:o'hara"\\{}`, 'user:😀 ß', 'user:\x01');
  const late = decision('late', { person: 'odd', spooled: true, send: 's' });
  await put(store, {
    ...{ persons: [odd], aliases: aliasesOf(odd) },
    ...{ decisions: [repeated(late)], contacts: [contact(late, NOON + 0.5)] },
  });
  const [one, two, three] = await store.claim('segment', rig.clock.now, rig.clock.now + 60_000, 5);
  await store.settle('segment', [
    { id: one!.outcome.id, state: 'delivered', at: NOON },
    { id: two!.outcome.id, state: 'dead', at: NOON, fault: 'rejected' },
    {
      id: three!.outcome.id,
      state: 'pending',
      at: NOON,
      nextAttemptAt: NOON,
      attempts: 3,
      fault: 'unavailable',
    },
  ]);
  await store.close();
  return { path, decisions };
}

async function opened(store: Promise<Store>): Promise<Store> {
  const made = await store;
  onTestFinished(() => made.close());
  return made;
}

/** Nobody is listened for: only the program as a whole is made to wait. */
const QUIET_MS = 0;

const copied = (path: string, url: string, observer = quiet): Promise<CopyResult> =>
  copyFolder(path, url, observer, QUIET_MS);

describe.skipIf(server === undefined)('a data folder copied into PostgreSQL', () => {
  it('tells the same through the port, every table counted and the ledger verified', async () => {
    const { path } = await lived();
    const url = await server!.database();
    const result = await copied(path, url);
    expect(result.tables.filter(({ source }) => source === 0)).toEqual([]);
    expect(result.tables.every(({ source, target }) => source === target)).toBe(true);
    expect(result).toMatchObject({ ok: true, ledger: { ok: true } });
    expect(reportOf(result)).toMatch(/^persons +29 +29 +equal$/m);
    const source = await opened(openSqliteStore(path));
    const target = await opened(openStore({ kind: 'postgres', url }));
    expect(await everythingIn(target)).toEqual(await everythingIn(source));
    // what a dead process had claimed is due at once, as it is at a start
    await source.recoverClaims();
    const [now, limit] = [NOON + 1e10, 10_000];
    const due = await source.claim('segment', now, now + 1, limit);
    expect(due.length).toBeGreaterThan(10);
    expect(await target.claim('segment', now, now + 1, limit)).toEqual(due);
    // the closed list came along: nobody has to be looked at for it
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    onTestFinished(() => client.end());
    expect((await client.query('SELECT * FROM pickwell.unlisted')).rows).toEqual([]);
  });

  it('goes on as the folder would have: the same answers, the same draws, the same learning', async () => {
    const { path, decisions } = await lived();
    const url = await server!.database();
    await copied(path, url);
    const rigs = [
      await rigOn(await opened(openSqliteStore(path)), 1_000),
      await rigOn(await opened(openPostgresStore({ url })), 1_000),
    ];
    const months = [];
    // the erased person would be somebody else by now
    const asks = world.asks.filter(({ human }) => human !== 3);
    for (const rig of rigs) {
      const again = await makeDecisions(rig, asks);
      const fresh = await makeDecisions(
        rig,
        asks.map((ask) => ({ ...ask, send: `${ask.send} again`, at: NOON + 9e9 })),
      );
      await deliverMessily(rig, eventsOf(world, decisions), SEED + 1);
      const ledger = await rig.store.ledger(1, 100_000);
      const state = learned(rig.catalogue.model('welcome').state, PROGRAMME);
      months.push({ again, fresh, ledger, state, position: await rig.store.position() });
    }
    const [source, target] = months;
    expect(JSON.stringify(target!.again)).toBe(JSON.stringify(source!.again));
    const kept = decisions.filter((_, i) => asks.includes(world.asks[i]!));
    expect(JSON.stringify(target!.again)).toBe(JSON.stringify(kept));
    expect(JSON.stringify(target!.fresh)).toBe(JSON.stringify(source!.fresh));
    expect(target!.position).toBe(target!.ledger.length);
    expect(target).toEqual(source);
  });

  it('lets a process that hung on the folder write no more', async () => {
    const { path } = await lived();
    const hung = await opened(openSqliteStore(path));
    await hung.own('hung');
    await copied(path, await server!.database());
    await expect(put(hung, { persons: [person('new', 'user:new')] })).rejects.toThrow('another Pickwell');
  });
});

const stopAt = (what: string): CopyObserver => ({
  ...quiet,
  done: (_, at) => {
    if (at === what) throw new Error('interrupted');
  },
});

describe.skipIf(server === undefined)('a copy that was interrupted', () => {
  it.each(['persons', 'decisions', 'ledger', 'meta'])(
    'after some %s: cannot be used, and goes on',
    async (at) => {
      const { path } = await lived();
      const url = await server!.database();
      await expect(copied(path, url, stopAt(at))).rejects.toThrow('interrupted');
      await expect(openStore({ kind: 'postgres', url })).rejects.toThrow('not finished');
      let there = 0;
      const result = await copied(path, url, { ...quiet, began: (_, already) => (there = already) });
      expect(there).toBeGreaterThan(10);
      expect(result.ok).toBe(true);
      const target = await opened(openStore({ kind: 'postgres', url }));
      expect(await everythingIn(target)).toEqual(await everythingIn(await opened(openSqliteStore(path))));
    },
  );

  it('is refused once the folder was used again', async () => {
    const { path } = await lived();
    const url = await server!.database();
    await expect(copied(path, url, stopAt('decisions'))).rejects.toThrow('interrupted');
    const store = await openSqliteStore(path);
    await store.own('somebody');
    await put(store, { persons: [person('new', 'user:new')] });
    await store.close();
    await expect(copied(path, url)).rejects.toThrow('cannot be\ncontinued');
  });
});

describe.skipIf(server === undefined)('a copy is refused', () => {
  it('into a database somebody uses', async () => {
    const { path } = await lived();
    const url = await server!.database();
    const store = await opened(openPostgresStore({ url }));
    await store.meta('seed', 'another');
    await expect(copied(path, url)).rejects.toThrow('in use by a Pickwell');
    expect(await store.counts()).toMatchObject({ persons: 0, ledger: 0 });
  });

  it('from a folder without data', async () => {
    await expect(copied(await folder(), await server!.database())).rejects.toThrow('no pickwell.db');
  });
});
