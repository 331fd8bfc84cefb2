import { describe, expect, it } from 'vitest';
import { draw } from '../../../core/decide/draw.ts';
import type { PolicyKind } from '../../../core/domain/programme.ts';
import { hourOf } from '../../../core/learn/blocks.ts';
import { linearSumsOf } from '../../../core/learn/linear-state.ts';
import type { ModelState } from '../../../core/learn/model.ts';
import { addPersons, emptyState, moveReward } from '../../../core/learn/model.ts';
import type { Xoshiro } from '../../../core/maths/xoshiro.ts';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import { estimatesOf } from '../../../core/measure/estimates.ts';
import { liftOf } from '../../../core/measure/lift.ts';
import { live } from '../../support/decisions.ts';
import { DAY, NOON, ORDER, programme } from '../../support/programmes.ts';

describe('a lift that is looked at every day', () => {
  const PROGRAMMES = 200;
  const LOOKS = 100;
  const DAILY = 100;
  const MESSAGES = 10;

  /** Adds a day: people who get ten messages each and answer as readily as they do, one in five of them held out. */
  function addDay(state: ModelState, rng: Xoshiro): void {
    for (let i = 0; i < DAILY; i++) {
      const arm = rng.uniform() < 0.2 ? 'holdout' : 'treated';
      // most hardly ever answer, a few often do
      const rate = 0.4 * rng.uniform() ** 4;
      addPersons(state, arm, 1);
      for (let n = 0, answers = 0; n < MESSAGES; n++) {
        if (rng.uniform() < rate) moveReward(state, arm, answers, ++answers);
      }
    }
  }

  /** As if all messages were those of different people, and nobody had looked before. */
  function looksDifferent({ arms }: ModelState): boolean {
    const [a, b] = [arms.treated, arms.holdout].map(({ persons, sum }) => {
      const n = persons * MESSAGES;
      const mean = (sum.sum + sum.lost) / n;
      return { mean, variance: (mean * (1 - mean)) / n };
    });
    return Math.abs(a!.mean - b!.mean) > 1.96 * Math.sqrt(a!.variance + b!.variance);
  }

  it('is found in no more than 5 % of programmes that make no difference, though people come again and again', () => {
    const rng = rngFromNumber(21);
    const wrong = { sequence: 0, naive: 0 };
    for (let p = 0; p < PROGRAMMES; p++) {
      const state = emptyState();
      const found = { sequence: false, naive: false };
      for (let look = 0; look < LOOKS; look++) {
        addDay(state, rng);
        const { interval } = liftOf(state);
        if (interval && (interval.low > 0 || interval.high < 0)) found.sequence = true;
        if (looksDifferent(state)) found.naive = true;
      }
      wrong.sequence += Number(found.sequence);
      wrong.naive += Number(found.naive);
    }
    expect(wrong.sequence / PROGRAMMES).toBeLessThanOrEqual(0.05);
    // the world is one in which it matters
    expect(wrong.naive / PROGRAMMES).toBeGreaterThan(0.4);
  });

  it('is found where it is there', () => {
    const rng = rngFromNumber(22);
    const state = emptyState();
    for (const [arm, rate] of [
      ['treated', 0.06],
      ['holdout', 0.04],
    ] as const) {
      addPersons(state, arm, 10_000);
      for (let i = 0; i < 10_000; i++) if (rng.uniform() < rate) moveReward(state, arm, 0, 1);
    }
    const { interval, difference } = liftOf(state);
    expect(interval!.low).toBeGreaterThan(0);
    expect(interval!.high).toBeGreaterThan(difference);
  });
});

describe('the interval of an option', () => {
  const REPETITIONS = 100;
  const FOLDS = 25;
  const BATCH = 200;
  const OPTIONS = ['a', 'b', 'c'];

  const LOOKS = 5;

  /**
   * How often the truth is in what is reported of three options, among which a policy has chosen 5,000 times by what it had seen: in what is
   * believed at the end, and in what was observed at all of several looks.
   */
  function held(kind: PolicyKind, spread: number): { believed: number; observed: number } {
    const inside = { believed: 0, observed: 0 };
    for (let seed = 0; seed < REPETITIONS; seed++) {
      const rng = rngFromNumber(23_000 + seed);
      const own = programme({ policy: { kind } });
      const sums = linearSumsOf(own);
      const state = { ...emptyState(), linear: sums.empty() };
      const rates = new Map(OPTIONS.map((option) => [option, 0.05 * Math.exp(spread * rng.normal())]));
      const missed = new Set<string>();
      const look = (): void => {
        for (const { option, observed } of estimatesOf(own, state, NOON)) {
          const { low = -Infinity, high = Infinity } = observed?.interval ?? {};
          if (low > rates.get(option)! || rates.get(option)! > high) missed.add(option);
        }
      };
      for (let fold = 0; fold < FOLDS; fold++) {
        if (fold % LOOKS === 0) look();
        const scored = live(own, state).policy.score(OPTIONS, { context: {}, at: NOON });
        const chosen = Array.from({ length: BATCH }, () => draw(scored, rng).option);
        for (const option of OPTIONS) {
          const trial = { option, context: {}, hour: hourOf(NOON - 30 * DAY) };
          const trials = chosen.filter((own) => own === option).length;
          sums.addTrials(state.linear, trial, trials);
          for (let i = 0; i < trials; i++) {
            if (rng.uniform() >= rates.get(option)!) continue;
            sums.moveCredits(state.linear, trial, {}, { [ORDER.signal]: { worth: 1 } });
          }
        }
      }
      for (const { option, interval } of estimatesOf(own, state, NOON)) {
        inside.believed += Number(interval.low <= rates.get(option)! && rates.get(option)! <= interval.high);
      }
      look();
      inside.observed += OPTIONS.length - missed.size;
    }
    const intervals = REPETITIONS * OPTIONS.length;
    return { believed: inside.believed / intervals, observed: inside.observed / intervals };
  }

  // of what is believed three standard errors of 300 intervals, 1.7 % each, below the 90 and 93 % that were measured
  it.each(['auto', 'weighted-thompson'] as const)(
    'holds the truth though %s chose by what it saw',
    (kind) => {
      const { believed, observed } = held(kind, 0.3);
      expect(believed).toBeGreaterThan(0.85);
      expect(observed).toBeGreaterThan(0.95);
    },
  );

  // what had bad luck is left alone and stays too low: 84 and 90 % were measured, plain means of a bandit's choices have 88 %
  it.each(['auto', 'weighted-thompson'] as const)(
    'holds it less often where options are equal, but for what was observed: %s',
    (kind) => {
      const { believed, observed } = held(kind, 0);
      expect(believed).toBeGreaterThan(0.77);
      expect(observed).toBeGreaterThan(0.95);
    },
  );
});
