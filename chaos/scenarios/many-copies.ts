import { setTimeout as sleep } from 'node:timers/promises';
import type { Stage } from '../stage.ts';
import type { Scenario } from './scenario.ts';

/** Longer than the lease of the copy that folds. */
const BEYOND_LEASE_MS = 12_000;

async function killOne(stage: Stage, index: number): Promise<void> {
  const copy = stage.copies[index % stage.copies.length]!;
  await copy.kill();
  await sleep(300);
  await copy.start();
}

/** What is done to copies that share a database, and to what is between them and it. */
export const manyCopies: readonly Scenario[] = [
  {
    id: 'D1',
    title: 'kill -9 of copies at random',
    async run(stage, { rng, smoke }) {
      for (let i = 0; i < (smoke ? 3 : 20); i++) {
        await sleep(500 + 1_000 * rng.uniform());
        await killOne(stage, Math.floor(rng.uniform() * stage.copies.length));
      }
    },
  },
  {
    id: 'D8',
    title: 'every process of PostgreSQL is killed, then it is started again',
    async run(stage, { smoke }) {
      for (let i = 0; i < (smoke ? 1 : 4); i++) {
        await stage.disturb('store', async () => {
          await stage.database!.kill();
          await sleep(1_000);
          await stage.database!.start();
        });
        await sleep(4_000);
      }
    },
  },
  {
    id: 'D8b',
    title: 'PostgreSQL is stopped and started, as for an upgrade',
    async run(stage) {
      await stage.disturb('store', async () => {
        await stage.database!.stop();
        await sleep(3_000);
        await stage.database!.start();
      });
      await sleep(3_000);
    },
  },
  {
    id: 'N0',
    title: 'all connections to PostgreSQL are reset, again and again, as in a failover',
    async run(stage, { smoke }) {
      await stage.disturb('store', async () => {
        for (let i = 0; i < (smoke ? 5 : 30); i++) {
          stage.proxy!.set('reset');
          await sleep(50);
          stage.proxy!.set('pass');
          await sleep(700);
        }
      });
    },
  },
  {
    id: 'N1',
    title: 'the network to PostgreSQL swallows everything for 10 s',
    async run(stage, { smoke }) {
      await stage.disturb('store', async () => {
        stage.proxy!.set('blackhole');
        await sleep(smoke ? 6_000 : 10_000);
        // what was swallowed never arrives: the connections are as good as dead
        stage.proxy!.set('reset');
        stage.proxy!.set('pass');
      });
      await sleep(4_000);
    },
  },
  {
    id: 'N3',
    title: 'the network to PostgreSQL is slow: 100 ms each way',
    async run(stage, { smoke }) {
      await stage.disturb('store', async () => {
        stage.proxy!.set('delay', 100);
        await sleep(smoke ? 4_000 : 20_000);
        stage.proxy!.set('pass');
      });
      await sleep(1_000);
    },
  },
  {
    id: 'N4',
    title: 'the copy that folds is stopped for longer than its lease and goes on',
    async run(stage, { smoke }) {
      for (let i = 0; i < (smoke ? 1 : stage.copies.length); i++) {
        const copy = await stage.folding();
        await copy.hold(BEYOND_LEASE_MS);
        await sleep(1_000);
      }
    },
  },
  {
    id: 'L7',
    title: 'the copies are exchanged one by one',
    async run(stage) {
      for (const copy of stage.copies) {
        const { code, ms } = await copy.stop();
        if (code !== 0 || ms > 10_000) throw new Error(`exit ${code} after ${ms} ms\n${copy.lastWords()}`);
        await copy.start();
        await sleep(500);
      }
    },
  },
];
