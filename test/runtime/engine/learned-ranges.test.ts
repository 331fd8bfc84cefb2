import { describe, expect, it } from 'vitest';
import type { Store } from '../../../core/contracts/store.ts';
import type { DomainEvent } from '../../../core/domain/event.ts';
import type { Programme } from '../../../core/domain/programme.ts';
import type { NumberSums } from '../../../core/learn/ranges.ts';
import { inRanges, rangesOf } from '../../../core/learn/ranges.ts';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import { openMemoryStore } from '../../../runtime/store/memory-store.ts';
import { openSqliteStore } from '../../../runtime/store/sqlite/sqlite-store.ts';
import type { EngineRig } from '../../support/engine-rig.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { folder } from '../../support/folders.ts';
import { totalSums } from '../../support/model-states.ts';
import { opened } from '../../support/opened.ts';
import { MINUTE, NOON, ORDER, programme, variant } from '../../support/programmes.ts';
import { sumsByHand } from '../../support/sums-by-hand.ts';

const OWN = programme({
  context: { spent: { type: 'number' }, plan: { type: 'category', values: ['free', 'pro'] } },
  crosses: [['plan', 'spent']],
  policy: { kind: 'linear-thompson' },
  variants: [variant('a'), variant('b')],
});

interface Somebody {
  user: string;
  spent: number | string | undefined;
}

/** What people have spent: from 10 to 100,000, most of them little. One is absurd, one says it in words, one does not say. */
const spentBy = (i: number): Somebody['spent'] =>
  i === 50 ? 1e300 : i === 51 ? 'a lot' : i === 52 ? undefined : 10 ** (1 + 4 * ((i * 0.618034) % 1) ** 2);
const PEOPLE = Array.from({ length: 240 }, (_, i): Somebody => ({ user: `u${i}`, spent: spentBy(i) }));

/** Decides for people; who spent much answers `a`, who spent little answers `b`. */
async function act(rig: EngineRig, people: readonly Somebody[]): Promise<void> {
  const events: DomainEvent[] = [];
  for (const [i, { user, spent }] of people.entries()) {
    const context = { ...(spent !== undefined && { spent }), plan: 'pro' };
    const { option } = await rig.decide({ userId: user }, { send: `${user} ${i}`, context });
    if ((option === 'a') !== Number(spent) > 3_000) continue;
    const event = { type: 'signal' as const, source: 's', id: `order of ${user}`, name: ORDER.signal };
    events.push({ ...event, at: NOON + MINUTE, person: { userId: user }, values: {} });
  }
  await rig.engine.ingest(events);
  await rig.folder.catchUp();
}

/** Has people erased, and folds it with something that happens afterwards. */
async function erase(rig: EngineRig, users: readonly string[]): Promise<void> {
  const gone = users.map((user) => ({
    type: 'delete' as const,
    source: 's',
    id: user,
    person: { userId: user },
  }));
  await rig.engine.ingest(gone.map((event) => ({ ...event, at: NOON })));
  await rig.folder.catchUp();
  await act(rig, [{ user: 'afterwards', spent: undefined }]);
}

const numbers = ({ catalogue }: EngineRig): NumberSums => catalogue.model(OWN.id).state.numbers!;

/** Compares the model with the decisions on record, added up one by one in the ranges that it is in. */
async function expectByHand(rig: EngineRig, own: Programme): Promise<void> {
  const { state } = rig.catalogue.model(own.id);
  const [block, ...others] = state.linear.blocks;
  expect(others).toEqual([]);
  const totals = Object.entries(block!.options).map(([option, total]) => totalSums(total, option));
  const { sums } = await sumsByHand(rig.store, inRanges(own, state), { from: 0, length: Infinity });
  const zero = ([, sum]: [string, number]): boolean => sum !== 0;
  const found = Object.fromEntries(Object.entries(Object.assign({}, ...totals) as object).filter(zero));
  expect(found).toEqual(Object.fromEntries(Object.entries(sums).filter(zero)));
}

const STORES: [string, () => Promise<Store>][] = [
  ['memory', () => Promise.resolve(openMemoryStore())],
  ['SQLite', async () => openSqliteStore(await folder())],
];

describe.each(STORES)('a number whose range is not declared, in %s', (_, open) => {
  it('is learned in the range of all but the utmost values, and made anew for another one', async () => {
    const rig = await engineRig({ store: await opened(open), programmes: [OWN] });
    await act(rig, PEOPLE.slice(0, 90));
    expect(numbers(rig).ranges).toEqual({});
    await expectByHand(rig, OWN);
    await act(rig, PEOPLE.slice(90, 180));
    await act(rig, PEOPLE.slice(180, 181));
    const { min, max, trials } = numbers(rig).ranges.spent!;
    const spent = PEOPLE.slice(0, 180).flatMap((own) => (typeof own.spent === 'number' ? own.spent : []));
    spent.sort((a, b) => a - b);
    expect(trials).toBe(spent.length);
    // a bin is a twelfth of a doubling wide at the most
    expect(min).toBeLessThanOrEqual(spent[1]!);
    expect(min).toBeGreaterThan(spent[0]! / 1.1);
    expect(max).toBeGreaterThanOrEqual(spent.at(-2)!);
    expect(max).toBeLessThan(1.1 * spent.at(-2)!);
    await expectByHand(rig, OWN);

    // twice as many, who spend ten times as much
    const richer = Array.from({ length: 360 }, (_, i) => ({
      user: `r${i}`,
      spent: 10 * Number(spentBy(i % 50)),
    }));
    await act(rig, richer);
    await act(rig, PEOPLE.slice(181, 182));
    expect(numbers(rig).ranges.spent!.max).toBeGreaterThan(5 * max);
    await expectByHand(rig, OWN);
  });

  it('is made anew in the middle of much that waits, and nothing is lost that was credited ahead of it', async () => {
    const whole = await opened(open);
    // a chunk is small beside what there is
    const store: Store = {
      ...whole,
      readLedger: (after, limit, of) => whole.readLedger(after, Math.min(limit, 40), of),
    };
    const rig = await engineRig({ store, programmes: [OWN] });
    for (const round of [1, 2, 3]) {
      const events: DomainEvent[] = [];
      for (const { user, spent } of PEOPLE) {
        const context = { ...(spent !== undefined && { spent }), plan: 'pro' };
        await rig.decide({ userId: user }, { context, send: `${round}` });
        const id = `order ${round} of ${user}`;
        const event = { type: 'signal' as const, source: 's', id, name: ORDER.signal, values: {} };
        events.push({ ...event, at: NOON + round * MINUTE, person: { userId: user } });
      }
      rig.clock.now = NOON + round * MINUTE + 1;
      await rig.engine.ingest(events);
    }
    await rig.folder.catchUp();
    expect(numbers(rig).ranges.spent!.trials).toBeGreaterThan(300);
    await expectByHand(rig, OWN);
  });

  it('tells people apart as if the range had been declared', async () => {
    const rig = await engineRig({ store: await opened(open), programmes: [OWN] });
    const scoresOf = async (spent: number): Promise<Record<string, number>> => {
      const { eligible } = await rig.decide(
        { userId: 'x' },
        { preview: true, context: { spent, plan: 'pro' } },
      );
      return Object.fromEntries(eligible.map(({ option, score }) => [option, score]));
    };
    await act(rig, PEOPLE.slice(0, 90));
    expect(await scoresOf(20)).toEqual(await scoresOf(90_000));
    await act(rig, PEOPLE.slice(90));
    await act(rig, [{ user: 'last', spent: 100 }]);
    const [little, much] = [await scoresOf(20), await scoresOf(90_000)];
    expect(little.b).toBeGreaterThan(little.a!);
    expect(much.a).toBeGreaterThan(much.b!);

    const { state } = rig.catalogue.model(OWN.id);
    const declared = { ...inRanges(OWN, state), version: 2 };
    expect(declared.context!.spent).toMatchObject({ max: state.numbers!.ranges.spent!.max });
    await rig.store.saveProgramme(declared, 1, NOON);
    await rig.catalogue.load(rig.store);
    expect([await scoresOf(20), await scoresOf(90_000)]).toEqual([little, much]);
    await act(rig, [{ user: 'very last', spent: 100 }]);
    expect(rig.catalogue.model(OWN.id).state.numbers).toBeUndefined();
    await expectByHand(rig, declared);
  });

  it('is counted in any order, and nothing is left of who is erased', async () => {
    const some = PEOPLE.slice(0, 140);
    const rng = rngFromNumber(4);
    const mixed = some.map((own) => ({ own, at: rng.uniform() })).sort((a, b) => a.at - b.at);
    const rigs = await Promise.all(
      [some, mixed.map(({ own }) => own)].map(async (people) => {
        const rig = await engineRig({ store: await opened(open), programmes: [OWN] });
        await act(rig, people);
        await act(rig, [{ user: 'last', spent: 77 }]);
        return rig;
      }),
    );
    const [one, other] = rigs.map(numbers);
    expect(one).toEqual(other);
    const gone = ['u50', 'u3', 'u4'];
    const rig = rigs[0]!;
    await erase(rig, gone);
    const left = await engineRig({ store: await opened(open), programmes: [OWN] });
    await act(
      left,
      some.filter(({ user }) => !gone.includes(user)),
    );
    await act(left, [{ user: 'last', spent: 77 }]);
    await act(left, [{ user: 'afterwards', spent: undefined }]);
    expect(numbers(rig).counts).toEqual(numbers(left).counts);
    await expectByHand(rig, OWN);
  });

  it('is in the range that it would be in had whoever is erased never been there', async () => {
    const rng = rngFromNumber(6);
    const often = Array.from({ length: 20 }, () => ({ user: 'rich', spent: 5e8 }));
    const all = [...PEOPLE.slice(0, 200), ...often];
    const mixed = all.map((own) => ({ own, at: rng.uniform() })).sort((a, b) => a.at - b.at);
    const rigOf = async (people: readonly Somebody[]): Promise<EngineRig> => {
      const rig = await engineRig({ store: await opened(open), programmes: [OWN] });
      await act(rig, people);
      await act(rig, [{ user: 'last', spent: undefined }]);
      return rig;
    };
    const gone = ['rich', 'u7', 'u90'];
    const people = mixed.map(({ own }) => own);
    const rig = await rigOf(people);
    expect(numbers(rig).ranges.spent!.max).toBeGreaterThan(5e8);
    await erase(rig, gone);
    const never = await rigOf(people.filter(({ user }) => !gone.includes(user)));
    expect(rangesOf({ numbers: numbers(rig) })).toEqual(rangesOf({ numbers: numbers(never) }));
    await expectByHand(rig, OWN);
  });

  it('has no range when too few are left who made it', async () => {
    const rig = await engineRig({ store: await opened(open), programmes: [OWN] });
    await act(rig, [
      ...PEOPLE.slice(0, 60),
      ...Array.from({ length: 60 }, () => ({ user: 'rich', spent: 5e8 })),
    ]);
    await act(rig, [{ user: 'last', spent: 77 }]);
    expect(numbers(rig).ranges.spent!.max).toBeGreaterThan(5e8);
    await erase(rig, ['rich']);
    expect(numbers(rig).ranges).toEqual({});
    await expectByHand(rig, OWN);
  });
});
