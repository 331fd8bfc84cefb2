import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from './scenario.ts';

/** What is done to Redis, which only the limits depend on. */
export const withRedis: readonly Scenario[] = [
  {
    id: 'D9',
    title: 'Redis is killed and comes back empty',
    async run(stage, { smoke }) {
      await stage.disturb('redis', async () => {
        await stage.redis!.kill();
        await sleep(smoke ? 3_000 : 10_000);
        await stage.redis!.restart();
        await sleep(1_000);
        await stage.redis!.flush();
      });
    },
  },
  {
    id: 'N2',
    title: 'the network to Redis swallows everything',
    async run(stage, { smoke }) {
      await stage.disturb('redis', async () => {
        stage.redisProxy!.set('blackhole');
        await sleep(smoke ? 4_000 : 10_000);
        stage.redisProxy!.set('reset');
        stage.redisProxy!.set('pass');
      });
    },
  },
];
