import { describe, expect, it } from 'vitest';
import { truthOf } from '../../../runtime/programmes/lint/satisfiable.ts';

describe('whether rules can hold', () => {
  it.each<[string, ReturnType<typeof truthOf>]>([
    ['traits.age >= 18', 'sometimes'],
    ['traits.age > 18 && traits.age < 19', 'sometimes'],
    ['traits.age >= 18 && traits.age < 18', 'never'],
    ['traits.a == "x" && traits.a == "y"', 'never'],
    ['traits.a == "x" || traits.a != "x" || !has(traits.a)', 'always'],
    ['traits.a == "x" || traits.a != "x"', 'sometimes'],
    ['has(traits.a) && !has(traits.a)', 'never'],
    ['traits.vip && !traits.vip', 'never'],
    ['"x" in traits.tags && !("x" in traits.tags)', 'never'],
    ['"x" in traits.tags && !("y" in traits.tags)', 'sometimes'],
    ['history.count("o", "3d") > 3 && history.count("o", "3d") < 4', 'never'],
    ['history.count("o", "3d") >= 3 && context.plan in ["a", "b"]', 'sometimes'],
    ['context.plan == "a" && (context.plan == "b" || context.plan == "c")', 'never'],
    ['!(traits.a == 1 || traits.a != 1)', 'never'],
    ['true', 'always'],
    ['1 > 2', 'never'],
    ['-1 > traits.a', 'sometimes'],
    // what compares two things, or does more than compare, may go either way
    ['traits.a > traits.b && traits.a < traits.b', 'sometimes'],
    ['size(traits.a) > 3 && size(traits.a) < 2', 'sometimes'],
    ['traits.a.b == 1 && traits.a.b == 2', 'sometimes'],
    ['now > timestamp("2026-01-01T00:00:00Z")', 'sometimes'],
    ['history.count("o", "3d") > 3 && history.count("o", "2d") > 4', 'sometimes'],
    ['traits.a > "a" && traits.a < "b"', 'sometimes'],
    ['history.lastVariant() == "a"', 'sometimes'],
    // and does not hide what the other parts say
    ['size(traits.n) > 3 && traits.a == "x" && traits.a == "y"', 'never'],
    ['traits.a == traits.b && 1 > 2', 'never'],
    ['size(traits.n) > 3 && (has(traits.a) || !has(traits.a))', 'sometimes'],
  ])('%s: %s', (rule, truth) => {
    expect(truthOf([rule])).toBe(truth);
  });

  it('of several at once', () => {
    expect(truthOf(['traits.age >= 18', 'traits.age < 18.0'])).toBe('never');
    expect(truthOf(['traits.age >= 18', 'traits.age < 20'])).toBe('sometimes');
    expect(truthOf(['traits.age >= 18 && traits.a == 1', 'traits.b == 2 && traits.age < 18'])).toBe('never');
    expect(truthOf(['traits.a == 1 || traits.b == 1', 'traits.b == 2 && traits.a == 2'])).toBe('never');
  });

  it('of many fields that have nothing to do with each other', () => {
    const parts = Array.from({ length: 20 }, (_, i) => `traits.f${i} == "x"`);
    expect(truthOf([parts.join(' && ')])).toBe('sometimes');
    expect(truthOf([[...parts, 'traits.f7 == "y"'].join(' && ')])).toBe('never');
  });
});
