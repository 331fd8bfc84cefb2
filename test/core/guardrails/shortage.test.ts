import { expect, it } from 'vitest';
import type { ResourceFact } from '../../../core/contracts/resources.ts';
import { newPerson } from '../../../core/domain/person.ts';
import { check } from '../../../core/guardrails/check.ts';
import { DAY, HOUR, NOON, programme, variant } from '../../support/programmes.ts';

const fact = (key: string, next?: number): [string, ResourceFact] => [
  key,
  { key, taken: 1, next, ending: next && 1, asOf: NOON, codes: [] },
];

it('of several limits that are reached says when all have room again', () => {
  const queues = { sales: { perDay: 1, zone: 'UTC', atOnce: 1, hours: 48 } };
  const variants = [variant('call', { channel: 'sales', route: { queue: 'sales' } })];
  const own = programme({ variants, guardrails: { queues } });
  const person = newPerson('p', []);
  const untilOf = (resources: [string, ResourceFact][]) =>
    check({ programme: own, person, contacts: [], now: NOON, resources: new Map(resources) }).dropped[0]
      ?.until;
  const today = fact('queue/sales/day/2026-11-23');
  // the day is over in twelve hours, and the hand-over is worked off after that, or before
  expect(untilOf([today, fact('queue/sales/now', NOON + 2 * DAY)])).toBe(NOON + 2 * DAY);
  expect(untilOf([today, fact('queue/sales/now', NOON + HOUR)])).toBe(NOON + 12 * HOUR);
});
