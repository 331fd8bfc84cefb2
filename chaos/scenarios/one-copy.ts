import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from './scenario.ts';

const KILLS = { smoke: 5, whole: 100 };

/** What is done to a single process on the embedded store. */
export const oneCopy: readonly Scenario[] = [
  {
    id: 'D1 D2',
    title: 'kill -9 at random times, under decisions and events',
    async run(stage, { rng, smoke }) {
      for (let i = 0; i < (smoke ? KILLS.smoke : KILLS.whole); i++) {
        await sleep(200 + 800 * rng.uniform());
        await stage.copies[0]!.kill();
        await stage.copies[0]!.start();
      }
    },
  },
  {
    id: 'L7',
    title: 'SIGTERM under load: what is under way is answered',
    async run(stage) {
      await sleep(500);
      const { code, ms } = await stage.copies[0]!.stop();
      if (code !== 0 || ms > 10_000) throw new Error(`exit ${code} after ${ms} ms`);
      await stage.copies[0]!.start();
    },
  },
  {
    id: 'T0',
    title: 'the process is stopped for 5 s and goes on',
    async run(stage) {
      await stage.copies[0]!.hold(5_000);
      await sleep(500);
    },
  },
];
