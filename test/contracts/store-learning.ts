import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import type { Credit, FoldWrites, History } from '../../core/contracts/records.ts';
import type { Store } from '../../core/contracts/store.ts';
import { opened } from '../support/opened.ts';
import { NOON } from '../support/programmes.ts';
import { aliasesOf, decision, first, merge, outcome, person, put } from '../support/store-writes.ts';

function fold(some: Partial<FoldWrites> = {}): FoldWrites {
  const lists = { credits: [], removedCredits: [], rewards: [], removedRewards: [] };
  return { expected: 0, position: 0, ...lists, snapshots: [], outcomes: [], forgotten: [], ...some };
}

const credit = (worth: number, of = 'd1', signal = 'Order Completed'): Credit => {
  return { decision: of, programme: 'welcome', person: 'p', signal, worth };
};

async function historyOf(store: Store, id: string): Promise<History> {
  const [history] = await store.histories([id]);
  return history!;
}

/** Two people with a decision, a signal and an arm each. */
async function people(store: Store): Promise<void> {
  const both = ['p', 'q'].map((id) => ({
    ...person(id, `user:${id}`),
    arms: { welcome: 'treated' as const },
  }));
  await put(store, {
    persons: both,
    aliases: both.flatMap(aliasesOf),
    decisions: [
      first(decision('d1', { person: 'p', send: 's1' })),
      first(decision('d2', { person: 'q', at: NOON + 10, learn: false, arm: 'holdout', option: 'silence' })),
    ],
    signals: ['p', 'q'].map((id, i) => {
      return {
        source: 's',
        id,
        at: NOON + 20 + i,
        name: 'Order Completed',
        values: { revenue: 9.5 },
        person: id,
      };
    }),
  });
}

export function learningContract(open: () => Promise<Store>): void {
  it('starts at the beginning, with no models', async () => {
    const store = await opened(open);
    expect(await store.position()).toBe(0);
    expect(await store.models()).toEqual([]);
  });

  it('writes a fold only from the position it started from', async () => {
    const store = await opened(open);
    const snapshots = [{ programme: 'welcome', position: 3, state: '{"a":1}' }];
    expect(await store.commitFold(fold({ expected: 0, position: 3, snapshots }))).not.toBeNull();
    const late = fold({ expected: 0, position: 5, credits: [credit(1)], snapshots });
    expect(
      await store.commitFold({
        ...late,
        outcomes: [{ destination: 'x', person: 'p', outcome: outcome('o'), at: 0 }],
      }),
    ).toBeNull();
    expect(await store.position()).toBe(3);
    expect((await store.models()).map(({ version }) => version)).toEqual([1]);
    expect(await store.outboxCounts()).toEqual([]);
    expect(await store.commitFold(fold({ expected: 3, position: 5 }))).toEqual([]);
    expect(await store.position()).toBe(5);
  });

  it('numbers the versions of each model, and says what they are of', async () => {
    const store = await opened(open);
    const commit = (expected: number, programmes: string[]): Promise<unknown> =>
      store.commitFold(
        fold({
          expected,
          position: expected + 1,
          snapshots: programmes.map((programme) => ({
            programme,
            position: expected + 1,
            state: `{"n":${expected}}`,
          })),
        }),
      );
    await commit(0, ['a']);
    await commit(1, ['a', 'b']);
    const made = await commit(2, ['a']);
    const state = '{"n":2}';
    const hash = createHash('sha256').update(state).digest('hex');
    expect(made).toEqual([{ programme: 'a', version: 3, position: 3, hash, state }]);
    const models = [...(await store.models())].sort((x, y) => (x.programme < y.programme ? -1 : 1));
    expect(models.map(({ programme, version, state: own }) => [programme, version, own])).toEqual([
      ['a', 3, '{"n":2}'],
      ['b', 1, '{"n":1}'],
    ]);
    expect(models.map(({ last }) => last)).toEqual([3, 1]);
    // whoever knows some hears of the others only
    const known = (...of: typeof models): Promise<unknown[]> =>
      store.models(new Map(of.map((own) => [own.programme, own])));
    expect(await known(...models)).toEqual([]);
    expect(await known(models[0]!)).toEqual([models[1]]);
    expect(await known({ ...models[0]!, version: 2 }, models[1]!)).toEqual([models[0]]);
  });

  it('adds, changes and takes back credits', async () => {
    const store = await opened(open);
    await people(store);
    const held = async (): Promise<Credit[]> => (await historyOf(store, 'p')).credits;
    await store.commitFold(
      fold({ expected: 0, position: 1, credits: [credit(0.25), credit(1, 'd1', 'email_clicked')] }),
    );
    expect((await held()).map(({ worth }) => worth).sort()).toEqual([0.25, 1]);
    const delayed = { ...credit(0.75), delay: 3_600_000.5 };
    await store.commitFold(fold({ expected: 1, position: 2, credits: [delayed] }));
    expect(await held()).toContainEqual(delayed);
    expect(await held()).toContainEqual(credit(1, 'd1', 'email_clicked'));
    await store.commitFold(fold({ expected: 2, position: 3, removedCredits: [credit(0)] }));
    expect(await held()).toEqual([credit(1, 'd1', 'email_clicked')]);
  });

  it('replaces and takes back rewards', async () => {
    const store = await opened(open);
    await people(store);
    const row = (reward: number): FoldWrites['rewards'][number] => {
      return { person: 'p', programme: 'welcome', arm: 'treated', reward };
    };
    const held = async (): Promise<number[]> =>
      (await historyOf(store, 'p')).rewards.map(({ reward }) => reward);
    const removedRewards = [{ person: 'p', programme: 'welcome' }];
    await store.commitFold(fold({ expected: 0, position: 1, rewards: [row(0.1)] }));
    await store.commitFold(fold({ expected: 1, position: 2, removedRewards, rewards: [row(0.3)] }));
    expect(await held()).toEqual([0.3]);
    const other = [{ person: 'p', programme: 'other' }];
    await store.commitFold(fold({ expected: 2, position: 3, removedRewards: other }));
    expect(await held()).toEqual([0.3]);
    await store.commitFold(fold({ expected: 3, position: 4, removedRewards }));
    expect(await held()).toEqual([]);
  });

  it('puts outcomes of a fold into the outbox', async () => {
    const store = await opened(open);
    await store.commitFold(
      fold({ position: 1, outcomes: [{ destination: 'x', person: 'p', outcome: outcome('o'), at: 7 }] }),
    );
    expect(await store.claim('x', NOON, NOON + 1, 9)).toMatchObject([
      { outcome: outcome('o'), createdAt: 7 },
    ]);
  });

  it('tells the history of a person, inside the times asked for', async () => {
    const store = await opened(open);
    await people(store);
    expect(await historyOf(store, 'p')).toEqual({
      person: 'p',
      aliases: ['user:p'],
      arms: { welcome: 'treated' },
      decisions: [
        expect.objectContaining({ id: 'd1', programme: 'welcome', send: 's1', learn: true, option: 'a' }),
      ],
      signals: [expect.objectContaining({ id: 'p', values: { revenue: 9.5 } })],
      credits: [],
      rewards: [],
    });
    const named = async (...names: string[]): Promise<number> => {
      const [history] = await store.histories(['q'], names);
      expect(history!.decisions).toHaveLength(1);
      return history!.signals.length;
    };
    const [all] = await store.histories(['q']);
    expect(all!.signals).toHaveLength(1);
    expect(await named(all!.signals[0]!.name)).toBe(1);
    expect(await named('something else')).toBe(0);
    expect(await named()).toBe(0);
    expect(await store.histories(['unknown'])).toEqual([]);
  });

  it('tells one history for everybody who became one', async () => {
    const store = await opened(open);
    await people(store);
    const rewards = (['p', 'q'] as const).map((id, i) => {
      return { person: id, programme: 'welcome', arm: 'treated' as const, reward: i };
    });
    await store.commitFold(fold({ position: 1, rewards, credits: [credit(1)] }));
    expect(await store.credited(['q', 'p'])).toEqual(['p']);
    const [p, q] = await Promise.all([store.person('user:p'), store.person('user:q')]);
    await merge(store, q!.person, p!.person);
    expect(await store.credited(['p', 'q', 'unknown'])).toEqual(['p', 'q']);
    expect(Object.fromEntries(await store.places(['q', 'p', 'unknown']))).toEqual({ d1: 1, d2: 2 });
    expect(await store.merges(5)).toMatchObject([{ seq: 5, merge: { into: 'q', from: 'p' } }]);
    const histories = await store.histories(['p', 'q']);
    expect(histories.map((history) => history.person)).toEqual(['q']);
    const [history] = histories;
    expect(history!.decisions.map(({ id, person: own }) => [id, own]).sort()).toEqual([
      ['d1', 'p'],
      ['d2', 'q'],
    ]);
    expect(history!.rewards.map(({ person: own }) => own).sort()).toEqual(['p', 'q']);
    expect(history!.credits).toEqual([credit(1)]);
    expect(history!.aliases.sort()).toEqual(['user:p', 'user:q']);
  });

  it('explains a decision: its credits and the signals behind them', async () => {
    const store = await opened(open);
    await people(store);
    await store.commitFold(fold({ position: 1, credits: [credit(1)] }));
    const found = await store.decision('d1');
    expect(found).toMatchObject({ seq: 1, credits: [credit(1)], signals: [{ id: 'p' }] });
    expect(JSON.stringify(found!.decision)).toBe(JSON.stringify(decision('d1', { person: 'p', send: 's1' })));
    expect(await store.decision('unknown')).toBeNull();
  });

  it('gives a lease to one holder, who may keep it', async () => {
    const store = await opened(open);
    const epochs = await Promise.all(['a', 'b', 'c'].map((holder) => store.lease('fold', holder, 60_000)));
    expect(epochs.filter((epoch) => epoch !== null)).toEqual([1]);
    const holder = ['a', 'b', 'c'][epochs.indexOf(1)]!;
    expect(await store.lease('fold', holder, 60_000)).toBe(1);
    expect(await store.lease('fold', 'd', 60_000)).toBeNull();
    expect(await store.lease('something else', 'd', 60_000)).toBe(1);
  });

  it('lets a lease that ended go to somebody else, under another epoch', async () => {
    const store = await opened(open);
    expect(await store.lease('fold', 'a', 1)).toBe(1);
    await expect.poll(() => store.lease('fold', 'b', 60_000)).toBe(2);
    expect(await store.lease('fold', 'a', 60_000)).toBeNull();
  });

  it('lets a holder who had let the lease end go on when nobody took it', async () => {
    const store = await opened(open);
    expect(await store.lease('fold', 'a', 1)).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await store.lease('fold', 'a', 60_000)).toBe(1);
  });

  it('N4: writes a fold only under the epoch of the lease: who lost it writes nothing', async () => {
    const store = await opened(open);
    const snapshots = [{ programme: 'welcome', position: 1, state: '{}' }];
    expect(await store.commitFold(fold({ epoch: 1, position: 1, snapshots }))).toBeNull();
    const old = await store.lease('fold', 'a', 1);
    await expect.poll(() => store.lease('fold', 'b', 60_000)).toBe(2);
    expect(await store.commitFold(fold({ epoch: old!, position: 1, snapshots }))).toBeNull();
    expect([await store.position(), await store.models()]).toEqual([0, []]);
    expect(await store.commitFold(fold({ epoch: 2, position: 1, snapshots }))).toHaveLength(1);
    expect(await store.position()).toBe(1);
  });
}
