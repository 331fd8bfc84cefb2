import { describe, expect, test } from 'vitest';
import { checkAll } from '../../chaos/checks/all.ts';
import type { Planted } from '../support/chaos-evidence.ts';
import { again, ask, decided, decision, evidence } from '../support/chaos-evidence.ts';
import { FAULTS } from '../support/chaos-faults.ts';
import { NOON } from '../support/programmes.ts';

const named = (own: Planted): string[] =>
  checkAll(own).flatMap(({ name, wrong }) => (wrong.length > 0 ? [`${name}: ${wrong.join('; ')}`] : []));

test('a run in which everything held is wrong nowhere, and every check looked at something', () => {
  const own = evidence();
  expect(named(own)).toEqual([]);
  expect(checkAll(own).flatMap(({ name, of }) => (of === 0 ? [name] : []))).toEqual([]);
  expect(checkAll(own).map(({ name }) => name)).toEqual(Object.keys(FAULTS));
});

test('what a fault of its own excuses is not wrong', () => {
  const own = evidence();
  // acknowledged by the destination while the database was away, so that nobody could write it down
  decided(own, decision(42));
  own.testimony.delivered.set('d42', NOON + 103_500);
  again(own, 'd42', NOON + 103_000);
  // in the hands of a copy that was held, while another one sent it and wrote that down
  decided(own, decision(5));
  again(own, 'd5', NOON + 9_600);
  // spooled, since the batch took long; then the batch was written after all
  const late = decision(43);
  decided(own, late);
  ask(own, late, [{ rung: 'last-model', variant: 'short', decision_recorded: 'spooled' }]);
  expect(named(own)).toEqual([]);
});

describe.each(Object.entries(FAULTS))('%s', (check, faults) => {
  test.each(faults)('not: %s', (_, plant) => {
    const own = evidence();
    plant(own);
    const names = named(own);
    expect(names).toHaveLength(1);
    expect(names[0]!.startsWith(`${check}: `), names[0]).toBe(true);
  });
});
