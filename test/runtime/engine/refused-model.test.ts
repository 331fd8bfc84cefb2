import { describe, expect, it, onTestFinished } from 'vitest';
import type { ModelSnapshot } from '../../../core/contracts/records.ts';
import type { ModelState } from '../../../core/learn/model.ts';
import { optionTotals, readState } from '../../../core/learn/model.ts';
import { sha256 } from '../../../runtime/store/ledger.ts';
import { openSqliteStore } from '../../../runtime/store/sqlite/sqlite-store.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { folder } from '../../support/folders.ts';
import { MINUTE, NOON, ORDER, programme } from '../../support/programmes.ts';
import type { Running } from '../../support/running.ts';
import { run } from '../../support/running.ts';
import {
  inSqlite,
  intoFolder,
  learn,
  OTHER,
  OWN,
  PEOPLE,
  PLACES,
  the,
  trialsOf,
} from '../../support/written-over.ts';

const EVENT = { source: 's', at: NOON + MINUTE };

/** A model whose sums of squares of one feature are `by` more than they were; written as a fold would. */
function moved(model: ModelSnapshot, by: number): ModelSnapshot {
  const state = JSON.parse(model.state) as ModelState;
  for (const { options } of state.linear.blocks)
    for (const { information } of Object.values(options)) information[2]! += by;
  const text = JSON.stringify(state);
  return { ...model, state: text, hash: sha256(text) };
}

/** One digit is another. */
const damaged = (model: ModelSnapshot): ModelSnapshot => ({
  ...model,
  state: model.state.replace(/"persons":(\d)/, (_, digit: string) => `"persons":${(Number(digit) + 1) % 10}`),
});

const MUCH = 1e6;
const unusable = (model: ModelSnapshot): ModelSnapshot => moved(model, -MUCH);

/** As another copy would have written it after one more entry. */
const next = (model: ModelSnapshot): ModelSnapshot => ({
  ...model,
  version: model.version + 1,
  position: model.position + 1,
});

const persons = (text: string): number => readState(text).arms.treated.persons;

describe.each(PLACES)('a model that cannot be decided on, in %s', (_, open) => {
  it('leaves decisions to the last good one, and folds go on from it', async () => {
    const { store, write } = await open();
    const told: Error[] = [];
    const rig = await engineRig({ store, programmes: [OWN], refused: (error) => void told.push(error) });
    await learn(rig, 'first');
    const good = await the(store);
    await write(next(unusable(good)));
    await rig.catalogue.load(store);
    expect(told.map(({ message }) => message)).toEqual([
      expect.stringMatching(/model 2 of welcome .*definite/),
    ]);
    expect(rig.catalogue.refused).toBe(1);

    for (const { modelVersion, rung, eligible } of await learn(rig, 'second')) {
      expect({ modelVersion, rung }).toEqual({ modelVersion: 1, rung: 'full' });
      expect(eligible.reduce((sum, { propensity }) => sum + propensity, 0)).toBeCloseTo(1, 9);
    }
    // nothing of it is lost, and nobody is told again
    const newest = await the(store);
    expect([newest.version, persons(newest.state), told.length]).toEqual([3, 2 * PEOPLE, 1]);
    expect(rig.catalogue.model('welcome').version).toBe(1);

    await write(next(moved(newest, MUCH)));
    await rig.catalogue.load(store);
    expect(rig.catalogue.refused).toBe(0);
    expect(await rig.decide({ userId: 'u' })).toMatchObject({ modelVersion: 4, rung: 'full' });
  });

  it.each([
    ['cannot be scored', unusable, { version: 0, persons: 0 }],
    ['is damaged', damaged, { version: 3, persons: PEOPLE - 1 }],
  ])('as it %s, leaves nobody who is erased in what is decided on', async (__, spoil, left) => {
    const { store, write } = await open();
    const told: Error[] = [];
    const rig = await engineRig({ store, programmes: [OWN], refused: (error) => void told.push(error) });
    await learn(rig, 'first');
    await write(next(spoil(await the(store))));
    await rig.catalogue.load(store);
    expect(rig.catalogue.model(OWN.id).version).toBe(1);
    await rig.engine.ingest([{ ...EVENT, type: 'delete', id: 'd', person: { userId: 'first 3' } }]);
    await rig.folder.catchUp();
    const { version, state } = rig.catalogue.model(OWN.id);
    expect({ version, persons: state.arms.treated.persons, told: told.length }).toEqual({ ...left, told: 1 });
    expect(await rig.decide({ userId: 'u' })).toMatchObject({ modelVersion: version, rung: 'full' });
  });

  it('is noticed where its state is not the one its hash was made of, and is made anew from the record', async () => {
    const { store, write } = await open();
    const told: Error[] = [];
    const rig = await engineRig({
      store,
      programmes: [OWN, OTHER],
      refused: (error) => void told.push(error),
    });
    const [sent] = await learn(rig, 'first');
    const joined = ['first 1', 'first 2'].map((userId) => ({ userId }));
    await rig.engine.ingest([
      { ...EVENT, type: 'alias', id: 'a', person: joined[0]!, previous: joined[1]! },
      { ...EVENT, type: 'signal', id: 'o', person: { userId: 'first 0' }, name: ORDER.signal, values: {} },
      { ...EVENT, type: 'delete', id: 'd', person: { userId: 'first 3' } },
    ]);
    await rig.folder.catchUp();
    const right = next(await the(store));
    await write(damaged(right));
    await rig.catalogue.load(store);
    expect(told.map(({ message }) => message)).toEqual([expect.stringMatching(/model 3 of welcome .*hash/)]);
    expect(await rig.decide({ userId: 'u' })).toMatchObject({ modelVersion: 2, rung: 'full' });
    expect(await rig.decide({ userId: 'u' }, { programme: OTHER.id })).toMatchObject({ rung: 'full' });
    await rig.folder.catchUp();
    const made = readState((await the(store)).state);
    const { linear, arms } = readState(right.state);
    expect([rig.catalogue.refused, rig.catalogue.behind, told.length]).toEqual([0, 0, 1]);
    expect(rig.catalogue.states().get(OTHER.id)!.arms.treated.persons).toBe(1);
    expect(made.arms).toEqual({ ...arms, treated: { ...arms.treated, persons: arms.treated.persons + 1 } });
    expect(trialsOf(made)).toBe(trialsOf({ linear }) + 1);
    expect(optionTotals(made)[sent!.option]!.signals).toEqual(
      optionTotals({ linear })[sent!.option]!.signals,
    );
    expect(await rig.decide({ userId: 'v' })).toMatchObject({ modelVersion: 4, rung: 'full' });
  });
});

/** As JSON has it; read again it is beyond all numbers. */
const INFINITE = '1e999';

it('a model that gives a score which is no number is not decided on', async () => {
  const { store, write } = await inSqlite();
  const told: Error[] = [];
  const own = programme({ policy: { kind: 'fixed-split', shares: { a: 0.5, b: 0.3, c: 0.2 } } });
  const rig = await engineRig({ store, programmes: [own], refused: (error) => void told.push(error) });
  await learn(rig, 'first');
  const good = await the(store);
  const responses = `"responses":{"${ORDER.signal}":[${INFINITE}]}`;
  const text = good.state.replaceAll('"responses":{}', responses);
  await write(next({ ...good, state: text, hash: sha256(text) }));
  await rig.catalogue.load(store);
  const why = expect.stringMatching(/option a .*score (NaN|-?Infinity)/) as string;
  expect(told.map(({ message }) => message)).toEqual([why]);
  expect(await rig.decide({ userId: 'u' })).toMatchObject({ modelVersion: 1, rung: 'full' });
});

/** A server on a folder whose model was written over while nothing ran. */
async function startedOn(spoil: (model: ModelSnapshot) => ModelSnapshot) {
  const path = await folder();
  const store = await openSqliteStore(path);
  await learn(await engineRig({ store, programmes: [OWN] }), 'first');
  const right = await the(store);
  await store.close();
  await intoFolder(path)(spoil(right));
  const running = await run({}, await openSqliteStore(path));
  onTestFinished(() => running.stop());
  return { running, right, write: intoFolder(path) };
}

async function metric({ base }: Running, name: string): Promise<number> {
  const text = await (await fetch(`${base}/metrics`)).text();
  return Number(new RegExp(`^pickwell_${name} (\\S+)$`, 'm').exec(text)![1]);
}

async function modelOf(running: Running, user: string): Promise<number> {
  const answer = await running.call('decide', `/v1/decide?programme=welcome&user=${user}`);
  const { decision_id: id, rung } = (await answer.json()) as { decision_id: string; rung: string };
  expect(rung).toBe('full');
  const record = await running.call('read', `/v1/decisions/${id}`);
  const { trace } = (await record.json()) as { trace: { modelVersion: number } };
  return trace.modelVersion;
}

describe('a start on a model that cannot be decided on', () => {
  it('answers as if nothing had been learned, says so, and learns', async () => {
    const { running } = await startedOn(unusable);
    expect(await modelOf(running, 'u')).toBe(0);
    expect(await metric(running, 'model_refused_programmes')).toBe(1);
    expect(running.log.filter((line) => line.includes('a model was refused'))).toHaveLength(1);
    await expect.poll(() => metric(running, 'folded_entries_total')).toBeGreaterThan(0);
    expect(await metric(running, 'fold_faults_total')).toBe(0);
  });

  it('makes a damaged one anew, says so, and goes on learning', async () => {
    const { running } = await startedOn(damaged);
    let asked = 0;
    await expect.poll(() => modelOf(running, `v${asked++}`), { timeout: 10_000 }).toBeGreaterThan(0);
    expect(running.log.filter((line) => line.includes('a model was refused'))).toEqual([
      expect.stringContaining('model 1 of welcome is damaged'),
    ]);
    expect(await metric(running, 'model_refused_programmes')).toBe(0);
    const report = await running.call('admin', '/v1/programmes/welcome/report');
    expect(await report.json()).toMatchObject({ lift: expect.any(Object) as object });
  });
});
