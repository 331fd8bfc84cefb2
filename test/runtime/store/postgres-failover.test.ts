import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import type { Fault } from '../../../core/contracts/faults.ts';
import { openPostgresStore } from '../../../runtime/store/postgres/postgres-store.ts';
import { verifyLedger } from '../../../runtime/store/verify-ledger.ts';
import { opened } from '../../support/opened.ts';
import { ownPostgres } from '../../support/own-postgres.ts';
import { copiesOf } from '../../support/store-copies.ts';
import { decision, first, put } from '../../support/store-writes.ts';
import { tcpProxy } from '../../support/tcp-proxy.ts';

const CONNECTIONS = 4;

async function admin(url: string): Promise<(text: string) => Promise<unknown>> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  onTestFinished(() => client.end());
  return async (text) => (await client.query<{ value: unknown }>(text)).rows[0]?.value;
}

it(
  'D8: a standby takes over while the old primary goes on running and only reads: the next batch is written there, and nobody reads from the old one',
  { timeout: 120_000 },
  async () => {
    const primary = await ownPostgres();
    onTestFinished(() => primary.remove());
    await (await openPostgresStore({ url: primary.url() })).close();
    const standby = await primary.standby();
    onTestFinished(() => standby.remove());
    const address = await tcpProxy(primary.port);
    onTestFinished(() => address.close());
    const [store] = await copiesOf(primary.url(address.port), 1, { connections: CONNECTIONS });
    const everyConnection = <T>(ask: () => Promise<T>): Promise<T[]> =>
      Promise.all(Array.from({ length: CONNECTIONS }, ask));
    const acknowledged: string[] = [];
    let asked = 0;
    const decide = async (): Promise<string> => {
      const id = `d${++asked}`;
      try {
        await put(store!, { decisions: [first(decision(id))] });
        acknowledged.push(id);
        return 'written';
      } catch (error) {
        return (error as Fault).kind;
      }
    };
    expect(await decide()).toBe('written');
    await everyConnection(() => store!.ping());

    const old = await admin(primary.url());
    await old('ALTER SYSTEM SET default_transaction_read_only = on');
    await old('SELECT pg_reload_conf()');
    // nobody is the primary, as soon as every connection has heard of it
    await expect.poll(decide).toBe('unavailable');
    const before = acknowledged.length;
    const written = String(await old('SELECT pg_current_wal_lsn() AS value'));

    await expect
      .poll(
        () =>
          admin(standby.url()).then(
            () => 'answers',
            () => 'away',
          ),
        { timeout: 20_000 },
      )
      .toBe('answers');
    const next = await admin(standby.url());
    await expect
      .poll(() => next(`SELECT pg_last_wal_replay_lsn() >= '${written}' AS value`), { timeout: 20_000 })
      .toBe(true);
    // the address leads to the new one a moment before it takes anything
    address.lead(standby.port);
    expect(await decide()).toBe('unavailable');
    await next('SELECT pg_promote() AS value');
    expect(await decide()).toBe('written');
    const last = acknowledged.at(-1)!;
    const read = await everyConnection(() => store!.decision(last));
    expect(read.map((found) => found?.decision.id)).toEqual(Array(CONNECTIONS).fill(last));
    expect(await verifyLedger(store!)).toEqual({ ok: true, rows: acknowledged.length });

    const there = await opened(() => openPostgresStore({ url: standby.url() }));
    expect(await there.counts()).toMatchObject({ decisions: acknowledged.length });
    expect(await old('SELECT count(*)::int AS value FROM pickwell.decisions')).toBe(before);
  },
);
