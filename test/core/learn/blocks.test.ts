import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockOf, hourOf } from '../../../core/learn/blocks.ts';
import { effectiveSums } from '../../../core/learn/effective.ts';
import type { LinearTrial } from '../../../core/learn/linear-state.ts';
import { linearSumsOf } from '../../../core/learn/linear-state.ts';
import type { ModelState } from '../../../core/learn/model.ts';
import { emptyState, optionTotals, readState } from '../../../core/learn/model.ts';
import { needsRenewal } from '../../../core/learn/renewal.ts';
import { pairKey } from '../../../core/learn/worths.ts';
import { CLICK, CONTEXT, DAY, HOUR, NOON, ORDER, programme } from '../../support/programmes.ts';
import { shuffled } from '../../support/traffic.ts';

const NOW = hourOf(NOON);
const YEAR = 365 * 24;

describe('blocks of time', () => {
  it.each([1, 2, 4])('cover the past once, each length by a few blocks (grain %i)', (grain) => {
    for (const newest of [NOW, NOW + 1, NOW + 37]) {
      const lengths: number[] = [];
      for (let hour = newest; hour > newest - 3 * YEAR;) {
        const { from, length } = blockOf(hour, newest, grain);
        expect(from % length).toBe(0);
        // the block says of all of its hours that they are in it
        for (const other of [from, from + length - 1]) expect(blockOf(other, newest, grain).from).toBe(from);
        // no block is longer than it is old, by its grain
        if (length > 1) expect(newest - from - length).toBeGreaterThanOrEqual((grain - 1) * length);
        lengths.push(length);
        hour = from - 1;
      }
      expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
      expect(lengths.length).toBeLessThan((grain + 0.5) * 15 + 2 * grain);
    }
  });

  it('are only ever joined as time goes by', () => {
    const hours = fc.integer({ min: NOW - YEAR, max: NOW });
    fc.assert(
      fc.property(hours, hours, fc.nat(YEAR), (one, other, later) => {
        for (const grain of [1, 2, 4]) {
          const together = (newest: number): boolean =>
            blockOf(one, newest, grain).from === blockOf(other, newest, grain).from;
          if (together(NOW)) expect(together(NOW + later)).toBe(true);
        }
      }),
      { seed: 17, numRuns: 500 },
    );
  });
});

const OWN = programme({
  ...CONTEXT,
  goal: { signals: [ORDER, CLICK] },
  policy: { kind: 'linear-thompson', halfLifeDays: 20 },
});

interface Past {
  trial: LinearTrial;
  worth: number;
  delay: number | undefined;
}

/** Trials of four months, most of them of the last days. */
const pasts: fc.Arbitrary<Past[]> = fc.array(
  fc.record({
    trial: fc.record({
      option: fc.constantFrom('a', 'b'),
      context: fc.record({ plan: fc.constantFrom('free', 'pro'), days: fc.integer({ min: 0, max: 365 }) }),
      hour: fc.oneof(fc.nat(72), fc.nat(3_000)).map((ago) => NOW - ago),
    }),
    worth: fc.constantFrom(0, 0, 0.25, 1),
    delay: fc.constantFrom(undefined, 0, HOUR, 3.5 * DAY),
  }),
  { minLength: 1, maxLength: 40 },
);

function take(state: ModelState, past: readonly Past[], back = false): ModelState {
  const sums = linearSumsOf(OWN);
  if (state.linear.blocks.length === 0) state.linear = sums.empty();
  for (const { trial, worth, delay } of past) {
    const credits = { [ORDER.signal]: { worth, delay }, [CLICK.signal]: { worth: worth / 2 } };
    sums.addTrials(state.linear, trial, back ? -1 : 1);
    sums.moveCredits(state.linear, trial, back ? credits : {}, back ? {} : credits);
  }
  return state;
}

describe('what was learned in blocks', () => {
  it('is the same state in whatever order it came', () => {
    fc.assert(
      fc.property(pasts, fc.nat(1_000), (past, salt) => {
        const one = take(emptyState(), past);
        const other = take(emptyState(), shuffled(past, salt));
        expect(other).toEqual(one);
      }),
      { seed: 18, numRuns: 150 },
    );
  });

  it('counts, once somebody is taken back, as if they had never been there, also when theirs was the newest', () => {
    fc.assert(
      fc.property(pasts, pasts, (rest, gone) => {
        const state = take(emptyState(), shuffled([...rest, ...gone], 3));
        const left = take(state, shuffled(gone, 4), true);
        const never = take(emptyState(), rest);
        expect(optionTotals(left)).toEqual(optionTotals(never));
        for (const later of [1, 40 * DAY]) {
          const at = NOON + HOUR + later;
          expect(effectiveSums(OWN, left, at)).toEqual(effectiveSums(OWN, never, at));
        }
      }),
      { seed: 19, numRuns: 150 },
    );
  });

  it('of a version before blocks counts in full until it is made anew', () => {
    const sum = (worth: number): object => ({ sum: worth, lost: 0 });
    const former = {
      arms: emptyState().arms,
      options: {
        a: { trials: 400, signals: { [ORDER.signal]: { count: 12, worth: sum(12) } } },
        b: { trials: 100, signals: {} },
      },
      linear: { schema: 'x', era: 0, options: {} },
    };
    const state = readState(JSON.stringify(former));
    expect(optionTotals(state)).toEqual({
      a: { trials: 400, signals: { [ORDER.signal]: { count: 12, worth: 12 } } },
      b: { trials: 100, signals: {} },
    });
    const { options, inContext } = effectiveSums(programme(), state, NOON);
    expect(inContext).toBe(false);
    expect(options.a).toMatchObject({ information: [400], responses: { [ORDER.signal]: [12] } });
    expect(readState(JSON.stringify(take(emptyState(), [])))).toEqual(take(emptyState(), []));
  });

  it('of a version that knew only how old the trials of a block are on average is read until it is made anew', () => {
    const own = programme();
    const hour = NOW - 30;
    const total = {
      ...{ information: [200], responses: { [ORDER.signal]: [8] } },
      squares: { [pairKey(ORDER.signal, ORDER.signal)]: 8 },
      ...{ hours: 200 * hour, arrivals: { [ORDER.signal]: [0, 0, 3, 0, 0, 5] } },
    };
    const linear = { schema: 'x', newest: NOW, blocks: [{ from: hour, length: 1, options: { a: total } }] };
    const state = readState(JSON.stringify({ arms: emptyState().arms, linear }));
    expect(needsRenewal(own, state)).toBe(true);
    expect(optionTotals(state).a).toEqual({
      trials: 200,
      signals: { [ORDER.signal]: { count: 8, worth: 8 } },
    });
    const { options, awaited } = effectiveSums(own, state, NOON + HOUR);
    expect(options.a!.responses[ORDER.signal]).toEqual([8]);
    // all of it came within the first hour, and in the thirty since nothing
    const { shared } = awaited[0]!.law;
    expect(shared.at(1)).toBeGreaterThan(0.4);
    expect(shared.at(24) - shared.at(2)).toBeLessThan(0.05);
    expect(effectiveSums(own, state, NOON + 60 * DAY).options.a!.information[0]).toBe(200);
  });
});
