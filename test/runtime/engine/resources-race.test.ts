import { describe, expect, it } from 'vitest';
import type { Store } from '../../../core/contracts/store.ts';
import type { Decision } from '../../../core/domain/decision.ts';
import type { SignalEvent } from '../../../core/domain/event.ts';
import type { PersonRef } from '../../../core/domain/person.ts';
import type { Programme } from '../../../core/domain/programme.ts';
import { rngFromText } from '../../../core/maths/xoshiro.ts';
import { verifyLedger } from '../../../runtime/store/verify-ledger.ts';
import { openSqliteStore } from '../../../runtime/store/sqlite/sqlite-store.ts';
import type { EngineRig } from '../../support/engine-rig.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { folder } from '../../support/folders.ts';
import { opened } from '../../support/opened.ts';
import { postgresServer } from '../../support/postgres.ts';
import { HOUR, MINUTE, NOON, programme, variant } from '../../support/programmes.ts';
import { totalsOf } from '../../support/resource-ledger.ts';
import { copiesOf } from '../../support/store-copies.ts';

const server = await postgresServer();

const CALLERS = 64;

type Open = () => Promise<Store[]>;

/** Merges make the batches of the other copy begin anew; what is looked for here is counts, not how long that may take. */
const PATIENT = { retryMs: 10_000 };

const STORES: [string, Open][] = [
  ['SQLite', async () => [await opened(async () => openSqliteStore(await folder()))]],
  ...(server
    ? [
        ['two copies on PostgreSQL', async () => copiesOf(await server.database(), 2, PATIENT)] as [
          string,
          Open,
        ],
      ]
    : []),
];

/** An engine on each store, and all programmes on each. */
async function rigsOn(stores: readonly Store[], programmes: Programme[]): Promise<EngineRig[]> {
  const rigs: EngineRig[] = [];
  for (const [i, store] of stores.entries()) {
    rigs.push(await engineRig({ store, programmes, minted: i * 1_000_000 }));
  }
  return rigs;
}

/** So many calls, by as many callers as there are, each of whom waits for an answer before the next call. */
async function called<T>(count: number, call: (i: number) => Promise<T>): Promise<T[]> {
  const answers: T[] = [];
  let next = 0;
  const caller = async (): Promise<void> => {
    while (next < count) answers.push(await call(next++));
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  return answers;
}

const CODES = Array.from({ length: 100 }, (_, i) => `CODE-${i}`);

describe.each(STORES)('many at once, on %s', (_, open) => {
  it('get the 100 codes of a pool once each under 10,000 requests, and again once they were given back', async () => {
    const stores = await open();
    const rigs = await rigsOn(stores, [
      programme({ variants: [variant('a', { coupon: 'spring' })], guardrails: { releaseAfterHours: 6 } }),
    ]);
    await stores[0]!.addCodes('spring', CODES);
    const ask = (i: number): Promise<Decision> =>
      rigs[i % rigs.length]!.decide({ userId: `u${i % 5_000}` }, { send: `s${Math.floor(i / 2)}` });
    const answers = await called(10_000, ask);
    const sent = answers.filter(({ action }) => action === 'send');
    expect(answers).toHaveLength(10_000);
    expect(sent).toHaveLength(100);
    expect(new Set(sent.map(({ coupon }) => coupon!.code))).toEqual(new Set(CODES));
    // 40 are reported, one of them after its time; no other reservation outlives its time
    const told = sent.slice(0, 40).map((decision, i): SignalEvent => {
      const { id: decisionId } = decision;
      const head = { type: 'signal', source: 's', id: `e${i}`, at: NOON, name: 'email_sent' } as const;
      return { ...head, decisionId, values: {}, person: { email: 'nobody@example.com' } };
    });
    await rigs.at(-1)!.engine.ingest(told.slice(1));
    for (const rig of rigs) rig.clock.now = NOON + 6 * HOUR;
    await rigs[0]!.engine.ingest(told.slice(0, 1));
    expect(await stores[0]!.pools(NOON + 6 * HOUR)).toMatchObject([{ codes: 100 }]);
    const again = await called(1_000, (i) => ask(100_000 + i * 2));
    const codes = again.flatMap(({ coupon }) => coupon?.code ?? []);
    const kept = new Set(sent.slice(0, 40).map(({ coupon }) => coupon!.code));
    expect(codes).toHaveLength(60);
    expect(new Set(codes)).toEqual(new Set(CODES.filter((code) => !kept.has(code))));
    const { breaches, takers } = await totalsOf(stores[0]!, {});
    expect([breaches, takers]).toEqual([[], { 'pool/spring': 160 }]);
  }, 300_000);

  it('make one contact where one is all there may be', async () => {
    const guardrails = { caps: [{ per: 'programme', count: 1, hours: 24 } as const] };
    const rigs = await rigsOn(await open(), [programme({ guardrails })]);
    const answers = await called(640, (i) => rigs[i % rigs.length]!.decide({ userId: `u${i}` }));
    expect(answers.filter(({ action }) => action === 'send')).toHaveLength(1);
  });

  it('take no more of anything than there is, by the ledger, while things are sent, given back and merged', async () => {
    const stores = await open();
    const own = programme({
      variants: [
        variant('a', { cost: 0.3, coupon: 'spring' }),
        variant('b', { cost: 0.1 }),
        variant('call', { channel: 'sales', content: {}, route: { queue: 'sales' } }),
      ],
      guardrails: {
        caps: [{ per: 'programme', channel: 'email', count: 60, hours: 3 }],
        budget: { perDay: 9, total: 12, zone: 'UTC' },
        queues: { sales: { atOnce: 15, hours: 8, givenBackBy: ['call_completed'] } },
        releaseAfterHours: 2,
      },
    });
    // a second programme takes of the same codes in its own order, beside one that takes of nothing
    const other = programme({
      id: 'other',
      variants: [...own.variants].reverse(),
      guardrails: own.guardrails,
    });
    const free = programme({ id: 'free' });
    const rigs = await rigsOn(stores, [own, other, free]);
    await stores[0]!.addCodes('spring', CODES);
    const rng = rngFromText('race');
    const below = (n: number): number => Math.floor(rng.uniform() * n);
    const made: { ref: PersonRef; decision: string }[] = [];
    const step = async (i: number): Promise<void> => {
      const rig = rigs[below(rigs.length)]!;
      if (i % 66 === 65) for (const each of rigs) each.clock.now += 20 * MINUTE;
      const [ref, kind] = [{ userId: `u${below(400)}` }, below(10)];
      const some = made[below(made.length)];
      if (kind < 6 || !some) {
        const decision = await rig.decide(ref, {
          programme: ['welcome', 'other', 'free'][below(3)]!,
          send: `s${i}`,
        });
        if (decision.action === 'send') made.push({ ref, decision: decision.id });
      } else if (kind < 9) {
        const name = ['email_sent', 'email_aborted', 'call_completed'][below(3)]!;
        const event = { type: 'signal', source: 's', id: `e${i}`, at: rig.clock.now, name } as const;
        await rig.engine.ingest([{ ...event, values: {}, person: some.ref, decisionId: some.decision }]);
      } else {
        const previous = { userId: `u${below(400)}` };
        await rig.engine.ingest([
          { type: 'alias', source: 's', id: `m${i}`, at: NOON, person: ref, previous },
        ]);
      }
    };
    await called(4_000, step);
    const both = (name: string, limit: number): [string, number][] =>
      ['welcome', 'other'].map((id) => [name.replace('*', id), limit]);
    const limits = Object.fromEntries([
      ...both('cap/*/*/email/3', 60),
      ...both('budget/*/day/2026-11-23', 9_000_000),
      ...both('budget/*/total', 12_000_000),
      ['queue/sales/now', 15],
    ]);
    const { breaches, takers, most } = await totalsOf(stores[0]!, limits);
    expect(breaches).toEqual([]);
    // everything was scarce: up to the dearest message, all of it was taken at some time
    for (const [resource, limit] of Object.entries(limits)) {
      expect(most[resource]).toBeGreaterThan(limit - 300_000);
      expect(takers[resource]).toBeGreaterThan(15);
    }
    // what the store counted is what the ledger says
    expect(await verifyLedger(stores[0]!)).toMatchObject({ ok: true });
  }, 300_000);
});

describe.skipIf(server === undefined)('many at once, by the clock of the database', () => {
  it('keep a cap over all persons and a pool, whatever the time of each copy', async () => {
    const stores = await copiesOf(await server!.database(), 2, { databaseClock: true });
    const caps = [{ per: 'variant', count: 7, hours: 24 } as const];
    const variants = [variant('a', { coupon: 'spring' }), variant('b')];
    const rigs = await rigsOn(stores, [programme({ variants, guardrails: { caps } })]);
    rigs[1]!.clock.now += 1_000 * HOUR;
    await stores[0]!.addCodes('spring', CODES.slice(0, 5));
    const answers = await called(640, (i) => rigs[i % 2]!.decide({ userId: `u${i}` }));
    const sent = (id: string): Decision[] => answers.filter(({ option }) => option === id);
    expect([sent('a').length, sent('b').length]).toEqual([5, 7]);
    expect(new Set(sent('a').map(({ coupon }) => coupon!.code)).size).toBe(5);
  });
});
