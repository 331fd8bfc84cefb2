import { expect, it } from 'vitest';
import type { Person } from '../../../core/domain/person.ts';
import { newPerson } from '../../../core/domain/person.ts';
import { compileRule } from '../../../runtime/engine/eligibility.ts';
import { NOON, programme } from '../../support/programmes.ts';

const held = (traits: Record<string, unknown>): Person['traits'] =>
  Object.fromEntries(Object.entries(traits).map(([name, value]) => [name, { value, at: NOON }]));

it.each<[string, Record<string, unknown>, string]>([
  ['traits.age >= 18', { age: '20' }, 'traits.age is text, and the rule wants a number there'],
  ['18 <= traits.age', { age: '20' }, 'traits.age is text, and the rule wants a number there'],
  ['traits.age == 18', { age: '18' }, 'traits.age is text, and the rule wants a number there'],
  ['traits.vip', { vip: 'yes' }, 'traits.vip is text, and the rule wants true or false there'],
  ['!traits.vip', { vip: 0 }, 'traits.vip is a number, and the rule wants true or false there'],
  [
    'traits.vip || traits.a == 1',
    { vip: 'yes', a: 2 },
    'traits.vip is text, and the rule wants true or false there',
  ],
  ['"vip" in traits.tags', { tags: 'vip' }, 'traits.tags is text, and the rule wants a list there'],
  [
    'traits.tags.exists(t, t == "a")',
    { tags: 3 },
    'traits.tags is a number, and the rule wants a list there',
  ],
  ['traits.name.startsWith("a")', { name: 3 }, 'traits.name is a number, and the rule wants text there'],
  [
    'size(traits.name) > 3',
    { name: true },
    'traits.name is true or false, and the rule wants text or a list there',
  ],
  [
    'traits.since > now',
    { since: '2026-01-01T00:00:00Z' },
    'traits.since is text, and the rule wants a time there',
  ],
  [
    'traits.home.floor > 3',
    { home: { floor: '4' } },
    'traits.home.floor is text, and the rule wants a number there',
  ],
  [
    'traits.a + 1 > 3',
    { a: 4 },
    'numbers of traits have a fraction: write 2.0 for 2 beside them, or double()',
  ],
  ['traits.tags[1] == "a"', { tags: ['a'] }, 'traits.tags[1] is missing'],
])('%s of another kind: names the field and both kinds', (rule, traits, why) => {
  const told = compileRule(rule)({
    ...{ programme: programme({}), contacts: [], now: NOON },
    person: { ...newPerson('p', []), traits: held(traits) },
  })?.detail;
  expect(told!.replace(/^.*?: /, '')).toBe(why);
});
