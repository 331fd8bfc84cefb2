import { expect, it } from 'vitest';
import type { FoldWrites } from '../../core/contracts/records.ts';
import type { Store } from '../../core/contracts/store.ts';
import type { Person } from '../../core/domain/person.ts';
import { verifyLedger } from '../../runtime/store/verify-ledger.ts';
import { opened } from '../support/opened.ts';
import { NOON } from '../support/programmes.ts';
import {
  aliasesOf,
  contact,
  decision,
  facts,
  first,
  merge,
  outcome,
  person,
  put,
} from '../support/store-writes.ts';

const NAME = 'Ada Lovelace';

/** Two people with everything there is about a person; `user:p` carries a name that must vanish. */
async function people(store: Store): Promise<Person[]> {
  const all = ['p', 'q'].map((id) => ({
    ...person(id, `user:${id}`, `email:${id}`),
    traits: { name: { value: id === 'p' ? NAME : 'Q', at: NOON } },
    arms: { welcome: 'treated' as const },
  }));
  const made = all.map(({ id }) =>
    decision(`d${id}`, { person: id, content: { body: id === 'p' ? NAME : 'Q' } }),
  );
  await put(store, {
    persons: all,
    aliases: all.flatMap(aliasesOf),
    decisions: made.map(first),
    contacts: made.map((own) => contact(own)),
    signals: all.map(({ id }) => {
      return {
        source: 's',
        id: `e${id}`,
        at: NOON,
        name: 'clicked',
        values: {},
        person: id,
        decisionId: `d${id}`,
      };
    }),
    seen: all.map(({ id }) => ({ source: 's', id: `e${id}` })),
  });
  return all;
}

const folded = (expected: number, some: Partial<FoldWrites>): FoldWrites => {
  const lists = {
    credits: [],
    removedCredits: [],
    rewards: [],
    removedRewards: [],
    snapshots: [],
    outcomes: [],
  };
  return { expected, position: expected + 1, forgotten: [], ...lists, ...some };
};

const erase = (store: Store, id: string): Promise<void> => put(store, { erased: [{ person: id, at: NOON }] });

export function erasureContract(open: () => Promise<Store>): void {
  it('drops what is still to be sent about them, of the same batch too, and nobody else', async () => {
    const store = await opened(open);
    await people(store);
    const waiting = (id: string, of: string) => ({
      destination: 'x',
      person: of,
      outcome: outcome(id),
      at: NOON,
    });
    await put(store, { outcomes: [waiting('a', 'p'), waiting('b', 'q'), waiting('c', 'p')] });
    await store.settle('x', [{ id: 'c', state: 'dead', at: NOON, fault: 'f' }]);
    await put(store, { outcomes: [waiting('d', 'p')], erased: [{ person: 'p', at: NOON }] });
    expect((await store.claim('x', NOON, NOON + 1, 9)).map((item) => item.outcome.id)).toEqual(['b']);
    expect(await store.redrive('x', NOON)).toBe(0);
  });

  it('cuts the ids and the profile at once, and leaves the folder what it needs', async () => {
    const store = await opened(open);
    await people(store);
    await erase(store, 'p');
    for (const alias of ['user:p', 'email:p']) {
      expect(await store.person(alias)).toBeNull();
      expect(
        (await facts(store, { persons: [{ aliases: [alias], sendKeys: ['key of dp'] }] })).persons,
      ).toEqual([]);
    }
    const [history] = await store.histories(['p']);
    expect(history).toMatchObject({ aliases: [], arms: { welcome: 'treated' }, decisions: [{ id: 'dp' }] });
    expect((await store.person('user:q'))!.person.traits).toEqual({ name: { value: 'Q', at: NOON } });
  });

  it('removes every trace once the models forgot, and of nobody else', async () => {
    const store = await opened(open);
    const all = await people(store);
    const rows = ['p', 'q'].map((id) => {
      const head = { person: id, programme: 'welcome' };
      return {
        credit: { ...head, decision: `d${id}`, signal: 'clicked', worth: 1 },
        reward: { ...head, arm: 'treated' as const, reward: 1 },
      };
    });
    const earned = { credits: rows.map(({ credit }) => credit), rewards: rows.map(({ reward }) => reward) };
    await store.commitFold(folded(0, earned));
    await erase(store, 'p');
    await store.commitFold(folded(1, { forgotten: ['p'] }));
    expect(await store.decision('dp')).toBeNull();
    expect(await store.histories(['p'])).toEqual([]);
    expect(await store.counts()).toMatchObject({ decisions: 1, signals: 1, persons: 1 });
    const ledger = await store.ledger(1, 100);
    expect(JSON.stringify(ledger)).not.toContain(NAME);
    expect(
      ledger.filter(({ person: own, body }) => own === 'p' && body !== null).map(({ kind }) => kind),
    ).toEqual(['erase']);
    expect(await store.person('user:q')).toMatchObject({
      person: all[1],
      decisions: [{ id: 'dq' }],
      signals: [{ id: 'eq' }],
      credits: [{ decision: 'dq', worth: 1 }],
    });
    const [kept] = await store.histories(['q']);
    expect(kept!.rewards).toEqual([rows[1]!.reward]);
  });

  it('leaves the chain whole', async () => {
    const store = await opened(open);
    await people(store);
    await erase(store, 'p');
    await store.commitFold(folded(0, { forgotten: ['p'] }));
    expect(await verifyLedger(store)).toEqual({ ok: true, rows: 5 });
  });

  it('remembers that events were counted: they do not bring the person back', async () => {
    const store = await opened(open);
    await people(store);
    await erase(store, 'p');
    await store.commitFold(folded(0, { forgotten: ['p'] }));
    const { seen } = await facts(store, { events: [{ source: 's', id: 'ep' }] });
    expect(seen).toEqual([{ source: 's', id: 'ep' }]);
  });

  it('reaches everybody who was merged into the person', async () => {
    const store = await opened(open);
    const [p, q] = await people(store);
    await merge(store, p!, q!);
    await erase(store, 'p');
    expect(await store.person('user:q')).toBeNull();
    await store.commitFold(folded(0, { forgotten: ['p'] }));
    expect(await store.counts()).toMatchObject({ decisions: 0, signals: 0, persons: 0 });
    for (const row of await store.ledger(1, 100))
      expect(row.body === null || row.kind === 'erase').toBe(true);
  });

  it('leaves ids alone that the same batch gave to somebody new', async () => {
    const store = await opened(open);
    const [p] = await people(store);
    const fresh = person('fresh', 'user:p');
    await put(store, {
      persons: [p!, fresh],
      aliases: aliasesOf(fresh),
      erased: [{ person: 'p', at: NOON }],
    });
    expect((await store.person('user:p'))!.person).toEqual(fresh);
    expect(await store.person('email:p')).toBeNull();
  });

  it('does not take what somebody new is sent for what the forgotten person was, though it has the same id', async () => {
    const store = await opened(open);
    await people(store);
    await erase(store, 'p');
    await store.commitFold(folded(0, { forgotten: ['p'] }));
    const again = person('p2', 'user:p');
    await put(store, {
      persons: [again],
      aliases: aliasesOf(again),
      decisions: [first(decision('dp', { person: 'p2', content: { body: 'new' } }))],
    });
    const rows = (await store.ledger(1, 100)).filter(({ ref }) => ref === 'dp');
    expect(rows.map(({ body }) => body !== null)).toEqual([false, true]);
    expect(await verifyLedger(store)).toMatchObject({ ok: true });
  });

  it('takes an unknown person for forgotten already', async () => {
    const store = await opened(open);
    await erase(store, 'unknown');
    await store.commitFold(folded(0, { forgotten: ['unknown'] }));
    expect(await verifyLedger(store)).toEqual({ ok: true, rows: 1 });
  });

  it('tells what the arms of a programme are made of, without who was forgotten', async () => {
    const store = await opened(open);
    const [p, q] = [1, 2].map((i) => ({ ...person('pq'[i - 1]!, `user:${i}`), arms: {} }));
    await put(store, {
      persons: [p!, q!],
      aliases: [p!, q!].flatMap(aliasesOf),
      decisions: [
        first(decision('d1', { person: 'p' })),
        first(decision('d2', { person: 'q', arm: 'holdout' })),
      ],
    });
    const rewards = [
      { person: 'p', programme: 'welcome', arm: 'treated' as const, reward: 3 },
      { person: 'q', programme: 'welcome', arm: 'holdout' as const, reward: -0.5 },
      { person: 'q', programme: 'other', arm: 'holdout' as const, reward: 7 },
    ];
    await store.commitFold(folded(0, { rewards }));
    const byArm = async (upTo: number): Promise<Record<string, number[]>> => {
      const totals = { treated: [0, 0, 0], holdout: [0, 0, 0] };
      for (const { arm, persons, sum, squares } of await store.arms('welcome', upTo))
        for (const [i, own] of [persons, sum, squares].entries()) totals[arm][i]! += own;
      return totals;
    };
    expect(await byArm(1)).toEqual({ treated: [1, 3, 9], holdout: [0, -0.5, 0.25] });
    expect(await byArm(9)).toEqual({ treated: [1, 3, 9], holdout: [1, -0.5, 0.25] });
    await store.commitFold(folded(1, { forgotten: ['p'] }));
    expect(await byArm(9)).toEqual({ treated: [0, 0, 0], holdout: [1, -0.5, 0.25] });
  });
}
