import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../core/domain/decision.ts';
import { freshness, HALF_LIVES, sinceKey } from '../../../core/learn/features/freshness.ts';
import { linearSumsOf } from '../../../core/learn/linear-state.ts';
import { LinearModel } from '../../../core/learn/models/linear.ts';
import { emptyState } from '../../../core/learn/model.ts';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import { live } from '../../support/decisions.ts';
import { NOON, ORDER, programme, variant } from '../../support/programmes.ts';
import { summed } from '../../support/row-sums.ts';

const OWN = programme({
  policy: { kind: 'linear-thompson', recovering: true },
  variants: [variant('a'), variant('b')],
  silence: true,
});
/** What an option earns, and what of it is lost on who had it a moment ago. */
const TRUTH = { a: { rate: 0.5, loss: 0.4 }, b: { rate: 0.4, loss: 0.1 } } as const;
const TRIALS = 12_000;

interface Row {
  option: 'a' | 'b';
  hours: number | undefined;
  reward: number;
}

function rowsOf(halfLife: number): Row[] {
  const rng = rngFromNumber(41 + halfLife);
  return Array.from({ length: TRIALS }, (_, t) => {
    const option = t % 2 === 0 ? 'a' : 'b';
    const hours = rng.uniform() < 0.3 ? undefined : 24 * 40 * rng.uniform() ** 2;
    const { rate, loss } = TRUTH[option];
    return { option, hours, reward: Number(rng.uniform() < rate - loss * freshness(hours, halfLife)) };
  });
}

const contextOf = (option: string, hours: number | undefined): Decision['context'] =>
  hours === undefined ? {} : { [sinceKey(option)]: hours };

function learnedFrom(rows: readonly Row[], own = OWN) {
  const state = emptyState();
  const sums = linearSumsOf(own);
  state.linear = sums.empty();
  for (const { option, hours, reward } of rows) {
    const trial = { option, context: contextOf(option, hours), hour: 0 };
    sums.addTrials(state.linear, trial, 1);
    if (reward > 0) sums.moveCredits(state.linear, trial, {}, { [ORDER.signal]: { worth: 1, delay: 0 } });
  }
  return live(own, state, 1);
}

describe('options that recover', () => {
  it.each([1, 7, 30])('are found to take %d days for half of it, and what each loses', (halfLife) => {
    const { policy } = learnedFrom(rowsOf(halfLife));
    for (const option of ['a', 'b'] as const) {
      const parts = policy.contributions!(option, { context: contextOf(option, 0), at: NOON });
      expect(parts.map(({ feature }) => feature)).toEqual([
        'constant',
        `had lately (half-life ${halfLife} d)`,
      ]);
      expect(Math.abs(parts[0]!.contribution - TRUTH[option].rate)).toBeLessThan(0.03);
      expect(Math.abs(parts[1]!.contribution + TRUTH[option].loss)).toBeLessThan(0.06);
    }
  });

  it('are believed by the default alike', () => {
    const rows = rowsOf(7);
    const on = { ...OWN, policy: { kind: 'auto', recovering: true } as const };
    const [auto, linear] = [learnedFrom(rows, on).policy, learnedFrom(rows).policy];
    for (const hours of [undefined, 0, 100]) {
      const context = { ...contextOf('a', hours), ...contextOf('b', hours) };
      const [one, other] = [auto, linear].map((own) => own.score(['a', 'b'], { context, at: NOON }));
      for (const [i, { score }] of one!.entries())
        expect(Math.abs(score - other![i]!.score)).toBeLessThan(0.01);
    }
    const names = auto.contributions!('a', { context: contextOf('a', 0), at: NOON }).map(
      ({ feature }) => feature,
    );
    expect(names).toEqual(['constant', 'had lately (half-life 7 d)']);
  });

  it('are chosen by how long ago this person had each of them', () => {
    const { policy } = learnedFrom(rowsOf(7));
    const best = (context: Decision['context']): string =>
      policy
        .score(['a', 'b'], { context, at: NOON })
        .reduce((most, own) => (own.propensity > most.propensity ? own : most)).option;
    expect(best({})).toBe('a');
    expect(best(contextOf('a', 24))).toBe('b');
    expect(best({ ...contextOf('a', 24), ...contextOf('b', 0) })).toBe('b');
    expect(best({ ...contextOf('a', 24 * 30), ...contextOf('b', 0) })).toBe('a');
  });

  it('are believed as a regression on the freshness by that half-life would, row by row', () => {
    const rows = rowsOf(7);
    const { policy } = learnedFrom(rows);
    const model = new LinearModel(2, 2, { precision: 1, slopes: 1, shape: 1, scale: 0.05 });
    for (const [i, option] of ['a', 'b'].entries()) {
      const own = rows.filter((row) => row.option === option);
      const known = own.map(({ hours, reward }) => {
        return { x: Float64Array.of(1, freshness(hours, 7)), reward, weight: 1 };
      });
      model.know(i, summed(known, 2));
    }
    for (const hours of [undefined, 0, 50, 500]) {
      const [a, b] = policy.score(['a', 'b'], {
        context: { ...contextOf('a', hours), ...contextOf('b', hours) },
        at: NOON,
      });
      const x = Float64Array.of(1, freshness(hours, 7));
      const [means, sds] = [new Float64Array(2), new Float64Array(2)];
      model.score(x, [0, 1], means, sds);
      // precisions of 1 and of 4 trials among six thousand, and features on a grid of 1/1024
      expect(Math.abs(a!.score - means[0]!)).toBeLessThan(2e-3);
      expect(Math.abs(b!.score - means[1]!)).toBeLessThan(2e-3);
    }
  });

  it('leave silence, and programmes that do not ask for it, as they are', () => {
    const { policy } = learnedFrom(rowsOf(7));
    const silence = (own: Decision['context']): number =>
      policy.score(['a', 'silence'], { context: own, at: NOON })[1]!.score;
    expect(silence(contextOf('a', 1))).toBe(silence({}));
    const plain = linearSumsOf(programme({ policy: { kind: 'linear-thompson' } })).features;
    const recovering = linearSumsOf(OWN).features;
    expect(plain.count).toBe(1);
    expect(recovering.count).toBe(1 + HALF_LIVES.length);
    expect(plain.schema).not.toBe(recovering.schema);
  });
});
