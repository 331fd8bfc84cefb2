import { describe, expect, it } from 'vitest';
import type { Store } from '../../../core/contracts/store.ts';
import type { Decision } from '../../../core/domain/decision.ts';
import type { DomainEvent } from '../../../core/domain/event.ts';
import type { Programme } from '../../../core/domain/programme.ts';
import type { SlotFields, Slotted } from '../../../core/domain/slots.ts';
import { hasSlots } from '../../../core/domain/slots.ts';
import { openMemoryStore } from '../../../runtime/store/memory-store.ts';
import { openSqliteStore } from '../../../runtime/store/sqlite/sqlite-store.ts';
import type { EngineRig } from '../../support/engine-rig.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { folder } from '../../support/folders.ts';
import { sumsApart, totalSums } from '../../support/model-states.ts';
import { opened } from '../../support/opened.ts';
import { postgresServer } from '../../support/postgres.ts';
import { CLICK, HOUR, LEFT, NOON, ORDER, programme, REVENUE, variant } from '../../support/programmes.ts';
import { ITEMS, LETTER, pieces, slotted } from '../../support/slots.ts';
import { sumsByHand } from '../../support/sums-by-hand.ts';
import { deliverMessily, eventsOf, makeDecisions, traffic } from '../../support/traffic.ts';

const server = await postgresServer();

const of = (letter: SlotFields, changes: Partial<Programme> = {}): Programme =>
  programme({
    goal: { signals: [REVENUE, CLICK, LEFT] },
    silence: true,
    variants: [slotted('letter', letter), slotted('list', ITEMS), variant('plain')],
    holdout: { kind: 'random', share: 0.2 },
    policy: { kind: 'auto' },
    ...changes,
  });
const ERASE: DomainEvent = { type: 'delete', source: 's', id: 'gone', at: NOON, person: { userId: 'u3' } };

const STORES: [string, () => Promise<Store>][] = [
  ['memory', () => Promise.resolve(openMemoryStore())],
  ['SQLite', async () => openSqliteStore(await folder())],
  ...(server ? [['PostgreSQL', () => server.store()] as [string, () => Promise<Store>]] : []),
];

/** Constant, one column a piece by the names of slots, one a pair of pieces; undefined where a piece of the message is gone. */
function columnsOf({ slots, pairs = [] }: Slotted, { pieces: chosen = {} }: Decision): number[] | undefined {
  const names = Object.keys(slots).sort();
  const has = (slot: string, id: string): boolean => [chosen[slot] ?? []].flat().includes(id);
  const gone = names.some((name) =>
    [chosen[name] ?? []].flat().some((id) => !slots[name]!.some((piece) => piece.id === id)),
  );
  if (gone) return undefined;
  const single = names.flatMap((name) => slots[name]!.map(({ id }) => has(name, id)));
  const together = pairs.flatMap(([one, other]) =>
    slots[one]!.flatMap((a) => slots[other]!.map((b) => has(one, a.id) && has(other, b.id))),
  );
  return [1, ...[...single, ...together].map(Number)];
}

/** Compares every block with the messages on record of its hours. */
async function expectByHand({ store, catalogue }: EngineRig, own: Programme): Promise<void> {
  const features = (decision: Decision): number[] | undefined => {
    const variant = own.variants.find(({ id }) => id === decision.option);
    return variant && hasSlots(variant) ? columnsOf(variant, decision) : undefined;
  };
  let found = 0;
  for (const block of catalogue.model(own.id).state.pieces!.blocks) {
    const totals = Object.entries(block.options).map(([option, total]) => totalSums(total, option));
    const sums = Object.assign({}, ...totals) as Record<string, number>;
    const byHand = await sumsByHand(store, own, block, features);
    expect(sumsApart({ counts: {}, sums }, { counts: {}, sums: byHand.sums })).toBeLessThan(1e-12);
    found += byHand.decisions;
  }
  expect(found).toBeGreaterThan(8);
  expect(found).toBe((await sumsByHand(store, own, { from: 0, length: Infinity }, features)).decisions);
}

async function change({ store, catalogue }: EngineRig, own: Programme, version: number): Promise<void> {
  expect(await store.saveProgramme(own, version, NOON)).toBe(true);
  await catalogue.load(store);
}

describe.each(STORES)('what is learned of pieces, in %s', (_, open) => {
  it('is the sum over the messages on record, whatever came late, twice, or of people who became one', async () => {
    const own = of(LETTER);
    const world = traffic(191, ['welcome'], 14);
    const rig = await engineRig({ store: await opened(open), programmes: [own] });
    const decisions = await makeDecisions(rig, world.asks);
    await deliverMessily(rig, [...eventsOf(world, decisions), ERASE], 191);
    await expectByHand(rig, own);
  });

  it('moves messages to the pieces that are answered, from one fold to the next', async () => {
    const own = programme({ variants: [slotted('letter', LETTER)], policy: { kind: 'auto' } });
    const rig = await engineRig({ store: await opened(open), programmes: [own] });
    const subjects: unknown[] = [];
    for (let i = 0; i < 500; i++) {
      const { id, pieces } = await rig.decide({ userId: `u${i}` }, { send: `s${i}` });
      subjects.push(pieces!.subject);
      rig.clock.now += HOUR;
      if (pieces!.subject !== 's2' || i % 2 === 0) continue;
      const order = { type: 'signal', source: 's', id: `o${i}`, name: ORDER.signal, values: {} } as const;
      await rig.engine.ingest([{ ...order, at: rig.clock.now, person: { userId: `u${i}` }, decisionId: id }]);
      if (i % 20 === 1) await rig.folder.catchUp();
    }
    const share = (from: number, to: number): number =>
      subjects.slice(from, to).filter((subject) => subject === 's2').length / (to - from);
    expect(share(0, 20)).toBeLessThan(0.8);
    expect(share(300, 500)).toBeGreaterThan(0.9);
  });

  it('follows other pieces and pairs: made anew from the messages that have none that is gone', async () => {
    const slots = { subject: pieces('subject', 2), hero: pieces('hero', 2) };
    const versions: Programme[] = [
      of(LETTER, { variants: [variant('plain'), variant('other')] }),
      of(LETTER),
      of({ ...LETTER, pairs: [] }),
      of({ slots, pairs: [['hero', 'subject']] }),
      of(LETTER, { policy: { kind: 'fixed-split' } }),
    ];
    const rig = await engineRig({ store: await opened(open), programmes: [versions[0]!] });
    for (const [i, own] of versions.entries()) {
      if (i > 0) await change(rig, own, i);
      const world = traffic(192 + i, ['welcome'], 16);
      const asks = world.asks.map((ask) => ({ ...ask, send: `${i} ${ask.send}` }));
      const decisions = await makeDecisions(rig, asks);
      const named = world.happenings.map(({ event, ...rest }) => ({
        ...rest,
        event: { ...event, id: `${i} ${event.id}` },
      }));
      await deliverMessily(rig, eventsOf({ asks, happenings: named }, decisions), 192 + i);
      if (i > 0) await expectByHand(rig, own);
      else expect(rig.catalogue.model('welcome').state.pieces).toBeUndefined();
    }
  });
});
