import { expect, it } from 'vitest';
import { lint } from '../../../runtime/programmes/lint/lint.ts';
import { NOON, programme, variant } from '../../support/programmes.ts';

const found = (eligible: string): string[] =>
  lint(programme({ variants: [variant('a'), variant('b', { eligible })] }), { now: NOON })
    .filter(({ code }) => code === 'rule-needs-contact')
    .map(({ path }) => path);

it.each([
  'now - history.lastContact() > duration("72h")',
  'traits.age >= 18 && history.lastContact() < timestamp("2026-11-01T00:00:00Z")',
])('%s keeps out whoever is new, and a save says so', (rule) => {
  expect(found(rule)).toEqual(['variants.1.eligible']);
});

it.each([
  'traits.vip == true || now - history.lastContact() > duration("72h")',
  'history.lastVariant() != "b"',
  'history.count("email_clicked", "30d") > 1',
])('%s may hold for somebody new', (rule) => {
  expect(found(rule)).toEqual([]);
});
