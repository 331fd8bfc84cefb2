import { expect, test } from 'vitest';
import type { Changes } from '../../../core/contracts/store.ts';
import { answerOf } from '../../../core/decide/answer.ts';
import { optionTotals } from '../../../core/learn/model.ts';
import { Catalogue } from '../../../runtime/engine/catalogue.ts';
import { Folder } from '../../../runtime/engine/folder.ts';
import { News, OLD_MS } from '../../../runtime/engine/news.ts';
import { openMemoryStore } from '../../../runtime/store/memory-store.ts';
import { writeModel } from '../../support/behind.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { CLICK, NOON, programme } from '../../support/programmes.ts';

const refused = (error: Error): never => expect.unreachable(String(error));

test('a copy takes what another changed, and knows when it may have missed something', async () => {
  const store = openMemoryStore();
  let look = (_changes: Changes): void => expect.unreachable('nobody watches');
  const watched = {
    ...store,
    watch: (listener: (changes: Changes) => void) => {
      look = listener;
      return Promise.resolve(() => Promise.resolve());
    },
  };
  const catalogue = new Catalogue({ now: () => NOON, refused });
  let [now, told] = [NOON, 0];
  const places: (number | null)[] = [];
  const closed = (place: number | null): void => void places.push(place);
  const news = new News({
    store: watched,
    catalogue,
    stopwatch: () => now,
    closed,
    changed: () => void told++,
  });
  await news.start();
  // nothing was heard yet, which is how it is where there is nobody else
  now += 60_000;
  expect(news.old).toBe(false);

  await store.saveProgramme(programme(), 0, NOON);
  look({ changed: true, closed: 7 });
  await expect.poll(() => told).toBe(1);
  expect(catalogue.programme('welcome')).toMatchObject({ version: 1 });
  now += OLD_MS;
  expect(news.old).toBe(false);
  now += 1;
  expect(news.old).toBe(true);
  look({ changed: false, closed: 9 });
  expect([news.old, told]).toEqual([false, 1]);
  expect(places).toEqual([7, 9]);
  await news.stop();
});

test('a decision on models that may be old says so, and is recorded like any other', async () => {
  const rig = await engineRig({ behind: true });
  const decision = await rig.decide({ userId: 'u' });
  expect(answerOf(decision)).toMatchObject({ rung: 'last-model', decision_recorded: true });
  expect((await rig.store.counts()).decisions).toBe(1);
});

test('an answer that was under way during a fold or a save does not bring back what was before it', async () => {
  const rig = await engineRig();
  const { store, catalogue, folder } = rig;
  const learned = async (user: string): Promise<void> => {
    await rig.decide({ userId: user });
    await folder.catchUp();
  };
  await learned('a');
  const { promise: delay, resolve: arrive } = Promise.withResolvers<void>();
  const late = async <T>(answer: Promise<T>): Promise<T> => {
    const before = await answer;
    await delay;
    return before;
  };
  const slow = { ...store, models: () => late(store.models()), programmes: () => late(store.programmes()) };
  const taking = catalogue.load(slow);
  const saving = catalogue.load({ ...slow, models: () => Promise.resolve([]) });
  await learned('b');
  await store.saveProgramme(programme({ name: 'Newer' }), 1, NOON);
  await catalogue.load(store);
  arrive();
  await Promise.all([taking, saving]);
  expect(catalogue.programme('welcome')).toMatchObject({ version: 2, name: 'Newer' });
  expect(catalogue.model('welcome').version).toBe(2);
  await learned('c');
  const trials = Object.values(optionTotals(catalogue.model('welcome').state)).map((own) => own.trials);
  expect(trials.reduce((sum, n) => sum + n, 0)).toBe(3);
});

test('a model that was written with nothing new in the ledger is heard of by other copies', async () => {
  const rig = await engineRig();
  const { store, folder, catalogue } = rig;
  await rig.decide({ userId: 'a' });
  await folder.catchUp();
  const copy = new Catalogue({ now: () => NOON, refused });
  await copy.load(store);
  expect(copy.model('welcome').version).toBe(1);
  // as one that was made anew
  await writeModel(store, { programme: 'welcome', state: JSON.stringify(catalogue.model('welcome').state) });
  await copy.load(store);
  expect(copy.model('welcome').version).toBe(2);
});

test('whoever folds credits the programme of another copy from its first signal on', async () => {
  const rig = await engineRig();
  const { store, engine } = rig;
  const catalogue = new Catalogue({ now: () => NOON, refused });
  await catalogue.load(store);
  const failed = (error: unknown): never => {
    throw error;
  };
  const times = { now: () => NOON, stopwatch: () => 0 };
  const ports = { ...times, route: () => [], delivered: () => undefined, observe: () => undefined };
  const folder = new Folder({ store, catalogue, failed, ...ports });

  await store.saveProgramme(programme({ id: 'late', goal: { signals: [CLICK] } }), 0, NOON);
  await rig.catalogue.load(store);
  const { id } = await rig.decide({ userId: 'u' }, { programme: 'late' });
  const clicked = { type: 'signal', source: 's', id: '1', at: NOON, person: { userId: 'u' } } as const;
  await engine.ingest([{ ...clicked, name: CLICK.signal, values: {}, decisionId: id }]);
  await folder.catchUp();
  expect((await store.decision(id))!.credits).toMatchObject([{ signal: CLICK.signal, worth: 1 }]);
});
