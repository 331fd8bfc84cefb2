import { expect, test } from 'vitest';
import { answerOf } from '../../../core/decide/answer.ts';
import { Catalogue } from '../../../runtime/engine/catalogue.ts';
import { News, OLD_MS } from '../../../runtime/engine/news.ts';
import { openMemoryStore } from '../../../runtime/store/memory-store.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { NOON, programme } from '../../support/programmes.ts';

test('a copy takes what another changed, and knows when it may have missed something', async () => {
  const store = openMemoryStore();
  let look = (_changed: boolean): void => expect.unreachable('nobody watches');
  const watched = {
    ...store,
    watch: (listener: (changed: boolean) => void) => {
      look = listener;
      return Promise.resolve(() => Promise.resolve());
    },
  };
  const catalogue = new Catalogue();
  let [now, told] = [NOON, 0];
  const news = new News({ store: watched, catalogue, now: () => now, changed: () => void told++ });
  await news.start();
  // nothing was heard yet, which is how it is where there is nobody else
  now += 60_000;
  expect(news.old).toBe(false);

  await store.saveProgramme(programme(), 0, NOON);
  look(true);
  await expect.poll(() => told).toBe(1);
  expect(catalogue.programme('welcome')).toMatchObject({ version: 1 });
  now += OLD_MS;
  expect(news.old).toBe(false);
  now += 1;
  expect(news.old).toBe(true);
  look(false);
  expect([news.old, told]).toEqual([false, 1]);
  await news.stop();
});

test('a decision on models that may be old says so, and is recorded like any other', async () => {
  const rig = await engineRig({ behind: true });
  const decision = await rig.decide({ userId: 'u' });
  expect(answerOf(decision)).toMatchObject({ rung: 'last-model', decision_recorded: true });
  expect((await rig.store.counts()).decisions).toBe(1);
});
