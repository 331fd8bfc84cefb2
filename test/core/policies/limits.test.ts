import { describe, expect, it } from 'vitest';
import { again, asRecorded, isComplete } from '../../../core/decide/again.ts';
import { funnelOf } from '../../../core/decide/funnel.ts';
import { explain, sameOutcome } from '../../../core/decide/why/explain.ts';
import type { Decision } from '../../../core/domain/decision.ts';
import type { Programme } from '../../../core/domain/programme.ts';
import type { ModelState } from '../../../core/learn/model.ts';
import { emptyState } from '../../../core/learn/model.ts';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import { estimatesOf } from '../../../core/measure/estimates.ts';
import { beyondProbability } from '../../../core/policies/limits.ts';
import { addTrials, moveWorth } from '../../support/earned.ts';
import { ANYWHERE, decided, live } from '../../support/decisions.ts';
import { LEFT, NOON, ORDER, programme, variant } from '../../support/programmes.ts';

type Goal = Programme['goal'];

const LIMIT = { signal: LEFT.signal, atMost: 0.003 };
const GOAL: Goal = { signals: [ORDER, { ...LEFT, weight: -0.1 }], limits: [LIMIT] };
const BOTH = { limits: [LIMIT], signals: GOAL.signals };

type Earned = Record<string, { orders: number; left: number }>;
const TRIALS = 4_000;

function stateOf(earned: Earned): ModelState {
  const state = emptyState();
  for (const [option, { orders, left }] of Object.entries(earned)) {
    addTrials(state, option, TRIALS);
    for (let n = 0; n < orders; n++) moveWorth(state, option, ORDER.signal, { before: 0, after: 1 });
    for (let n = 0; n < left; n++) moveWorth(state, option, LEFT.signal, { before: 0, after: 1 });
  }
  return state;
}

/** The best by far drives people away; 12 of 4,000 are the limit. */
const EARNED: Earned = {
  a: { orders: 400, left: 30 },
  b: { orders: 120, left: 5 },
  c: { orders: 100, left: 3 },
};
const ALL_BEYOND: Earned = { ...EARNED, b: { orders: 120, left: 40 }, c: { orders: 100, left: 50 } };

const on = (earned: Earned, changes: Partial<Programme> = {}): ReturnType<typeof live> =>
  live(programme({ goal: GOAL, ...changes }), stateOf(earned));

describe('how sure it is that an option is beyond a limit', () => {
  it.each([
    [0.003, 0, 0],
    [0.003, 400, 3],
    [0.003, 9_000, 20],
    [0.05, 100, 9],
    [0.5, 3, 1],
  ])('is the posterior probability: at most %d, %d trials, %d with it', (atMost, trials, count) => {
    // by summing the density, the variable being squared so that nothing is infinite at 0
    const [alpha, beta] = [0.5 + count, (0.5 * (1 - atMost)) / atMost + trials - count];
    const steps = 400_000;
    let [below, all] = [0, 0];
    for (let i = 0; i < steps; i++) {
      const root = (i + 0.5) / steps;
      const x = root * root;
      const density = Math.exp((alpha - 0.5) * Math.log(x) + (beta - 1) * Math.log1p(-x));
      all += density;
      if (x < atMost) below += density;
    }
    expect(beyondProbability(atMost, { trials, count })).toBeCloseTo(1 - below / all, 3);
  });

  it('is a third before anything is known, so that nothing is dropped unheard', () => {
    for (const atMost of [1e-4, 0.003, 0.02]) {
      expect(Math.abs(beyondProbability(atMost, { trials: 0, count: 0 }) - 0.32)).toBeLessThan(0.01);
    }
  });

  it('hardly ever drops an option at half the limit, looked at all the time, and soon one at twice', () => {
    const droppedAfter = (rate: number, seed: number): number => {
      const rng = rngFromNumber(seed);
      let count = 0;
      for (let trials = 1; trials <= 10_000; trials++) {
        if (rng.uniform() >= rate) continue;
        if (beyondProbability(LIMIT.atMost, { trials, count: ++count }) > 0.9) return trials;
      }
      return Infinity;
    };
    const runs = (rate: number): number[] => Array.from({ length: 200 }, (_, i) => droppedAfter(rate, i + 1));
    expect(runs(0.0015).filter(Number.isFinite).length).toBeLessThan(12);
    const soon = runs(0.006).sort((a, b) => a - b);
    expect(soon.at(-1)).toBeLessThan(10_000);
    expect(soon[100]).toBeLessThan(1_500);
  });
});

describe('an option beyond a limit', () => {
  it('is not chosen any more, and recorded as dropped with what was counted', () => {
    const decision = decided(on(EARNED));
    expect(decision.eligible.map(({ option }) => option)).toEqual(['b', 'c']);
    expect(decision.eligible.reduce((sum, { propensity }) => sum + propensity, 0)).toBeCloseTo(1, 12);
    expect(decision.dropped).toEqual([
      {
        ...{ option: 'a', rule: 'limits', signal: LEFT.signal, count: 30, limit: 12 },
        detail: '30 unsubscribed in 4,000 decisions, at most 0.3 % may have it: with 100 % it is more',
      },
    ]);
    expect(decided(on(EARNED, { goal: { signals: GOAL.signals } })).eligible).toHaveLength(3);
    const { goal } = programme({ goal: { ...BOTH, limits: [{ ...LIMIT, atMost: 0.02 }] } });
    expect(decided(on(EARNED, { goal })).eligible).toHaveLength(3);
  });

  it('is told as what would have had to be otherwise, which it would have', () => {
    const unlimited = on(EARNED, { goal: { signals: GOAL.signals } });
    let told = 0;
    for (let i = 0; i < 60; i++) {
      const made = JSON.parse(JSON.stringify(decided(on(EARNED), { seed: `seed ${i}` }))) as Decision;
      const { options } = explain(made, on(EARNED), () => []);
      const { wouldTake } = options.find(({ option }) => option === 'a')!;
      if (wouldTake !== 'if the limit of unsubscribed allowed it') continue;
      told++;
      expect(decided(unlimited, { seed: `seed ${i}` }).option).toBe('a');
    }
    // it is the best by far
    expect(told).toBeGreaterThan(40);
  });

  it('has to be so with the probability that is declared', () => {
    const earned = { ...EARNED, a: { orders: 400, left: 18 } };
    const beyond = beyondProbability(0.003, { trials: TRIALS, count: 18 });
    expect(beyond).toBeGreaterThan(0.9);
    expect(beyond).toBeLessThan(0.97);
    for (const [sure, left] of [
      [0.9, 2],
      [0.97, 3],
    ] as const) {
      const goal = { ...BOTH, limits: [{ ...LIMIT, sure }] };
      expect(decided(on(earned, { goal })).eligible).toHaveLength(left);
    }
  });

  it('leaves holdouts and variants asked for by name alone', () => {
    const held = on(EARNED, { holdout: { kind: 'random', share: 0.9 } });
    const decisions = Array.from({ length: 20 }, (_, i) => decided(held, { sendKey: `${i}` }));
    const random = decisions.filter(({ reason }) => reason === 'holdout');
    for (const { eligible } of random) expect(eligible).toHaveLength(3);
    expect(decided(on(EARNED), { request: { pin: 'a' } })).toMatchObject({ reason: 'pinned', variant: 'a' });
  });

  it('is told in the report, with a probability of 0', () => {
    const own = programme({ goal: GOAL });
    const [a, b] = estimatesOf(own, stateOf(EARNED), NOON);
    expect(a).toMatchObject({
      propensity: 0,
      limits: [{ ...LIMIT, trials: TRIALS, count: 30, dropped: true }],
    });
    expect(b!.limits![0]).toMatchObject({ dropped: false, count: 5 });
    expect(b!.propensity).toBeGreaterThan(0.5);
    expect(estimatesOf(own, stateOf(ALL_BEYOND), NOON).every(({ propensity }) => propensity === 0)).toBe(
      true,
    );
  });
});

describe('when every variant is beyond a limit', () => {
  const goal: Goal = { ...GOAL, beyondLimits: 'fallback' };

  it.each<[string, Partial<Programme>, Partial<Decision>, number]>([
    ['nothing is sent', {}, { action: 'silence', reason: 'guardrail', guardrail: 'limits', learn: false }, 3],
    [
      'silence is chosen where it is an option',
      { silence: true },
      { option: 'silence', reason: 'policy', propensity: 1 },
      3,
    ],
    [
      'the fallback stands in where that is declared',
      { silence: true, fallback: 'b', goal },
      { variant: 'b', reason: 'fallback', propensity: 1, learn: true },
      2,
    ],
    ['the fallback is not sent otherwise', { fallback: 'b' }, { action: 'silence', reason: 'guardrail' }, 3],
    [
      'a fallback that may not be sent is not',
      { fallback: 'b', goal, variants: [variant('a'), variant('b', { approval: undefined }), variant('c')] },
      { action: 'silence', reason: 'guardrail', guardrail: 'limits' },
      3,
    ],
  ])('%s', (_, changes, expected, dropped) => {
    const asked = on(ALL_BEYOND, changes);
    const decision = decided(asked);
    expect(decision).toMatchObject(expected);
    expect(decision.dropped).toHaveLength(dropped);
    const { candidates, chosen, notChosen, dropped: gone } = funnelOf(decision, asked.programme);
    const sum = (of: Record<string, number>): number => Object.values(of).reduce((total, n) => total + n, 0);
    expect(candidates).toBe(chosen + sum(notChosen) + sum(gone));
    expect(gone.limits).toBe(changes.variants ? 2 : dropped);
    expect(explain(decision, asked, () => []).summary).toMatch(/limit/);
    const kind = changes.variants ? 'auto' : 'linear-thompson';
    const [first] = estimatesOf({ ...asked.programme, policy: { kind } }, stateOf(ALL_BEYOND), NOON);
    expect(first!.propensity).toBe(0);
  });
});

describe('a recorded decision', () => {
  it('is made again as the limits were then, whatever is known by now', () => {
    const goal: Goal = { ...GOAL, beyondLimits: 'fallback' };
    const shapes: Partial<Programme>[] = [{}, { silence: true }, { fallback: 'b', goal }];
    for (const changes of shapes) {
      for (const [then, now] of [
        [EARNED, ALL_BEYOND],
        [ALL_BEYOND, EARNED],
        [ALL_BEYOND, {}],
        [{}, ALL_BEYOND],
      ] as const) {
        const decision = decided(on(then, changes));
        if (!isComplete(decision)) throw new Error('nothing was recorded');
        const later = on(now, changes);
        const made = again(decision, { ...later, policy: asRecorded(decision, later.policy) });
        expect(sameOutcome(made, decision)).toBe(true);
      }
    }
  });
});

describe('weights', () => {
  /** Orders and unsubscriptions in 4,000: the last is worse than the second in both. */
  const FRONT: Earned = {
    loud: { orders: 400, left: 100 },
    usual: { orders: 300, left: 40 },
    quiet: { orders: 160, left: 8 },
    poor: { orders: 260, left: 60 },
  };

  const best = (weight: number, limits?: Goal['limits']): string => {
    const variants = Object.keys(FRONT).map((id) => variant(id));
    const goal: Goal = { signals: [ORDER, { ...LEFT, weight }], limits };
    const { policy } = live(programme({ goal, variants }), stateOf(FRONT));
    const open = Object.keys(FRONT).filter((id) => policy.beyond?.([id], NOON).length !== 1);
    return policy.score(open, ANYWHERE).reduce((a, b) => (a.propensity > b.propensity ? a : b)).option;
  };

  it('move the choice along the front, never off it', () => {
    // by hand: loud and usual cross at 100 orders / 60, usual and quiet at 140 / 32
    const chosen = [-0.01, -1, -1.5, -1.9, -3, -4.1, -4.8, -20].map((weight) => best(weight));
    expect(chosen).toEqual(['loud', 'loud', 'loud', 'usual', 'usual', 'usual', 'quiet', 'quiet']);
  });

  it('choose among what the limits leave', () => {
    expect(best(-0.01, [{ ...LIMIT, atMost: 0.015 }])).toBe('usual');
    expect(best(-0.01, [{ ...LIMIT, atMost: 0.004 }])).toBe('quiet');
  });
});
