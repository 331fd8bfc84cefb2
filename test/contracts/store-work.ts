import { expect, it } from 'vitest';
import type { WorkWrites } from '../../core/contracts/records.ts';
import type { Store } from '../../core/contracts/store.ts';
import { HOUR, NOON } from '../support/programmes.ts';
import { opened } from '../support/opened.ts';
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
  query,
  writes,
} from '../support/store-writes.ts';

const ask = (
  aliases: string[],
  sendKeys: string[] = [],
): { persons: { aliases: string[]; sendKeys: string[] }[] } => ({
  persons: [{ aliases, sendKeys }],
});

/** Everything one person can cause. */
function everything(): Partial<WorkWrites> {
  const own = person('p', 'user:u', 'email:e');
  const made = decision('d1');
  return {
    persons: [own],
    aliases: aliasesOf(own),
    decisions: [first(made)],
    contacts: [contact(made)],
    seen: [{ source: 's', id: 'e1' }],
    signals: [{ source: 's', id: 'e1', at: NOON, name: 'email_clicked', values: { n: 1.5 }, person: 'p' }],
    outcomes: [{ destination: 'segment', person: 'p', outcome: outcome('d1'), at: NOON }],
  };
}

export function workContract(open: () => Promise<Store>): void {
  it('gives back what was written, and nothing to those who ask for something else', async () => {
    const store = await opened(open);
    await put(store, everything());
    const found = await facts(store, {
      ...ask(['user:u', 'email:e', 'user:other'], ['key of d1', 'another']),
      events: [
        { source: 's', id: 'e1' },
        { source: 's', id: 'e2' },
        { source: 'other', id: 'e1' },
      ],
      decisions: ['d1', 'unknown'],
    });
    expect(found.persons).toEqual([person('p', 'user:u', 'email:e')]);
    expect(found.aliases).toEqual([
      { alias: 'user:u', person: 'p' },
      { alias: 'email:e', person: 'p' },
    ]);
    expect(JSON.stringify(found.decisions[0])).toBe(JSON.stringify(decision('d1')));
    expect(new Set(found.decisions.map(({ id }) => id))).toEqual(new Set(['d1']));
    expect(found.contacts).toEqual([contact(decision('d1'))]);
    expect(found.seen).toEqual([{ source: 's', id: 'e1' }]);
    expect(found.deciders).toEqual([{ decision: 'd1', person: 'p' }]);
    const none = await facts(store, ask(['user:other'], ['key of d1']));
    expect(none).toEqual({ persons: [], aliases: [], decisions: [], contacts: [], seen: [], deciders: [] });
  });

  it('writes nothing when the work throws, and goes on', async () => {
    const store = await opened(open);
    const failing = store.transact(query(ask(['user:u'])), () => {
      throw new Error('on purpose');
    });
    await expect(failing).rejects.toThrow('on purpose');
    expect(await store.counts()).toMatchObject({ decisions: 0, persons: 0, ledger: 0 });
    await put(store, everything());
    expect(await store.counts()).toMatchObject({
      decisions: 1,
      persons: 1,
      events: 1,
      signals: 1,
      ledger: 2,
    });
  });

  it('lets transactions on one person run in turn: each sees what the one before wrote', async () => {
    const store = await opened(open);
    const own = person('p', 'user:u');
    await put(store, { persons: [own], aliases: aliasesOf(own) });
    const seen: number[] = [];
    await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        store.transact(query(ask(['user:u'])), ({ contacts }) => {
          seen.push(contacts.length);
          const made = decision(`d${i}`);
          return writes({ decisions: [first(made)], contacts: [contact(made, NOON + i)] });
        }),
      ),
    );
    expect(seen).toEqual(Array.from({ length: 40 }, (_, i) => i));
  });

  it('loads contacts after a time only', async () => {
    const store = await opened(open);
    const own = person('p', 'user:u');
    const made = [0, 1, 2].map((i) => contact(decision(`d${i}`), NOON + i * HOUR));
    await put(store, { persons: [own], aliases: aliasesOf(own), contacts: made });
    const since = async (contactsSince: number): Promise<number[]> =>
      (await facts(store, { ...ask(['user:u']), contactsSince })).contacts.map(({ at }) => at - NOON).sort();
    expect(await since(NOON - 1)).toEqual([0, HOUR, 2 * HOUR]);
    expect(await since(NOON)).toEqual([HOUR, 2 * HOUR]);
    expect(await since(NOON + 2 * HOUR)).toEqual([]);
  });

  it('keeps what a contact became, and finds it by its decision however long ago it was', async () => {
    const store = await opened(open);
    await put(store, everything());
    const reserved = contact(decision('d1'));
    const sent = { ...reserved, variant: 'a', send: 's', releasesAt: NOON + HOUR, state: 'sent' } as const;
    await put(store, { contacts: [sent] });
    expect((await facts(store, ask(['user:u']))).contacts).toEqual([sent]);
    const late = { ...ask(['user:u']), contactsSince: NOON + HOUR };
    expect((await facts(store, late)).contacts).toEqual([]);
    expect((await facts(store, { ...late, decisions: ['d1', 'd1', 'other'] })).contacts).toEqual([sent]);
    expect((await facts(store, { ...ask(['user:u']), decisions: ['d1'] })).contacts).toEqual([sent]);
  });

  it('loads the signals that are asked for, by name and after a time, of everybody who became the person', async () => {
    const store = await opened(open);
    const [one, two] = [person('p', 'user:u'), person('q', 'email:e')];
    const signal = (own: string, name: string, at: number) => {
      return { source: 's', id: `${own} ${name} ${at}`, at, name, values: {}, person: own };
    };
    const signals = [
      signal('p', 'click', NOON),
      signal('p', 'click', NOON + 1),
      signal('p', 'open', NOON + 1),
      signal('q', 'click', NOON + 2),
    ];
    await put(store, { persons: [one, two], aliases: [...aliasesOf(one), ...aliasesOf(two)], signals });
    const asked = async (alias: string, names: string[]): Promise<string[] | undefined> => {
      const asks = names.map((name) => ({ name, since: NOON }));
      return (await facts(store, { ...ask([alias]), signals: asks })).signals?.map(({ id }) => id).sort();
    };
    expect(await asked('user:u', ['click'])).toEqual([`p click ${NOON + 1}`]);
    expect(await asked('user:u', ['click', 'open'])).toEqual([`p click ${NOON + 1}`, `p open ${NOON + 1}`]);
    expect((await asked('user:u', [])) ?? []).toEqual([]);
    await merge(store, one, two);
    expect(await asked('email:e', ['click'])).toEqual([`p click ${NOON + 1}`, `q click ${NOON + 2}`]);
  });

  it('loads a person once, with their contacts once, however they are asked for', async () => {
    const store = await opened(open);
    await put(store, everything());
    const { persons, contacts } = await facts(store, {
      persons: [...ask(['user:u', 'email:e']).persons, ...ask(['email:e']).persons],
      decisions: ['d1'],
    });
    expect([persons.length, contacts.length]).toEqual([1, 1]);
  });

  it('finds the merged person, their sends and contacts under every id of either', async () => {
    const store = await opened(open);
    const [a, b, c] = [person('a', 'user:a'), person('b', 'user:b'), person('c', 'user:c')];
    await put(store, {
      persons: [a, b, c],
      aliases: [a, b, c].flatMap(aliasesOf),
      decisions: [first(decision('da', { person: 'a' })), first(decision('db', { person: 'b' }))],
      contacts: [
        contact(decision('da', { person: 'a' })),
        contact(decision('db', { person: 'b' }), NOON + 1),
      ],
    });
    const merged = await merge(store, c, await merge(store, a, b));
    expect(merged.members).toEqual(['c', 'a', 'b']);
    for (const alias of ['user:a', 'user:b', 'user:c']) {
      const found = await facts(store, { ...ask([alias], ['key of da', 'key of db']), decisions: ['db'] });
      expect(found.persons).toEqual([merged]);
      expect(found.aliases).toEqual([{ alias, person: 'c' }]);
      expect(found.decisions.map(({ id }) => id).sort()).toEqual(['da', 'db']);
      expect(found.contacts.map((own) => own.decision).sort()).toEqual(['da', 'db']);
      expect(found.deciders).toEqual([{ decision: 'db', person: 'c' }]);
    }
  });

  it('finds the sends of everybody the batch may be about to merge', async () => {
    const store = await opened(open);
    const [a, b] = [person('a', 'user:a'), person('b', 'user:b', 'email:b')];
    await put(store, {
      persons: [a, b],
      aliases: [a, b].flatMap(aliasesOf),
      decisions: [first(decision('db', { person: 'b' }))],
    });
    const sends = async (...asks: { aliases: string[]; sendKeys: string[] }[]): Promise<string[]> =>
      (await facts(store, { persons: asks })).decisions.map(({ id }) => id);
    const link = (aliases: string[]): { aliases: string[]; sendKeys: string[] } => ({
      aliases,
      sendKeys: [],
    });
    const asking = { aliases: ['user:a'], sendKeys: ['key of db'] };
    expect(await sends(asking)).toEqual([]);
    expect(await sends(asking, link(['user:b']))).toEqual([]);
    expect(await sends(asking, link(['user:a', 'user:b']))).toEqual(['db']);
    expect(await sends(link(['user:a', 'user:new']), link(['email:b', 'user:new']), asking)).toEqual(['db']);
    const nobodyYet = { aliases: ['user:new'], sendKeys: ['key of db'] };
    expect(await sends(nobodyYet, link(['user:new', 'email:b']))).toEqual(['db']);
  });

  it('S16: keeps text as it is: quotes, wildcards, NUL, other scripts', async () => {
    const store = await opened(open);
    const odd = ["o'hara", '%', '_', 'a\0b', 'a', '😀 ß', '"; DROP TABLE persons; --', ' ', '__proto__'];
    const people = odd.map((text, i) => person(`p${i}`, `user:${text}`));
    await put(store, { persons: people, aliases: people.flatMap(aliasesOf) });
    for (const own of people) expect((await facts(store, ask(own.aliases))).persons).toEqual([own]);
  });
}
