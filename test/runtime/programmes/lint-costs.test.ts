import { expect, it } from 'vitest';
import type { PolicyChoice, Variant } from '../../../core/domain/programme.ts';
import { lint } from '../../../runtime/programmes/lint/lint.ts';
import { NOON, programme, variant } from '../../support/programmes.ts';

it('finds costs that differ and that the policy does not count, unless somebody said that it should not', () => {
  const variants = [variant('a', { cost: 0.01 }), variant('b', { cost: 5 }), variant('c')];
  const among = (some: Variant[], changes: Partial<PolicyChoice> = {}): [code: string, path: string][] => {
    const policy: PolicyChoice = { kind: 'auto', ...changes };
    const rest = { guardrails: { budget: { total: 1000 } }, arbitration: { value: 100 } };
    return lint(programme({ variants: some, policy, ...rest }), { now: NOON }).map((own) => [
      own.code,
      own.path,
    ]);
  };
  expect(among(variants)).toEqual([['cost-not-counted', 'policy.netOfCosts']]);
  expect(among(variants.slice(1))).toEqual([['cost-not-counted', 'policy.netOfCosts']]);
  expect(among(variants.slice(0, 1))).toEqual([]);
  expect(among(variants.map((own) => ({ ...own, cost: 5 })))).toEqual([]);
  for (const netOfCosts of [true, false]) expect(among(variants, { netOfCosts })).toEqual([]);
  expect(among(variants, { kind: 'fixed-split' })).toEqual([]);
});
