import { describe, expect, it } from 'vitest';
import { Fault } from '../../../core/contracts/faults.ts';
import type { FaultKind } from '../../../core/contracts/faults.ts';
import { BUDGET_MS } from '../../../runtime/delivery/backoff.ts';
import { HOLD_MS, resultOf, smallerBatches } from '../../../runtime/delivery/verdict.ts';
import { evenRng, outcome } from '../../support/delivery.ts';

const NOW = 1_800_000_000_000;
const moment = { now: NOW, pausedMs: 0, rng: evenRng };
const item = (id: string, age = 0) => ({
  outcome: outcome(id),
  destination: 'braze',
  attempts: 2,
  createdAt: NOW - age,
});
const failed = (kind: FaultKind, age = 0) => ({ item: item('a', age), fault: new Fault(kind, 'why', 7000) });

describe('resultOf', () => {
  it('settles a delivery', () => {
    expect(resultOf({ item: item('a') }, moment)).toEqual({ id: 'a', state: 'delivered', at: NOW });
  });

  it('counts a failure of the platform as an attempt', () => {
    const result = resultOf(failed('unavailable'), moment);
    expect(result).toEqual({
      id: 'a',
      state: 'pending',
      at: NOW,
      attempts: 3,
      nextAttemptAt: NOW + 4500,
      fault: 'unavailable: why',
    });
  });

  it('does not count being told to wait, nor end it with the budget', () => {
    const told = { ...moment, pausedMs: 9000 };
    expect(resultOf(failed('rate-limited', BUDGET_MS * 2), told)).toMatchObject({
      state: 'pending',
      attempts: 2,
      nextAttemptAt: NOW + 9000,
    });
  });

  it.each(['auth', 'settings'] as const)('keeps items of a %s fault for a person to mend', (kind) => {
    expect(resultOf(failed(kind, BUDGET_MS * 2), moment)).toMatchObject({
      state: 'pending',
      attempts: 2,
      nextAttemptAt: NOW + HOLD_MS,
    });
  });

  it('ends what failed for 72 hours, and what is refused for good', () => {
    const dead = { id: 'a', state: 'dead', at: NOW };
    expect(resultOf(failed('unavailable', BUDGET_MS - 1), moment).state).toBe('pending');
    expect(resultOf(failed('unavailable', BUDGET_MS), moment)).toEqual({
      ...dead,
      fault: 'unavailable: why',
    });
    expect(resultOf(failed('rejected'), moment)).toEqual({ ...dead, fault: 'rejected: why' });
    expect(resultOf(failed('invalid'), moment)).toEqual({ ...dead, fault: 'invalid: why' });
  });
});

describe('smallerBatches', () => {
  const invalid = (id: string) => ({ item: item(id), fault: new Fault('invalid', 'HTTP 400') });

  it('halves a batch that was refused whole and stops at one item', () => {
    const ids = smallerBatches(['a', 'b', 'c'].map(invalid)).map((batch) =>
      batch.map(({ outcome: { id } }) => id),
    );
    expect(ids).toEqual([['a', 'b'], ['c']]);
    expect(smallerBatches([invalid('a')])).toEqual([]);
  });

  it('tries only what was refused again, never what was taken', () => {
    const ids = smallerBatches([invalid('a'), { item: item('b') }]).map((batch) =>
      batch.map((each) => each.outcome.id),
    );
    expect(ids).toEqual([['a']]);
    expect(
      smallerBatches([{ item: item('a') }, { item: item('b'), fault: new Fault('rejected', '') }]),
    ).toEqual([]);
  });
});
