import { describe, expect, it } from 'vitest';
import type { Programme } from '../../../core/domain/programme.ts';
import { hourOf } from '../../../core/learn/blocks.ts';
import { effectiveSums } from '../../../core/learn/effective.ts';
import { linearSumsOf } from '../../../core/learn/linear-state.ts';
import type { ModelState } from '../../../core/learn/model.ts';
import { emptyState } from '../../../core/learn/model.ts';
import type { Xoshiro } from '../../../core/maths/xoshiro.ts';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import { noticedChange } from '../../../core/measure/change.ts';
import { DAY, HOUR, NOON, ORDER, programme, REVENUE, variant } from '../../support/programmes.ts';

const FIRST = hourOf(NOON);
const OWN = programme({
  variants: [variant('a'), variant('b')],
  goal: { signals: [{ ...ORDER, windowHours: 24 }] },
});

const binomial = (rng: Xoshiro, n: number, rate: number): number =>
  Array.from({ length: n }, () => Number(rng.uniform() < rate)).reduce((sum, x) => sum + x, 0);

/** So many decisions of each option in every four hours, answered at once. */
function played(own: Programme, days: number, rateOf: (option: string, day: number) => number, seed: number) {
  const rng = rngFromNumber(seed);
  const sums = linearSumsOf(own);
  const state: ModelState = { ...emptyState(), linear: sums.empty() };
  for (let hour = 0; hour < 24 * days; hour += 4) {
    for (const { id: option } of own.variants) {
      const trial = { option, context: {}, hour: FIRST + hour };
      sums.addTrials(state.linear, trial, 100);
      const orders = binomial(rng, 100, rateOf(option, hour / 24));
      const credits = { [ORDER.signal]: { worth: 1, delay: 0 } };
      for (let i = 0; i < orders; i++) sums.moveCredits(state.linear, trial, {}, credits);
    }
  }
  return state;
}

const at = (days: number): number => NOON + days * DAY;

describe('a change of what an option earns', () => {
  const swapped = (option: string, day: number): number => ((option === 'a') === day < 40 ? 0.04 : 0.01);

  it('is noticed within days, placed near where it was, and everything before it is forgotten', () => {
    for (const seed of [1, 2, 3]) {
      const state = played(OWN, 45, swapped, seed);
      const found = noticedChange(OWN, state, at(45))!;
      expect(Math.abs(found.at - at(40))).toBeLessThan(1.5 * DAY);
      expect(found.factor! > 1).toBe(found.option === 'b');
      const { options } = effectiveSums(OWN, state, at(45));
      const rate = (option: string): number =>
        options[option]!.responses[ORDER.signal]![0]! / options[option]!.information[0]!;
      expect(rate('b')).toBeGreaterThan(2 * rate('a'));
      expect(options.a!.information[0]).toBeLessThan(6.5 * 600);
    }
  });

  it('is told as no multiple of what never happened before, which would be no number', () => {
    const begun = (option: string, day: number): number => (option === 'a' && day < 40 ? 0 : 0.04);
    const found = noticedChange(OWN, played(OWN, 45, begun, 1), at(45))!;
    expect(found).toMatchObject({ option: 'a', signal: ORDER.signal });
    expect(JSON.parse(JSON.stringify(found))).not.toHaveProperty('factor');
  });

  it('is not seen where there was none, and nothing is forgotten', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const state = played(OWN, 60, (option) => (option === 'a' ? 0.04 : 0.02), seed);
      for (const days of [60.1, 70, 200]) expect(noticedChange(OWN, state, at(days))).toBeUndefined();
      expect(effectiveSums(OWN, state, at(62)).options.a!.information[0]).toBe(36_000);
    }
  });

  it('is noticed where every option changed by too little for any to show it alone', () => {
    const own = { ...OWN, variants: ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((id) => variant(id)) };
    const lower = (_: string, day: number): number => (day < 40 ? 0.04 : 0.028);
    for (const seed of [1, 2, 3]) {
      const found = noticedChange(own, played(own, 44, lower, seed), at(44))!;
      expect(Math.abs(found.at - at(40))).toBeLessThan(1.5 * DAY);
      expect(noticedChange(OWN, played(OWN, 44, lower, seed), at(44))).toBeUndefined();
    }
  });

  // docs/policies.md: less than one false alarm in twenty years of programmes in which nothing changes
  it('is imagined in at most one of twenty years, looked at every other day', () => {
    const [years, rates] = [100, { a: 0.01, b: 0.02, c: 0.03, d: 0.05 }];
    const own = { ...OWN, variants: Object.keys(rates).map((id) => variant(id)) };
    const sums = linearSumsOf(own);
    let alarms = 0;
    for (let year = 0; year < years; year++) {
      const rng = rngFromNumber(1_000 + year);
      const state: ModelState = { ...emptyState(), linear: sums.empty() };
      let noticed = false;
      for (let day = 0; day < 365 && !noticed; day++) {
        for (const [option, rate] of Object.entries(rates)) {
          const trial = { option, context: {}, hour: FIRST + 24 * day };
          sums.addTrials(state.linear, trial, 100);
          const credits = { [ORDER.signal]: { worth: 1, delay: 0 } };
          for (let i = binomial(rng, 100, rate); i > 0; i--)
            sums.moveCredits(state.linear, trial, {}, credits);
        }
        noticed = day % 2 === 1 && noticedChange(own, state, at(day + 0.9)) !== undefined;
      }
      alarms += Number(noticed);
    }
    expect(alarms).toBeLessThanOrEqual(years / 20);
  }, 120_000);

  it('is not a weekend, however much more is bought then, and is still noticed beside it', () => {
    const rhythm = (day: number): number => (Math.floor(day) % 7 >= 5 ? 2 : 1);
    for (const seed of [1, 2, 3]) {
      const steady = played(OWN, 42, (option, day) => rhythm(day) * (option === 'a' ? 0.04 : 0.02), seed);
      for (const days of [42, 42.5, 43, 44]) expect(noticedChange(OWN, steady, at(days))).toBeUndefined();
      const moved = played(OWN, 49, (option, day) => rhythm(day) * swapped(option, day), seed);
      expect(noticedChange(OWN, moved, at(49))).toBeDefined();
    }
  });

  it('is the last of several', () => {
    const twice = (_: string, day: number): number => (day < 20 ? 0.02 : day < 40 ? 0.06 : 0.02);
    const found = noticedChange(OWN, played(OWN, 50, twice, 4), at(50))!;
    expect(Math.abs(found.at - at(40))).toBeLessThan(3 * DAY);
  });

  it('is not one when other people get an option than before: a model of the context expects what they do', () => {
    const context = { plan: { type: 'category' as const, values: ['free', 'pro'] } };
    const own = { ...OWN, context, policy: { kind: 'linear-thompson' as const } };
    const rng = rngFromNumber(5);
    const sums = linearSumsOf(own);
    const state: ModelState = { ...emptyState(), linear: sums.empty() };
    for (let hour = 0; hour < 24 * 30; hour += 4) {
      // at first half of them are free customers, who order four times as often; from the tenth day on nine of ten
      for (const [plan, rate] of [['free', 0.08] as const, ['pro', 0.02] as const]) {
        const free = hour < 240 ? 100 : 180;
        const [n, trial] = [
          plan === 'free' ? free : 200 - free,
          { option: 'a', context: { plan }, hour: FIRST + hour },
        ];
        sums.addTrials(state.linear, trial, n);
        const credits = { [ORDER.signal]: { worth: 1, delay: 0 } };
        for (let i = binomial(rng, n, rate); i > 0; i--) sums.moveCredits(state.linear, trial, {}, credits);
      }
    }
    expect(noticedChange(own, state, at(31))).toBeUndefined();
    expect(noticedChange(OWN, { ...state, linear: plainOf(state) }, at(31))).toBeDefined();
  });

  it('of an A/B test is not looked for: all of its trials count', () => {
    const own = { ...OWN, policy: { kind: 'fixed-split' as const } };
    const state = played(own, 45, swapped, 1);
    expect(effectiveSums(own, state, at(45) + HOUR).options.a!.information[0]).toBeGreaterThan(26_900);
  });
});

describe('a change of what people spend', () => {
  const CAP = 500_000;
  const SHOP = { ...OWN, goal: { signals: [{ ...REVENUE, cap: CAP, weight: 1, windowHours: 24 }] } };

  interface Shop {
    /** Share of the decisions for `a` that somebody orders after, and what they spend as a rule. */
    until30: [rate: number, spent: number];
    since: [rate: number, spent: number];
    /** On this day somebody orders for 60,000 after a decision for `a`. */
    huge?: number;
  }

  /** The first day on whose end a change is noticed; of 60, with 480 decisions of each option on each. */
  function noticedOn({ until30, since, huge }: Shop, seed: number): number | undefined {
    const rng = rngFromNumber(seed);
    const sums = linearSumsOf(SHOP);
    const state: ModelState = { ...emptyState(), linear: sums.empty() };
    for (let hour = 0; hour < 24 * 60; hour += 4) {
      for (const option of ['a', 'b']) {
        const [rate, spent] = option === 'b' ? [0.04, 60] : hour < 24 * 30 ? until30 : since;
        const trial = { option, context: {}, hour: FIRST + hour };
        const order = (value: number): void =>
          sums.moveCredits(state.linear, trial, {}, { [REVENUE.signal]: { worth: value / CAP, delay: 0 } });
        sums.addTrials(state.linear, trial, 80);
        for (let i = binomial(rng, 80, rate); i > 0; i--) order(spent * Math.exp(0.4 * rng.normal()));
        if (option === 'a' && hour === 24 * (huge ?? -1)) order(60_000);
      }
      const day = (hour + 4) / 24;
      if (Number.isInteger(day) && noticedChange(SHOP, state, at(day))) return day;
    }
    return undefined;
  }

  const seeds = [1, 2, 3, 4];

  it('is noticed as soon where one order was a thousand times the others, before it or since', () => {
    const fewer: Shop = { until30: [0.05, 60], since: [0.02, 60] };
    for (const seed of seeds) {
      const without = noticedOn(fewer, seed)!;
      expect(without).toBeGreaterThan(30);
      expect(without).toBeLessThan(40);
      for (const huge of [10, 31]) {
        expect(Math.abs(noticedOn({ ...fewer, huge }, seed)! - without)).toBeLessThanOrEqual(4);
      }
    }
  });

  it('is noticed where as many order and spend half as much', () => {
    for (const seed of seeds) {
      const days = noticedOn({ until30: [0.05, 60], since: [0.05, 30], huge: 10 }, seed)!;
      expect(days).toBeGreaterThan(30);
      expect(days).toBeLessThan(40);
    }
  });

  it('is not one order of a thousand times the others, however few there are', () => {
    for (const rate of [0.002, 0.05]) {
      for (const huge of [3, 20, 56]) {
        const steady: Shop = { until30: [rate, 60], since: [rate, 60], huge };
        for (const seed of seeds) expect(noticedOn(steady, seed)).toBeUndefined();
      }
    }
  });
});

/** The same trials as a programme without context adds them up. */
function plainOf({ linear }: ModelState): ModelState['linear'] {
  const plain = linearSumsOf(OWN).empty();
  const blocks = linear.blocks.map((block) => ({
    ...block,
    options: Object.fromEntries(
      Object.entries(block.options).map(([option, total]) => [
        option,
        {
          ...total,
          information: total.information.slice(0, 1),
          responses: { [ORDER.signal]: total.responses[ORDER.signal]!.slice(0, 1) },
        },
      ]),
    ),
  }));
  return { ...plain, newest: linear.newest, blocks };
}
