import { describe, expect, it } from 'vitest';
import { newPerson } from '../../../core/domain/person.ts';
import type { Programme } from '../../../core/domain/programme.ts';
import { checkTimes } from '../../../core/guardrails/check-times.ts';
import type { GuardContext } from '../../../core/guardrails/guardrail.ts';
import { compileRule, compileRules } from '../../../runtime/engine/eligibility.ts';
import { HOUR, NOON, programme, variant } from '../../support/programmes.ts';

function about(traits: Record<string, unknown>): GuardContext {
  const stamped = Object.entries(traits).map(([name, value]) => [name, { value, at: NOON }] as const);
  const person = { ...newPerson('p', ['user:u']), traits: Object.fromEntries(stamped) };
  return { programme: programme(), person, contacts: [], now: NOON };
}

describe('a message that may be sent at many times', () => {
  const times = Array.from({ length: 49 }, (_, hour) => NOON + hour * HOUR);
  const eligible = (...rules: string[]) =>
    programme({ variants: rules.map((rule, i) => variant(`v${i}`, { eligible: rule })) });

  /** Which variants may be sent at which hours, and how often a trait was looked at for that. */
  function looked(own: Programme, traits: Record<string, unknown>) {
    let looks = 0;
    const { person, ...given } = about(traits);
    const counted: ProxyHandler<GuardContext['person']['traits']> = {
      getOwnPropertyDescriptor: (of, name) => (looks++, Reflect.getOwnPropertyDescriptor(of, name)),
    };
    const watched = new Proxy(person.traits, counted);
    const rules = compileRules(own);
    const asked = { ...given, programme: own, rules, person: { ...person, traits: watched } };
    const { open, dropped } = checkTimes(asked, times);
    return { open, dropped, looks };
  }

  it.each([{}, { age: 17 }, { age: 40 }])(
    'asks a rule that looks at no time once for all of them: %j',
    (traits) => {
      const own = eligible('traits.age >= 18', 'traits.age < 18 && traits.age > 16', 'traits.age == 40');
      const { open, looks } = looked(own, traits);
      expect([...open.values()].map(({ length }) => length)).toEqual(
        [(traits.age ?? 0) >= 18, traits.age === 17, traits.age === 40].map((fits) => (fits ? 49 : 0)),
      );
      expect(looks).toBe(3);
    },
  );

  it('asks one that looks at the time at each of them', () => {
    const own = eligible('traits.vip && now.getHours() == 14', 'now.getHours() == 13');
    const { open, looks } = looked(own, { vip: true });
    expect([...open.values()]).toEqual([
      [2, 26],
      [1, 25],
    ]);
    expect(looks).toBe(49);
  });
});

it('says what is missing without a stack, and leaves stacks to those who want them', () => {
  const before = Error.stackTraceLimit;
  expect(compileRule('traits.age >= 18')(about({}))?.detail).toBe('traits.age >= 18: traits.age is missing');
  expect(Error.stackTraceLimit).toBe(before);
  expect(new Error('with one').stack).toMatch(/eligibility-times\.test/);
});
