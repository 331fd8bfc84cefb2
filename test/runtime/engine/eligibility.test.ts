import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newPerson } from '../../../core/domain/person.ts';
import { check } from '../../../core/guardrails/check.ts';
import type { GuardContext } from '../../../core/guardrails/guardrail.ts';
import { compileRule, compileRules, ruleError } from '../../../runtime/engine/eligibility.ts';
import { NOON, programme, variant } from '../../support/programmes.ts';

function about(traits: Record<string, unknown>, context: GuardContext['context'] = {}): GuardContext {
  const stamped = Object.entries(traits).map(([name, value]) => [name, { value, at: NOON }] as const);
  const person = { ...newPerson('p', ['user:u']), traits: Object.fromEntries(stamped) };
  return { programme: programme(), person, contacts: [], now: NOON, context };
}

/** Why a rule does not hold for somebody, or undefined. */
const reason = (rule: string, traits: Record<string, unknown>, context?: GuardContext['context']) =>
  compileRule(rule)(about(traits, context))?.detail;

describe('an eligibility rule', () => {
  it.each([
    ["traits.country in ['DE', 'FR'] && !has(traits.employee)", { country: 'DE' }],
    ['traits.age >= 18', { age: 18 }],
    ["'vip' in traits.tags", { tags: ['new', 'vip'] }],
    ["traits.tags.exists(t, t.startsWith('v'))", { tags: ['new', 'vip'] }],
    ['now - timestamp(traits.since) > duration("24h")', { since: '2026-11-20T00:00:00Z' }],
    ['traits["first name"].size() > 2', { 'first name': 'Ann' }],
    ['traits.address.city == "Oslo" || traits.missing == 1', { address: { city: 'Oslo' } }],
    ['traits.vip', { vip: true }],
    ['now.getDayOfWeek() == 1', {}],
  ])('%s holds', (rule, traits) => {
    expect(ruleError(rule)).toBeUndefined();
    expect(reason(rule, traits)).toBeUndefined();
  });

  it('looks at the features of the request', () => {
    expect(reason('context.plan == "pro"', {}, { plan: 'pro' })).toBeUndefined();
    expect(reason('context.plan == "pro"', {}, { plan: 'free' })).toBe('context.plan == "pro" is false');
    expect(reason('context.plan == "pro"', {})).toBe('context.plan == "pro": context.plan is missing');
  });

  it('takes a feature that is declared as a number for one, also where a query brings it as text', () => {
    const context = { days: { type: 'number', min: 0, max: 365 } } as const;
    const why = (days: string | number, rule = 'context.days > 9') =>
      compileRule(rule)({ ...about({}, { days }), programme: programme({ context }) })?.detail;
    expect([why('10'), why(10), why('9'), why('400')]).toEqual([
      undefined,
      undefined,
      'context.days > 9 is false',
      undefined,
    ]);
    expect(why('soon')).toBe('context.days > 9: context.days is text, and the rule wants a number there');
    expect(why('10', 'context.days == "10"')).toBe(
      'context.days == "10" is false: context.days is a number, and the rule wants text there',
    );
    // one that is not declared is what the request says it is
    expect(reason('context.days > 9', {}, { days: '10' })).toContain('context.days is text');
  });

  it('says which part is false, and not what the person is like', () => {
    const rule = "traits.country in ['DE', 'FR'] && traits.age >= 18";
    expect(reason(rule, { country: 'US', age: 40 })).toBe('traits.country in ["DE", "FR"] is false');
    expect(reason(rule, { country: 'DE', age: 4 })).toBe('traits.age >= 18 is false');
  });

  it('is false where a trait is missing, and names it', () => {
    expect(reason('traits.age >= 18', {})).toBe('traits.age >= 18: traits.age is missing');
    expect(reason('traits.age >= 18', { age: null })).toBe('traits.age >= 18: traits.age is missing');
    expect(reason('traits.a.b == 1', { a: {} })).toBe('traits.a.b == 1: traits.a.b is missing');
  });

  it.each<[string, unknown, unknown]>([
    // by the clock of this machine it would be some time
    ['timestamp(traits.v) < now', '2026-11-22T10:00:00.000', '2026-11-22T10:00:00.000+01:00'],
    ['timestamp(traits.v) < now', '2025-02-30T10:00:00Z', '2025-02-28T10:00:00Z'],
    ['int(traits.v) < 1', '', '0'],
    ['int(traits.v) > 1', 1e300, 1e9],
    ['double(traits.v) > 1.0', '0x10', '16'],
    ['traits.v.lowerAscii() == "Ära"', 'ära', 'ÄRA'],
  ])('%s has no value, or another, for %j, and has for %j', (rule, without, value) => {
    expect(reason(rule, { v: without })).not.toContain('strict_');
    expect(reason(rule, { v: value })).toBeUndefined();
  });

  it.each([
    ['traits.age >=', 'Unexpected token: EOF (character 14)'],
    ['foo.bar == 1', 'Unknown variable: foo (character 1)'],
    ["'a' > 1", 'no such overload: string > int (character 1)'],
    ['1 + 1', 'a rule that is true or false, not int (character 1)'],
    ["true && traits.name.matches('(a+)+$')", 'matches() is not available (character 9)'],
    ['size(traits) > 1', 'traits is used by field: traits.name (character 6)'],
    ['traits[context.key] == 1', 'traits is used by field: traits.name (character 1)'],
    ['cel.bind(x, traits.a + traits.a, x == "a")', 'bind() is not available'],
    ['traits.l.map(x, x).size() > 1', 'map() is not available'],
    ['traits.l.all(x, traits.l.all(y, x == y))', 'all() inside another all, exists, exists_one'],
    ['now > timestamp(traits.t) + duration(traits.d)', 'duration() takes a text'],
    ['now - timestamp(traits.t) > duration("30d")', 'duration() takes a text such as "24h" or "1h30m"'],
    ['now > timestamp("2026-11-22")', 'timestamp() takes a time with its zone'],
    ['strict_int(traits.a) > 1', 'strict_int() is not available'],
    ['now.getHours("Europe/Oslo") > 8', 'getHours() is in UTC and takes no zone'],
  ])('%s is refused, with the place', (rule, message) => {
    expect(ruleError(rule)).toContain(message);
    // and it was stored by somebody all the same: it lets nobody pass
    expect(compileRule(rule)(about({ age: 20 }))?.detail).toMatch(/^the rule cannot be evaluated/);
  });

  it.each([
    ['nested', `${'('.repeat(500)}true${')'.repeat(500)}`, 'Exceeded maxDepth'],
    ['made of parts', `true ${'&& true '.repeat(240)}`, 'Exceeded maxAstNodes'],
    ['long', `"${'x'.repeat(2_000)}" == "x"`, 'at most 2000 characters'],
  ])('too much %s is refused', (_, rule, message) => {
    expect(ruleError(rule)).toContain(message);
    expect(compileRule(rule)(about({}))?.detail).toMatch(/^the rule cannot be evaluated/);
  });

  it.each(['constructor', '__proto__', 'prototype', 'toString', 'hasOwnProperty'])(
    'does not reach %s of what is inside',
    (name) => {
      for (const path of [`traits.${name}`, `traits["${name}"]`, `traits.o.${name}`, `context.${name}`]) {
        const rule = `${path} != "x"`;
        expect(reason(rule, { o: { a: 1 } })).toContain('is missing');
      }
      expect(reason(`has(traits.${name})`, {})).toContain('is false');
    },
  );

  it('does not throw and is false for whatever traits are, unless it holds', () => {
    const rules = ['traits.a > 1', 'traits.a.b == traits.c', "'x' in traits.a", 'traits.a.exists(x, x == 1)'];
    const compiled = rules.map(compileRule);
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.jsonValue()), (traits) => {
        for (const rule of compiled) expect(typeof rule(about(traits))?.detail).toMatch(/undefined|string/);
      }),
      { seed: 41, numRuns: 300 },
    );
  });
});

describe('S12, S13: a hostile rule', () => {
  const long = 'a'.repeat(5_000);
  const many = (text: string, count: number, by = ' || '): string => Array(count).fill(text).join(by);

  it.each<[string, string, Record<string, unknown>]>([
    [
      'compares lists with lists for each element',
      `traits.l.exists(x, ${many('x in traits.l', 20)})`,
      { l: Array(900).fill('b') },
    ],
    [
      'looks for long text in long text',
      many('traits.s.contains(traits.t)', 30),
      { s: long, t: `${'a'.repeat(2_500)}b` },
    ],
    ['adds text up', `size(${many('traits.s', 60, ' + ')}) < 0`, { s: long }],
    ['adds lists up', `size(${many('traits.l', 60, ' + ')}) < 0`, { l: Array(5_000).fill(1) }],
    ['compares deep values', many('traits.d == traits.e', 30), { d: nested(15), e: nested(15) }],
    ['reads a number with many digits', many('int(traits.s) == 1', 30), { s: '9'.repeat(5_000) }],
  ])('that %s ends soon', (_, rule, traits) => {
    expect(ruleError(rule)).toBeUndefined();
    const run = compileRule(rule);
    const given = about(traits);
    run(given);
    const start = performance.now();
    run(given);
    // a bound on a machine that does other things; alone it is a few ms
    expect(performance.now() - start).toBeLessThan(250);
  });

  it('does not look at values that are too large', () => {
    const reasonOf = (value: unknown) => reason('traits.v == 1', { v: value });
    expect(reasonOf('x'.repeat(2_000_000))).toBe('traits.v is too large to look at');
    expect(reasonOf(nested(5_000))).toBe('traits.v is too large to look at');
  });

  it('does not cost more by being fifty: rules of one programme share what one may look at', () => {
    const dropped = (
      rule: (i: number) => string,
      traits: Record<string, unknown>,
    ): (string | undefined)[] => {
      const variants = Array.from({ length: 50 }, (_, i) => variant(`v${i}`, { eligible: rule(i) }));
      const own = programme({ variants });
      const given = { ...about(traits), programme: own, rules: compileRules(own) };
      return check(given).dropped.map(({ detail }) => detail);
    };
    const adds = (i: number) => `size(${many('traits.s', 60, ' + ')}) > ${i}`;
    expect(reason(adds(1), { s: long })).toBeUndefined();
    expect(new Set(dropped(adds, { s: long }))).toEqual(new Set(['traits.s is too large to look at']));
    // the same rule fifty times is one, and small ones have room
    expect(dropped(() => adds(1), { s: long })).toEqual([]);
    const tags = Array.from({ length: 40 }, (_, i) => `a tag with a name ${i}`);
    expect(
      dropped((i) => `traits.tags.exists(t, t == "a tag with a name ${i % 40}" || t == "${i}")`, { tags }),
    ).toEqual([]);
  });
});

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = { a: value };
  return value;
}

describe('the guardrail', () => {
  const variants = [variant('a'), variant('b', { eligible: 'traits.vip' }), variant('c', { channel: 'sms' })];
  const own = programme({
    variants,
    guardrails: { eligible: 'traits.age >= 18', eligibleByChannel: { sms: 'has(traits.phone)' } },
  });
  const rules = compileRules(own);

  const allowed = (traits: Record<string, unknown>, changes: Partial<GuardContext> = {}): string[] =>
    check({ ...about(traits), programme: own, rules, ...changes }).allowed.map(({ id }) => id);

  it('asks the rules of programme, channel and variant', () => {
    expect(allowed({ age: 20 })).toEqual(['a']);
    expect(allowed({ age: 20, phone: '+47' })).toEqual(['a', 'c']);
    expect(allowed({ age: 20, vip: true })).toEqual(['a', 'b']);
    expect(allowed({ age: 17, vip: true, phone: '+47' })).toEqual([]);
  });

  it('says whose rule it was, which part of it, and what was missing', () => {
    const dropped = (traits: Record<string, unknown>) =>
      check({ ...about(traits), programme: own, rules }).dropped;
    expect(dropped({ age: 17 })[0]).toEqual({
      option: 'a',
      rule: 'eligibility',
      of: 'programme',
      detail: 'traits.age >= 18 is false',
      expression: 'traits.age >= 18',
    });
    expect(dropped({ age: 20 })).toMatchObject([
      { option: 'b', of: 'variant', expression: 'traits.vip', missing: 'traits.vip' },
      { option: 'c', of: 'channel', expression: 'has(traits.phone)' },
    ]);
  });

  it('lets nobody pass who cannot be looked up, nor by a rule nobody compiled', () => {
    expect(allowed({ age: 20 }, { blind: true })).toEqual([]);
    expect(allowed({ age: 20 }, { rules: undefined })).toEqual([]);
  });
});
