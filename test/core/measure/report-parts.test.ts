import { describe, expect, it } from 'vitest';
import type { Programme } from '../../../core/domain/programme.ts';
import { linearSumsOf } from '../../../core/learn/linear-state.ts';
import type { ModelState } from '../../../core/learn/model.ts';
import { emptyState } from '../../../core/learn/model.ts';
import { noticedChange } from '../../../core/measure/change.ts';
import { delayCurves } from '../../../core/measure/delay-curves.ts';
import { estimatesOf } from '../../../core/measure/estimates.ts';
import { forgettingOf } from '../../../core/measure/forgetting.ts';
import { CLICK, DAY, HOUR, NOON, ORDER, programme } from '../../support/programmes.ts';

const FIRST = NOON / HOUR;

/** Trials of one option in one hour, and how many of them had the goal's signal after how many hours. */
interface Made {
  option: string;
  /** Hours after noon. */
  hour: number;
  trials: number;
  orders: number;
  late?: number;
}

function stateOf(own: Programme, made: readonly Made[]): ModelState {
  const sums = linearSumsOf(own);
  const state = { ...emptyState(), linear: sums.empty() };
  for (const { option, hour, trials, orders, late = 1 } of made) {
    const trial = { option, context: {}, hour: FIRST + hour };
    sums.addTrials(state.linear, trial, trials);
    for (let i = 0; i < orders; i++)
      sums.moveCredits(state.linear, trial, {}, { [ORDER.signal]: { worth: 1, delay: late * HOUR } });
  }
  return state;
}

const MADE: Made[] = [
  { option: 'a', hour: 0, trials: 400, orders: 40 },
  { option: 'b', hour: 0, trials: 100, orders: 2 },
];
/** When all of that is known. */
const AFTER = NOON + 30 * DAY;

describe('the prior that is told of an option', () => {
  it.each(['weighted-thompson', 'top-two', 'linear-thompson', 'auto'] as const)(
    'is what %s begins with: so many trials of so much, beside its own',
    (kind) => {
      const own = programme({ policy: { kind }, goal: { signals: [{ ...ORDER, weight: 3 }] } });
      const earned = { a: 3 * 40, b: 3 * 2, c: 0 };
      const estimates = estimatesOf(own, stateOf(own, MADE), AFTER);
      expect(estimates.map(({ option }) => option)).toEqual(Object.keys(earned));
      for (const { option, effectiveTrials, estimate, learnedPrior } of estimates) {
        const { mean, trials } = learnedPrior!;
        const together = mean * trials + earned[option as keyof typeof earned];
        expect(estimate).toBeCloseTo(together / (trials + effectiveTrials), 9);
        expect(trials).toBeGreaterThan(1);
      }
    },
  );

  it('is not there of what nothing can come of', () => {
    const own = programme({ silence: true, goal: { signals: [{ ...ORDER, silence: false }] } });
    for (const kind of ['weighted-thompson', 'linear-thompson', 'auto'] as const) {
      const asked: Programme = { ...own, policy: { kind } };
      const silence = estimatesOf(asked, stateOf(asked, MADE), AFTER).find(
        ({ option }) => option === 'silence',
      )!;
      expect(silence.learnedPrior).toBeUndefined();
    }
  });

  it('tells what was done elsewhere apart', () => {
    const own = programme({
      policy: {
        kind: 'auto',
        priorLog: {
          ...{ source: 'log', at: new Date(NOON - DAY).toISOString() },
          options: {
            a: { trials: 900, reward: 300, squares: 300 },
            b: { trials: 900, reward: 300, squares: 300 },
          },
        },
      },
    });
    const past = {
      ...{ sources: [{ source: 'log', trials: 1_800 }], at: NOON - DAY },
      options: Object.fromEntries(
        ['a', 'b'].map((option) => {
          const squares = { [JSON.stringify([ORDER.signal, ORDER.signal])]: 300 };
          const total = { information: [900], responses: { [ORDER.signal]: [300] }, squares };
          return [option, { by: 'id' as const, spread: 0, total }];
        }),
      ),
    };
    const state = stateOf(own, MADE);
    const [alone] = estimatesOf(own, state, AFTER);
    const [known] = estimatesOf(own, { ...state, past }, AFTER);
    expect(known!.learnedPrior).toEqual(alone!.learnedPrior);
    expect(known!.prior).toMatchObject({ by: 'id' });
    expect(known!.prior!.mean).toBeGreaterThan(2 * known!.learnedPrior!.mean);
  });
});

describe('how fast a programme is told to forget', () => {
  // two orders in a hundred for twenty days, then ten in a hundred for five
  const [BEFORE, SINCE] = [20 * 24, 5 * 24];
  const changed = Array.from({ length: BEFORE + SINCE }, (_, hour) => {
    return { option: 'a', hour, trials: 50, orders: hour < BEFORE ? 1 : 5 };
  });
  const at = NOON + (BEFORE + SINCE) * HOUR;

  it('is as it declares, or not at all', () => {
    const plain = programme();
    const fading = programme({ policy: { kind: 'auto', halfLifeDays: 12 } });
    expect(forgettingOf(plain, stateOf(plain, MADE), AFTER)).toEqual({});
    const declared = { declaredHalfLifeDays: 12, halfLifeDays: 12 };
    expect(forgettingOf(fading, stateOf(fading, MADE), AFTER)).toEqual(declared);
  });

  it.each([undefined, 30])(
    'is the half-life that leaves as much as counts since something changed',
    (halfLifeDays) => {
      const own = programme({ policy: { kind: 'auto', halfLifeDays } });
      const state = stateOf(own, changed);
      const found = forgettingOf(own, state, at);
      expect(found.since).toBe(noticedChange(own, state, at)!.at);
      expect(Math.abs(found.since! - (NOON + BEFORE * HOUR))).toBeLessThanOrEqual(DAY);
      expect(found.declaredHalfLifeDays).toBe(halfLifeDays);
      // by hand: every hour at its own age
      const weight = (hour: number, days: number): number => 50 * 2 ** (-(BEFORE + SINCE - hour) / 24 / days);
      const left = (days: number): number => changed.reduce((sum, { hour }) => sum + weight(hour, days), 0);
      const counted = changed
        .filter(({ hour }) => NOON + hour * HOUR >= found.since!)
        .reduce((sum, { hour }) => sum + weight(hour, halfLifeDays ?? Infinity), 0);
      expect(left(found.halfLifeDays!) / counted).toBeGreaterThan(0.95);
      expect(left(found.halfLifeDays!) / counted).toBeLessThan(1.05);
      expect(found.halfLifeDays).toBeLessThan(5);
    },
  );
});

describe('how late the signals of an option are told to come', () => {
  const own = programme({ goal: { signals: [ORDER, { ...CLICK, silence: false }] }, silence: true });
  const state = stateOf(own, [
    { option: 'a', hour: 0, trials: 500, orders: 40, late: 0.5 },
    { option: 'b', hour: 0, trials: 500, orders: 60, late: 30 },
  ]);
  const estimates = estimatesOf(own, state, AFTER);
  const of = (option: string) => estimates.find((one) => one.option === option)!.delays;
  const shareAt = (option: string, hours: number): number =>
    of(option)[0]!.curve.find((point) => point.hours === hours)!.share;

  it('is what its own say, held to those of all', () => {
    expect(of('a').map(({ signal, arrivals }) => [signal, arrivals])).toEqual([
      [ORDER.signal, 40],
      [CLICK.signal, 0],
    ]);
    expect(of('a')[0]!.pooled).toBeCloseTo(2 / 42, 9);
    expect(of('b')[0]!.pooled).toBeCloseTo(2 / 62, 9);
    expect(shareAt('a', 6)).toBeGreaterThan(0.95);
    expect(shareAt('b', 6)).toBeLessThan(0.05);
    for (const option of ['a', 'b', 'c'])
      expect(of(option)[0]!.curve.at(-1)).toEqual({ hours: 168, share: 1 });
  });

  it('is that of all for an option that has none, and nothing of what does not count for it', () => {
    expect(of('c')[0]).toMatchObject({ arrivals: 0, pooled: 1 });
    const [{ curve }] = delayCurves(own, state, AFTER) as [ReturnType<typeof delayCurves>[number]];
    for (const { hours, share } of of('c')[0]!.curve)
      expect(share).toBeCloseTo(curve.find((point) => point.hours === hours)!.share, 9);
    expect(of('silence').map(({ signal }) => signal)).toEqual([ORDER.signal]);
  });
});

describe('what the decisions for an option are told to have earned', () => {
  const observedOf = (own: Programme, made: readonly Made[] = MADE) =>
    Object.fromEntries(
      estimatesOf(own, stateOf(own, made), AFTER).map(({ option, observed }) => [option, observed]),
    );

  it('is their average, not shrunk to that of others, in units of the goal', () => {
    const { a, b, c } = observedOf(programme({ goal: { signals: [{ ...ORDER, weight: 3 }] } }));
    expect([a!.mean, b!.mean, c]).toEqual([expect.closeTo(0.3, 9), expect.closeTo(0.06, 9), undefined]);
  });

  it('is as sure as there are decisions, and never beyond what may be earned', () => {
    const widths = [20, 500, 20_000].map((trials) => {
      const { a } = observedOf(programme(), [{ option: 'a', hour: 0, trials, orders: trials / 20 }]);
      const { low, high } = a!.interval;
      expect(low).toBeGreaterThanOrEqual(0);
      expect(low).toBeLessThan(0.05);
      expect(high).toBeGreaterThan(0.05);
      expect(high).toBeLessThanOrEqual(1);
      return high - low;
    });
    expect(widths[0]).toBeGreaterThan(2 * widths[1]!);
    expect(widths[1]).toBeGreaterThan(2 * widths[2]!);
    // nothing came of many is not known to be nothing
    const { a } = observedOf(programme(), [{ option: 'a', hour: 0, trials: 300, orders: 0 }]);
    expect(a!.interval.low).toBe(0);
    expect(a!.interval.high).toBeGreaterThan(3 / 300);
  });

  it('is the same the other way round where the goal counts against it', () => {
    const [gain, loss] = [1, -1].map((weight) => {
      return observedOf(programme({ goal: { signals: [{ ...ORDER, weight }] } })).a!;
    });
    expect(loss!.mean).toBeCloseTo(-gain!.mean, 9);
    expect(loss!.interval.low).toBeCloseTo(-gain!.interval.high, 9);
    expect(loss!.interval.high).toBeCloseTo(-gain!.interval.low, 9);
  });

  it('holds gains and losses together', () => {
    const own = programme({ goal: { signals: [ORDER, { ...CLICK, weight: -1 }] } });
    const { a } = observedOf(own);
    expect(a!.mean).toBeCloseTo(0.1, 9);
    expect(a!.interval.low).toBeLessThan(a!.mean);
    expect(a!.interval.high).toBeGreaterThan(a!.mean);
  });
});

it('trials are told apart by whether all that comes of them has come', () => {
  const own = programme();
  const made = [...MADE, { option: 'a', hour: 300, trials: 70, orders: 3 }];
  const [a] = estimatesOf(own, stateOf(own, made), NOON + 310 * HOUR);
  expect([a!.complete, a!.pending.trials]).toEqual([{ trials: 400, counted: 400 }, 70]);
  expect(a!.pending.counted).toBeGreaterThan(3);
  expect(a!.complete.counted + a!.pending.counted).toBeCloseTo(a!.effectiveTrials, 9);
});
