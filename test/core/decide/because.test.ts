import { describe, expect, it } from 'vitest';
import { again, asRecorded, isComplete } from '../../../core/decide/again.ts';
import { explain } from '../../../core/decide/why/explain.ts';
import type { Contribution } from '../../../core/domain/contribution.ts';
import type { Decision } from '../../../core/domain/decision.ts';
import type { Programme } from '../../../core/domain/programme.ts';
import { hourOf } from '../../../core/learn/blocks.ts';
import { addPlanned, addResponse, emptyHours } from '../../../core/learn/hour-sums.ts';
import { linearSumsOf } from '../../../core/learn/linear-state.ts';
import type { ModelState } from '../../../core/learn/model.ts';
import { emptyState } from '../../../core/learn/model.ts';
import { mainContributions } from '../../../core/policies/main-contributions.ts';
import { LearnedTimes } from '../../../core/timing/learned-times.ts';
import { decided, live } from '../../support/decisions.ts';
import { CONTEXT, HOUR, NOON, ORDER, programme, variant } from '../../support/programmes.ts';

const OWN = programme({ ...CONTEXT, policy: { kind: 'linear-thompson' } });
const nothing = (): [] => [];
const sum = (parts: readonly Contribution[]): number => parts.reduce((all, own) => all + own.contribution, 0);

/** Free customers like a, pro customers b. */
function learned(own: Programme, times: number): ModelState {
  const [state, sums] = [emptyState(), linearSumsOf(own)];
  state.linear = sums.empty();
  for (const [option, plan, orders] of [
    ...[['a', 'free', 90] as const, ['b', 'free', 20] as const, ['c', 'free', 10] as const],
    ...[['a', 'pro', 20] as const, ['b', 'pro', 90] as const, ['c', 'pro', 10] as const],
  ]) {
    const trial = { option, context: { plan, days: 40 }, hour: hourOf(NOON) };
    sums.addTrials(state.linear, trial, 900);
    for (let i = 0; i < orders * times; i++)
      sums.moveCredits(state.linear, trial, {}, { [ORDER.signal]: { worth: 1 } });
  }
  return state;
}

const then = live(OWN, learned(OWN, 1), 7);
const later = live(OWN, learned(OWN, 2), 8);

/** Decisions of many sends, as a store has them. */
function recorded(): Decision[] {
  return Array.from({ length: 60 }, (_, i) => {
    const context = { plan: i % 2 === 0 ? 'free' : 'pro', days: (i * 7) % 365 };
    const made = decided(then, { request: { context }, seed: `seed ${i}` });
    return JSON.parse(JSON.stringify(made)) as Decision;
  });
}

describe('a decision of a policy that goes by the context', () => {
  const all = recorded();

  it('records what the score of the chosen option is the sum of', () => {
    expect(new Set(all.map(({ option }) => option)).size).toBeGreaterThan(1);
    for (const { because, eligible, option } of all) {
      expect(sum(because!)).toBeCloseTo(eligible.find((own) => own.option === option)!.score, 12);
      expect(because!.map(({ feature }) => feature)).toContain('constant');
    }
  });

  it('is explained by contributions of each option that add up to its score, by the model that decided', () => {
    for (const decision of all) {
      const told = explain(decision, then, nothing);
      expect(told).toMatchObject({ recomputed: true, noContributions: undefined });
      expect(told.summary).toMatch(/; to its score added most .+ \([+-]?[\d.e-]+\)/);
      for (const { contributions, score } of told.options)
        expect(sum(contributions!)).toBeCloseTo(score!, 12);
    }
  });

  it('once that model is gone, by what was recorded of the chosen option, and says so', () => {
    for (const decision of all) {
      const told = explain(decision, later, nothing);
      expect(told.noContributions).toMatch(/^version 7 of the model, which decided, is not kept/);
      for (const { fate, contributions } of told.options) {
        expect(contributions).toEqual(fate === 'chosen' ? decision.because : undefined);
      }
      if (!isComplete(decision)) throw new Error('its facts were recorded');
      const made = again(decision, { ...later, modelVersion: 7, policy: asRecorded(decision, later.policy) });
      expect(JSON.parse(JSON.stringify(made))).toEqual(decision);
    }
  });

  it('from before contributions were recorded is explained without', () => {
    const old = { ...all[0]!, because: undefined };
    const told = explain(old, then, nothing);
    expect(told).toMatchObject({ recomputed: true, noContributions: undefined });
    for (const own of told.options) expect(own.contributions).toBeUndefined();
  });
});

it('a policy that knows no context records none', () => {
  expect(decided(live(programme({ policy: { kind: 'weighted-thompson' } }))).because).toBeUndefined();
});

it('of many contributions the largest are told and the others as one, which changes nothing when it is done again', () => {
  const many = Array.from({ length: 40 }, (_, i) => ({
    feature: `f${i}`,
    value: 1,
    contribution: Math.sin(i * 12.9) * (i + 1),
  }));
  const told = mainContributions(many);
  expect(told).toHaveLength(8);
  expect(sum(told)).toBeCloseTo(sum(many), 9);
  expect(told.some(({ feature }) => feature === '33 others')).toBe(true);
  const smallestTold = Math.min(
    ...told.filter(({ feature }) => feature.startsWith('f')).map((own) => Math.abs(own.contribution)),
  );
  const untold = many.filter((own) => !told.includes(own));
  for (const own of untold) expect(Math.abs(own.contribution)).toBeLessThanOrEqual(smallestTold);
  expect(mainContributions(told)).toEqual(told);
});

it('tells what the time of a message adds, where not every variant may be sent at every time', () => {
  const own = programme({
    ...{ ...CONTEXT, policy: { kind: 'linear-thompson' }, timing: { horizonHours: 12 } },
    variants: [variant('a', { endsAt: new Date(NOON + 2 * HOUR).toISOString() }), variant('b')],
  });
  // the evenings of long ago went three times as well as other hours
  const hours = emptyHours();
  for (let hour = 0; hour < 168; hour++) {
    const planned = { week: 2_000, hour, channel: 'email' };
    addPlanned(hours, planned, 400);
    const responses = hour % 24 >= 18 && hour % 24 < 22 ? 120 : 40;
    for (let i = 0; i < responses; i++) addResponse(hours, planned, 1);
  }
  const on = { ...live(own, learned(own, 1), 7), times: new LearnedTimes(own, hours) };
  const factors = new Map<string, number>();
  for (let i = 0; i < 40; i++) {
    const made = decided(on, { request: { context: { plan: 'free', days: 40 } }, seed: `seed ${i}` });
    const told = explain(JSON.parse(JSON.stringify(made)) as Decision, on, nothing);
    expect(told.recomputed).toBe(true);
    for (const { option, contributions, score } of told.options) {
      expect(sum(contributions!)).toBeCloseTo(score!, 12);
      const time = contributions!.find(({ feature }) => feature === 'send time');
      factors.set(option, time?.value ?? 1);
    }
  }
  expect(factors.get('b')! / factors.get('a')!).toBeGreaterThan(2);
});
