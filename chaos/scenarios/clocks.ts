import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from './scenario.ts';

const HOUR_MS = 3_600_000;

/** What is done to the clock of one copy. */
export const jump: Scenario = {
  id: 'T1',
  title: 'the clock of a copy jumps an hour ahead and an hour back',
  async run(stage) {
    await stage.disturb('clock', async () => {
      for (const offset of [HOUR_MS, -HOUR_MS, 0]) {
        stage.copies[0]!.setClock(offset);
        await sleep(2_000);
      }
    });
  },
};

/** What is done to clocks of which there are several. */
export const clocks: readonly Scenario[] = [
  jump,
  {
    id: 'T2',
    title: 'the clocks of two copies differ by 6 s',
    async run(stage) {
      await stage.disturb('clock', async () => {
        stage.copies[0]!.setClock(-3_000);
        stage.copies[1]!.setClock(3_000);
        await sleep(4_000);
        for (const copy of stage.copies) copy.setClock(0);
      });
    },
  },
];
