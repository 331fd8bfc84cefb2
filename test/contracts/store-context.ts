import { expect, it } from 'vitest';
import type { Credit, DecisionCount } from '../../core/contracts/records.ts';
import type { PlannedHour } from '../../core/domain/timing.ts';
import type { Trial } from '../../core/contracts/trial.ts';
import type { Store } from '../../core/contracts/store.ts';
import { opened } from '../support/opened.ts';
import { DAY, HOUR, NOON } from '../support/programmes.ts';
import { aliasesOf, decision, first, merge, person, put, repeated } from '../support/store-writes.ts';

const PRO = { plan: 'pro', 'odd "name"': 'Grüße\u0000 \\ \n', days: 4.5, vip: true };
const FREE = { plan: 'free' };
const HOUR_OF_NOON = Math.floor(NOON / HOUR);

/** Two people and decisions of two programmes, in the contexts above and in none, on two days. */
async function fill(store: Store): Promise<void> {
  const both = ['p', 'q'].map((id) => ({ ...person(id, `user:${id}`), arms: { other: 'treated' as const } }));
  const other = { programme: 'other', person: 'q' };
  await put(store, {
    persons: both,
    aliases: both.flatMap(aliasesOf),
    decisions: [
      first(decision('d1', { context: PRO })),
      repeated(decision('d2', { context: PRO, at: NOON + 5 })),
      repeated(decision('d3', { context: FREE, at: NOON + DAY })),
      repeated(decision('d4', { context: {}, option: 'silence', learn: false })),
      first(decision('d5', { ...other, context: PRO })),
      repeated(decision('d6', { ...other, context: FREE })),
    ],
  });
}

const credit = (of: string, signal: string, worth: number): Credit => {
  return { decision: of, programme: 'welcome', person: 'p', signal, worth };
};

async function credited(store: Store): Promise<void> {
  const credits = [
    { ...credit('d1', 'bought', 0.1), delay: 9.5 },
    credit('d1', 'clicked', 1),
    credit('d3', 'bought', 1 / 3),
  ];
  const nothing = { removedCredits: [], rewards: [], removedRewards: [], snapshots: [], outcomes: [] };
  await store.commitFold({ expected: 0, position: 6, credits, forgotten: [], ...nothing });
}

const sorted = <T>(items: readonly T[]): T[] =>
  [...items].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

export function contextContract(open: () => Promise<Store>): void {
  it('counts decisions apart by hour, and by context for the programmes that are named', async () => {
    const store = await opened(open);
    await fill(store);
    const { decisions } = await store.readLedger(0, 100, ['welcome', 'nothing']);
    const alike = {
      programme: 'welcome',
      option: 'a',
      arm: 'treated' as const,
      learn: true,
      first: false,
      hour: HOUR_OF_NOON,
      count: 1,
    };
    const other = { ...alike, programme: 'other' };
    const expected: DecisionCount[] = [
      { ...alike, first: true, context: PRO },
      { ...alike, context: PRO },
      { ...alike, context: FREE, hour: HOUR_OF_NOON + 24 },
      { ...alike, option: 'silence', learn: false, context: {} },
      { ...other, first: true },
      other,
    ];
    expect(decisions).toHaveLength(expected.length);
    expect(decisions).toEqual(expect.arrayContaining(expected));
    const counts = (await store.readLedger(0, 100)).decisions;
    expect(counts.some((row) => 'context' in row)).toBe(false);
  });

  it('counts decisions of one context together', async () => {
    const store = await opened(open);
    const alike = Array.from({ length: 7 }, (_, i) => repeated(decision(`d${i}`, { context: PRO })));
    await put(store, { persons: [person('p', 'user:p')], decisions: alike });
    const { decisions } = await store.readLedger(0, 100, ['welcome']);
    expect(decisions).toMatchObject([{ count: 7, context: PRO, hour: HOUR_OF_NOON }]);
  });

  it('tells the context of decisions in a history, for the programmes that are named', async () => {
    const store = await opened(open);
    await fill(store);
    const contexts = async (...named: string[]): Promise<unknown[]> => {
      const histories = await store.histories(['p', 'q'], undefined, named);
      const decisions = histories.flatMap((history) => history.decisions);
      return decisions.sort((a, b) => (a.id < b.id ? -1 : 1)).map(({ context }) => context);
    };
    expect((await contexts('welcome')).slice(0, 4)).toEqual([PRO, PRO, FREE, {}]);
    expect((await contexts('welcome', 'other')).slice(4)).toEqual([PRO, FREE]);
  });

  it('tells the hours that messages were planned for, of the programmes that are named', async () => {
    const store = await opened(open);
    const planned: PlannedHour = {
      week: 2969,
      hour: 33,
      channel: 'email',
      segment: 'traits.c="Ü"',
      own: [0.5, -1 / 1024, 2],
    };
    const timing = { zone: 'UTC', candidates: 9, pruned: { caps: 1 }, cut: 0, planned };
    const sendAt = NOON + DAY;
    const some = ['d1', 'd2'].map((id) => repeated(decision(id, { timing, sendAt, context: {} })));
    const silent = repeated(decision('d3', { timing: { ...timing, planned: undefined }, context: {} }));
    await put(store, { persons: [person('p', 'user:p')], decisions: [...some, silent] });
    const { decisions } = await store.readLedger(0, 100, ['welcome']);
    expect(sorted(decisions.map((row) => [row.count, row.planned]))).toEqual(
      sorted([
        [2, planned],
        [1, undefined],
      ]),
    );
    const [history] = await store.histories(['p'], undefined, ['welcome']);
    const facts = history!.decisions.map((fact) => [fact.id, fact.sendAt, fact.planned]);
    expect(sorted(facts)).toEqual([
      ['d1', sendAt, planned],
      ['d2', sendAt, planned],
      ['d3', undefined, undefined],
    ]);
    const trials = await store.trials('welcome', 0, 3);
    expect(sorted(trials.map((trial) => [trial.planned]))).toEqual(
      sorted([[planned], [planned], [undefined]]),
    );
    const apart = (await store.readLedger(0, 100)).decisions;
    expect(apart.some((row) => 'planned' in row)).toBe(false);
  });

  it('tells the pieces that messages were put together from, of the programmes that are named', async () => {
    const store = await opened(open);
    const pieces = { subject: 's1', products: ['lamp', 'rug'] };
    const others = { ...pieces, products: ['rug', 'lamp'] };
    const some = ['d1', 'd2'].map((id) => repeated(decision(id, { pieces, context: {} })));
    const swapped = repeated(decision('d3', { pieces: others, context: {} }));
    const plain = repeated(decision('d4', { context: {} }));
    await put(store, { persons: [person('p', 'user:p')], decisions: [...some, swapped, plain] });
    const { decisions } = await store.readLedger(0, 100, ['welcome']);
    const counts = decisions.map((row) => [row.count, row.pieces, row.planned]);
    expect(sorted(counts)).toEqual(
      sorted([
        [2, pieces, undefined],
        [1, others, undefined],
        [1, undefined, undefined],
      ]),
    );
    const [history] = await store.histories(['p'], undefined, ['welcome']);
    const facts = history!.decisions.map((fact) => [fact.id, fact.pieces]);
    expect(sorted(facts)).toEqual([
      ['d1', pieces],
      ['d2', pieces],
      ['d3', others],
      ['d4', undefined],
    ]);
    const trials = await store.trials('welcome', 0, 4);
    const told = trials.map((trial) => [trial.pieces]);
    expect(sorted(told)).toEqual(sorted([[pieces], [pieces], [others], [undefined]]));
    const apart = (await store.readLedger(0, 100)).decisions;
    expect(apart.some((row) => 'pieces' in row)).toBe(false);
  });

  it('tells the decisions that teach with their credits, of any stretch and after a merge', async () => {
    const store = await opened(open);
    await fill(store);
    await credited(store);
    const trials = async (after: number, upTo: number): Promise<Trial[]> =>
      sorted(await store.trials('welcome', after, upTo));
    const all = sorted<Trial>([
      {
        option: 'a',
        at: NOON,
        context: PRO,
        credits: { bought: { worth: 0.1, delay: 9.5 }, clicked: { worth: 1 } },
      },
      { option: 'a', at: NOON + 5, context: PRO, credits: {} },
      { option: 'a', at: NOON + DAY, context: FREE, credits: { bought: { worth: 1 / 3 } } },
    ]);
    expect(await trials(0, 6)).toEqual(all);
    expect(sorted([...(await trials(0, 1)), ...(await trials(1, 2)), ...(await trials(2, 6))])).toEqual(all);
    expect(await trials(3, 6)).toEqual([]);
    expect(await store.trials('nothing', 0, 6)).toEqual([]);
    const [p, q] = await Promise.all([store.person('user:p'), store.person('user:q')]);
    await merge(store, q!.person, p!.person);
    expect(await trials(0, 6)).toEqual(all);
  });

  it('knows nothing of the decisions of somebody who was erased', async () => {
    const store = await opened(open);
    await fill(store);
    await credited(store);
    const nothing = {
      credits: [],
      removedCredits: [],
      rewards: [],
      removedRewards: [],
      snapshots: [],
      outcomes: [],
    };
    await store.commitFold({ expected: 6, position: 6, ...nothing, forgotten: ['p'] });
    expect(await store.trials('welcome', 0, 6)).toEqual([]);
    expect(await store.trials('other', 0, 6)).toHaveLength(2);
  });
}
