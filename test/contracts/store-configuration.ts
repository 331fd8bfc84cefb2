import { expect, it } from 'vitest';
import type { StoredKey } from '../../core/contracts/key-store.ts';
import type { Store } from '../../core/contracts/store.ts';
import { opened } from '../support/opened.ts';
import { NOON, programme } from '../support/programmes.ts';
import { aliasesOf, contact, decision, first, merge, person, put } from '../support/store-writes.ts';

const key = (id: string, changes: Partial<StoredKey> = {}): StoredKey => {
  return { id, scopes: ['decide', 'read'], hash: `hash of ${id}`, createdAt: NOON, ...changes };
};

export function configurationContract(open: () => Promise<Store>): void {
  it('keeps the newest version of each programme, saved only on top of the one somebody saw', async () => {
    const store = await opened(open);
    expect(await store.programmes()).toEqual([]);
    expect(await store.saveProgramme(programme({ name: 'one' }), 1, NOON)).toBe(false);
    expect(await store.saveProgramme(programme({ name: 'one', version: 77 }), 0, NOON)).toBe(true);
    expect(await store.saveProgramme(programme({ name: 'again' }), 0, NOON)).toBe(false);
    expect(await store.saveProgramme(programme({ name: 'two' }), 1, NOON)).toBe(true);
    expect(await store.saveProgramme(programme({ id: 'other' }), 0, NOON)).toBe(true);
    const saved = [...(await store.programmes())].sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(saved).toEqual([
      programme({ id: 'other', version: 1 }),
      programme({ id: 'welcome', name: 'two', version: 2 }),
    ]);
    expect(await store.counts()).toMatchObject({ ledger: 3 });
  });

  it('keeps every version of a programme', async () => {
    const store = await opened(open);
    for (const [i, name] of ['one', 'two'].entries()) await store.saveProgramme(programme({ name }), i, NOON);
    expect(await store.programmeVersion('welcome', 1)).toEqual(programme({ name: 'one', version: 1 }));
    expect(await store.programmeVersion('welcome', 2)).toEqual(programme({ name: 'two', version: 2 }));
    expect(await store.programmeVersion('welcome', 3)).toBeNull();
    expect(await store.programmeVersion('other', 1)).toBeNull();
  });

  it('lets one of many who save at once win', async () => {
    const store = await opened(open);
    const saves = Array.from({ length: 10 }, (_, i) =>
      store.saveProgramme(programme({ name: `n${i}` }), 0, NOON),
    );
    expect((await Promise.all(saves)).filter(Boolean)).toHaveLength(1);
  });

  it('keeps keys, and what became of them', async () => {
    const store = await opened(open);
    await store.saveKey(key('b', { expiresAt: NOON + 1 }));
    await store.saveKey(key('a'));
    await store.saveKey(key('a', { revokedAt: NOON }));
    const keys = [...(await store.keys())].sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(keys).toEqual([key('a', { revokedAt: NOON }), key('b', { expiresAt: NOON + 1 })]);
  });

  it('keeps the first value of a setting', async () => {
    const store = await opened(open);
    const all = await Promise.all(['one', 'two', 'three'].map((initial) => store.meta('seed', initial)));
    expect(all).toEqual(['one', 'one', 'one']);
    expect(await store.meta('other', 'two')).toBe('two');
    expect(await store.meta('seed', 'four')).toBe('one');
  });

  it('counts what there is', async () => {
    const store = await opened(open);
    const zero = { decisions: 0, signals: 0, persons: 0, events: 0, ledger: 0 };
    expect(await store.counts()).toEqual(zero);
    const [p, q] = [person('p', 'user:p'), person('q', 'user:q')];
    const merged = { ...p, members: ['p', 'q'] };
    await put(store, { persons: [p, q], aliases: aliasesOf(p), decisions: [first(decision('d'))] });
    await put(store, {
      persons: [merged],
      contacts: [contact(decision('d'))],
      seen: [{ source: 's', id: '1' }],
    });
    expect(await store.counts()).toEqual({ ...zero, decisions: 1, persons: 1, events: 1, ledger: 1 });
  });

  it('exports a person under every id, and nobody under an unknown one', async () => {
    const store = await opened(open);
    const p = person('p', 'user:p', 'email:p');
    const signal = { source: 's', id: 'e', at: NOON, name: 'clicked', values: { n: 2 }, person: 'p' };
    await put(store, {
      persons: [p],
      aliases: aliasesOf(p),
      decisions: [first(decision('d'))],
      signals: [signal],
    });
    for (const alias of p.aliases) {
      const found = await store.person(alias);
      expect(found).toMatchObject({ person: p, signals: [signal], credits: [] });
      expect(JSON.stringify(found!.decisions)).toBe(JSON.stringify([decision('d')]));
    }
    expect(await store.person('user:q')).toBeNull();
  });

  it('gives the profiles of persons, one for all who became one', async () => {
    const store = await opened(open);
    const [p, q] = [person('p', 'user:p'), person('q', 'user:q')];
    await put(store, { persons: [p, q] });
    const both = await store.profiles(['q', 'p', 'q', 'nobody']);
    expect([...both].sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual([p, q]);
    const one = await merge(store, p, q);
    expect(await store.profiles(['q', 'p'])).toEqual([one]);
    expect(await store.profiles([])).toEqual([]);
  });

  it('answers a ping', async () => {
    const store = await opened(open);
    await expect(store.ping()).resolves.toBeUndefined();
  });
}
