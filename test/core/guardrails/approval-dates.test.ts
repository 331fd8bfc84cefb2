import { describe, expect, it } from 'vitest';
import type { Programme, Variant } from '../../../core/domain/programme.ts';
import { newPerson } from '../../../core/domain/person.ts';
import { check } from '../../../core/guardrails/check.ts';
import { HOUR, NOON, programme, variant } from '../../support/programmes.ts';

/** Rule and detail by which a variant is dropped, or undefined. */
function objection(
  changes: Partial<Variant>,
  { now = NOON, ...rest }: Partial<Programme> & { now?: number } = {},
): { rule: string; detail: string } | undefined {
  const own = programme({ variants: [variant('a', changes)], ...rest });
  const { allowed, dropped } = check({ programme: own, person: newPerson('p', []), contacts: [], now });
  expect(allowed.length + dropped.length).toBe(1);
  return dropped[0] && { rule: dropped[0].rule, detail: dropped[0].detail };
}

describe('approval', () => {
  const { approval } = variant('a');

  it('lets approved content pass', () => {
    expect(objection({})).toBeUndefined();
  });

  it('is bound to the very content that was approved', () => {
    expect(objection({ contentHash: 'another' })).toEqual({
      rule: 'approval',
      detail: 'content changed after its approval',
    });
  });

  it.each(['rejected', 'archived'] as const)('does not serve what is %s', (status) => {
    expect(objection({ approval: { ...approval!, status } })).toEqual({ rule: 'approval', detail: status });
  });

  it('does not serve what nobody judged', () => {
    expect(objection({ approval: undefined })?.rule).toBe('approval');
  });
});

describe('dates', () => {
  it.each(['draft', 'paused', 'ended'] as const)('serve nothing of a programme that is %s', (status) => {
    expect(objection({}, { status })).toEqual({ rule: 'dates', detail: `programme is ${status}` });
  });

  it('open at the start and close at the end, to the millisecond', () => {
    const startsAt = '2026-11-23T13:00:00+01:00';
    const endsAt = '2026-11-23T12:00:01Z';
    for (const span of [{ startsAt, endsAt }]) {
      expect(objection(span, { now: NOON - 1 })?.rule).toBe('dates');
      expect(objection(span, { now: NOON })).toBeUndefined();
      expect(objection(span, { now: NOON + 999 })).toBeUndefined();
      expect(objection(span, { now: NOON + 1000 })?.rule).toBe('dates');
    }
  });

  it('hold for the programme as for the variant', () => {
    expect(objection({}, { startsAt: '2026-11-23T12:00:00.001Z' })?.rule).toBe('dates');
    expect(objection({}, { endsAt: '2026-11-23T12:00:00Z' })?.rule).toBe('dates');
  });

  it.each(['soon', '', '2026-13-45T00:00:00Z'])('stay closed when %j cannot be read', (date) => {
    for (const span of [{ startsAt: date }, { endsAt: date }]) {
      expect(objection(span)?.rule).toBe('dates');
      expect(objection({}, span)?.rule).toBe('dates');
    }
  });
});

it('an objection says as a value what state something is in, and when that ends by itself', () => {
  const variants = [
    variant('a', { approval: undefined }),
    variant('b', { startsAt: '2026-11-24T12:00:00Z' }),
    variant('c', { endsAt: '2026-11-22T12:00:00Z' }),
  ];
  const given = { programme: programme({ variants }), person: newPerson('p', []), contacts: [], now: NOON };
  expect(check(given).dropped.map(({ option, state, until }) => [option, state, until])).toEqual([
    ['a', 'waiting', undefined],
    ['b', 'early', NOON + 24 * HOUR],
    ['c', 'over', undefined],
  ]);
});

describe('check', () => {
  it('splits the variants and names the first rule that objects to each', () => {
    const variants = [
      variant('a'),
      variant('b', { approval: undefined, endsAt: '2000-01-01T00:00:00Z' }),
      variant('c', { endsAt: '2000-01-01T00:00:00Z' }),
    ];
    const { allowed, dropped } = check({
      programme: programme({ variants }),
      person: newPerson('p', []),
      contacts: [],
      now: NOON,
    });
    expect(allowed).toEqual([variants[0]]);
    expect(dropped.map(({ option, rule }) => [option, rule])).toEqual([
      ['b', 'approval'],
      ['c', 'dates'],
    ]);
  });
});
