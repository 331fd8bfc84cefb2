import { describe, expect, it } from 'vitest';
import type { StoredSignal } from '../../../core/contracts/records.ts';
import { newPerson } from '../../../core/domain/person.ts';
import { checkTimes } from '../../../core/guardrails/check-times.ts';
import { check } from '../../../core/guardrails/check.ts';
import type { GuardContext } from '../../../core/guardrails/guardrail.ts';
import { compileRule, compileRules, ruleError } from '../../../runtime/engine/eligibility.ts';
import { HOUR, NOON, programme, variant } from '../../support/programmes.ts';

const many = (text: string, count: number, by = ' || '): string => Array(count).fill(text).join(by);

describe('a rule that asks for the past again and again', () => {
  const PAST = 2_000;
  const asks = many('history.count("v", "365d")', 38, ' + ');
  const person = {
    ...newPerson('p', ['user:u']),
    traits: { l: { value: Array.from({ length: 30 }, (_, i) => i), at: NOON } },
  };
  const nobody: GuardContext = { programme: programme(), person, contacts: [], now: NOON };

  /** Somebody with a long past, and how often any of it was looked at. */
  function watched(): { given: GuardContext; looks: () => number } {
    let looks = 0;
    const past = Array.from({ length: PAST }, (_, i) => ({
      ...{ at: NOON - i * 1_000, person: 'p', source: 's', id: `${i}`, values: {} },
      ...{ decision: `${i}`, channel: 'email', state: 'sent' as const, programme: 'welcome', variant: 'a' },
      get name() {
        looks++;
        return 'v';
      },
    }));
    const contacts = past.map((own) => {
      return new Proxy(own, { get: (of, key) => (looks++, Reflect.get(of, key) as unknown) });
    });
    return { given: { ...nobody, signals: past, contacts }, looks: () => looks };
  }

  it.each([
    ['how often', `${asks} < 0`],
    ['how often, for each element', `traits.l.exists(x, ${asks} < 0)`],
    [
      'for the last contact, for each element',
      `traits.l.exists(x, ${many('history.lastContact() > now', 20)})`,
    ],
    [
      'for the last variant, for each element',
      `traits.l.exists(x, ${many('history.lastVariant() == "z"', 20)})`,
    ],
  ])('%s goes through it a few times only', (_, rule) => {
    expect(ruleError(rule)).toBeUndefined();
    const { given, looks } = watched();
    expect(compileRule(rule)(given)?.detail).toMatch(/ is false$/);
    expect(looks()).toBeGreaterThan(0);
    expect(looks()).toBeLessThan(PAST * 20);
  });

  it('goes through it a few times for fifty rules and at two days of times, too', () => {
    const variants = Array.from({ length: 50 }, (_, i) => {
      return variant(`v${i}`, { eligible: `history.count("v", "${i + 1}d") < 0` });
    });
    const own = programme({ variants });
    const { given, looks } = watched();
    const asked = { ...given, contacts: [], programme: own, rules: compileRules(own) };
    expect(check(asked).dropped).toHaveLength(50);
    const hours = Array.from({ length: 48 }, (_, i) => NOON + i * HOUR);
    expect(checkTimes(asked, hours).dropped).toHaveLength(50);
    expect(looks()).toBeLessThan(PAST * 20);
  });

  it('does not look at a past that is too long', () => {
    const signals = Array<StoredSignal>(1_000_001).fill({
      ...{ name: 'w', at: NOON, person: 'p', source: 's', id: '1', values: {} },
    });
    const why = (rule: string) => compileRule(rule)({ ...nobody, signals })?.detail;
    expect(why('history.count("v", "1d") == 0')).toBe('history is too large to look at');
    expect(why('1 == 1')).toBeUndefined();
  });
});
