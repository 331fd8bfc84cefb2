import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { StoredSignal } from '../../../core/contracts/records.ts';
import { whatStands } from '../../../core/domain/orders.ts';
import { attribute } from '../../../core/learn/attribute.ts';
import { DAY, HOUR, NOON, ORDER, programme } from '../../support/programmes.ts';
import { shuffled } from '../../support/traffic.ts';

const OWN = programme({ goal: { signals: [ORDER, { ...ORDER, signal: 'Ticket Opened', weight: -1 }] } });
const NAMES = ['Order Completed', 'Order Completed', 'Order Refunded', 'Order Cancelled', 'Ticket Opened'];

const told = fc.record({
  name: fc.constantFrom(...NAMES),
  at: fc.integer({ min: NOON, max: NOON + 5 * DAY }),
  source: fc.constantFrom('segment', 'braze'),
  orderId: fc.constantFrom('o1', 'o2', undefined),
  values: fc.constantFrom<StoredSignal['values'][]>({}, { revenue: 25 }, { revenue: 100 }, { revenue: 108 }),
  machine: fc.constantFrom(undefined, undefined, undefined, true),
});
const signals = fc
  .array(told, { maxLength: 12 })
  .map((all) => all.map((own, i): StoredSignal => ({ ...own, id: `s${i}`, person: 'p' })))
  // a ticket says nothing of revenue
  .map((all) => all.map((own) => (own.name === 'Ticket Opened' ? { ...own, values: {} } : own)));

/** Orders by id of which there is something, each told of alone. */
const standing = (all: readonly StoredSignal[]): Set<string> =>
  new Set(
    whatStands(all, OWN).flatMap(({ name, orderId }) => (name === ORDER.signal ? (orderId ?? []) : [])),
  );

it('stands for guardrails and features as it does for learning, and in whatever order it was told', () => {
  const decision = { id: 'd', programme: OWN.id, person: 'p', at: NOON - HOUR, option: 'a' } as const;
  const credited = (all: readonly StoredSignal[]): number =>
    attribute(OWN, [{ ...decision, arm: 'treated', learn: true }], all).filter(
      ({ signal }) => signal === ORDER.signal,
    ).length;
  let gone = 0;
  fc.assert(
    fc.property(signals, fc.integer(), (all, seed) => {
      const stand = standing(all);
      for (const id of ['o1', 'o2']) {
        const own = all.filter(({ orderId }) => orderId === id);
        expect(credited(own)).toBe(Number(stand.has(id)));
        if (own.some(({ name, machine }) => name === ORDER.signal && !machine) && !stand.has(id)) gone++;
      }
      const ids = (some: readonly StoredSignal[]) =>
        whatStands(some, OWN)
          .map(({ id }) => id)
          .sort();
      expect(ids(shuffled([...all], seed))).toEqual(ids(all));
      // whatever else is told of an order stays, and so does what takes it back
      const others = all.filter(({ name, machine }) => name !== ORDER.signal && !machine);
      expect(ids(all)).toEqual(expect.arrayContaining(others.map(({ id }) => id)));
    }),
    { seed: 73, numRuns: 500 },
  );
  expect(gone).toBeGreaterThan(50);
});
