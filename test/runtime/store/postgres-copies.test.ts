import { describe, expect, it } from 'vitest';
import type { Store } from '../../../core/contracts/store.ts';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import { verifyLedger } from '../../../runtime/store/verify-ledger.ts';
import { contactOnce, copiesOf, runBatch } from '../../support/store-copies.ts';
import { postgresServer } from '../../support/postgres.ts';
import { NOON, programme } from '../../support/programmes.ts';
import { decision } from '../../support/store-writes.ts';

const server = await postgresServer();

const copies = async (count: number): Promise<Store[]> => copiesOf(await server!.database(), count);

/** One of the copies for each of many callers, in turn. */
const callers = <T>(
  stores: Store[],
  count: number,
  call: (store: Store, i: number) => Promise<T>,
): Promise<T[]> => Promise.all(Array.from({ length: count }, (_, i) => call(stores[i % stores.length]!, i)));

describe.skipIf(server === undefined)('copies that share a database', () => {
  it.each([2, 4])(
    'count the contacts of a person nobody knew exactly: %i copies, 64 callers',
    async (count) => {
      const stores = await copies(count);
      let made = 0;
      await callers(stores, 64, (store) => {
        let did = false;
        const run = (set: Parameters<typeof contactOnce>[0]): void =>
          void (did = contactOnce(set, ['user:u']));
        return runBatch(store, { asks: [['user:u']], run }).then(() => void (made += Number(did)));
      });
      const { person, decisions } = (await stores[0]!.person('user:u'))!;
      expect([made, decisions.length, person.members.length]).toEqual([1, 1, 1]);
      expect(await stores[1]!.counts()).toMatchObject({ decisions: 1, persons: 1, ledger: 1 });
    },
  );

  it('count up to a cap above one exactly', async () => {
    const stores = await copies(4);
    await callers(stores, 64, (store) =>
      runBatch(store, { asks: [['user:u']], run: (set) => void contactOnce(set, ['user:u'], 7) }),
    );
    expect((await stores[0]!.person('user:u'))!.decisions).toHaveLength(7);
  });

  it('record one decision for one send', async () => {
    const stores = await copies(4);
    const answers = await callers(stores, 64, async (store, i) => {
      let answer = '';
      const run: Parameters<typeof runBatch>[1]['run'] = (set) => {
        const { id } = set.person(['user:u'], 0);
        const known = set.recorded(id, 'send');
        answer = known?.id ?? `d${i}`;
        if (!known) set.record({ decision: decision(answer, { person: id, sendKey: 'send' }), first: true });
      };
      await runBatch(store, { asks: [['user:u']], sendKey: 'send', run });
      return answer;
    });
    expect(new Set(answers).size).toBe(1);
    expect(await stores[0]!.counts()).toMatchObject({ decisions: 1 });
  });

  it('count an event once, whoever it is delivered to', async () => {
    const stores = await copies(4);
    const event = { source: 's', id: 'e' };
    let counted = 0;
    await callers(stores, 64, async (store, i) => {
      let fresh = false;
      const aliases = [`user:u${i % 5}`];
      const run: Parameters<typeof runBatch>[1]['run'] = (set) => {
        fresh = set.take(event);
        if (fresh)
          set.signal({ ...event, at: NOON, name: 'n', values: {}, person: set.person(aliases, 0).id });
      };
      await runBatch(store, { asks: [aliases], events: [event], run });
      counted += Number(fresh);
    });
    expect(counted).toBe(1);
    expect(await stores[0]!.counts()).toMatchObject({ events: 1, signals: 1, ledger: 1 });
  });

  it('make one person of a chain of ids that arrive everywhere at once', async () => {
    const stores = await copies(4);
    const ids = Array.from({ length: 24 }, (_, i) => `anonymous:${i}`);
    for (const [i, id] of ids.entries()) {
      await runBatch(stores[i % 4]!, { asks: [[id]], run: (set) => void contactOnce(set, [id]) });
    }
    await callers(stores, ids.length - 1, (store, i) => {
      const link = [ids[i]!, ids[i + 1]!];
      return runBatch(store, { asks: [link], run: (set) => void set.person(link, NOON) });
    });
    const found = await Promise.all(ids.map(async (id) => (await stores[0]!.person(id))!));
    expect(new Set(found.map(({ person }) => person.id)).size).toBe(1);
    expect(found[0]!.person.members).toHaveLength(ids.length);
    expect(found[0]!.decisions).toHaveLength(ids.length);
    expect(await stores[0]!.counts()).toMatchObject({ persons: 1 });
    const merges = (await stores[0]!.ledger(1, 1_000)).filter(({ kind }) => kind === 'merge');
    expect(merges).toHaveLength(ids.length - 1);
  });

  it(
    'finish thousands of batches on people that overlap at random, each exactly once',
    { timeout: 120_000 },
    async () => {
      const stores = await copies(4);
      const [people, batches, cap] = [40, 2_000, 6];
      const rng = rngFromNumber(20_261_122);
      const below = (n: number): number => Math.floor(rng.uniform() * n);
      const plans = Array.from({ length: batches }, () => {
        return Array.from({ length: 1 + below(6) }, () => [`user:u${below(people)}`]);
      });
      await callers(stores, batches, (store, i) =>
        runBatch(store, {
          asks: plans[i]!,
          run: (set) => {
            for (const aliases of plans[i]!) contactOnce(set, aliases, cap);
          },
        }),
      );
      const asked = Map.groupBy(plans.flat(2), (alias) => alias);
      for (const [alias, times] of asked) {
        const { decisions } = (await stores[0]!.person(alias))!;
        expect(decisions, alias).toHaveLength(Math.min(cap, times.length));
      }
      expect(await stores[0]!.counts()).toMatchObject({ persons: asked.size });
      expect(await verifyLedger(stores[3]!)).toMatchObject({ ok: true });
    },
  );

  it('let one of many who save a programme win, and all agree on the first value of a setting', async () => {
    const stores = await copies(4);
    const saves = await callers(stores, 16, (store, i) =>
      store.saveProgramme(programme({ name: `n${i}` }), 0, NOON),
    );
    expect(saves.filter(Boolean)).toHaveLength(1);
    const [saved] = await stores[0]!.programmes();
    expect(saved!.name).toBe(`n${saves.indexOf(true)}`);
    const seeds = await callers(stores, 16, (store, i) => store.meta('seed', `s${i}`));
    expect(new Set(seeds).size).toBe(1);
  });
});
