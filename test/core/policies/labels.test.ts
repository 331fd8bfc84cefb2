import { describe, expect, it } from 'vitest';
import { hourOf } from '../../../core/learn/blocks.ts';
import { linearSumsOf } from '../../../core/learn/linear-state.ts';
import { emptyState } from '../../../core/learn/model.ts';
import { policyOf } from '../../../core/policies/policy-of.ts';
import { CONTEXT, DAY, NOON, ORDER, programme, variant } from '../../support/programmes.ts';

const RATES = { a: 0.1, b: 0.11, c: 0.02, d: 0.022, e: 0.1, f: 0.02 };
const HOOKS = { a: 'price', b: 'price', c: 'story', d: 'story', e: 'price', f: 'story' };

type Labels = Record<string, string>;

/** Orders by plan: the one hook is for those who pay, the other for those who do not. */
const BY_PLAN = { price: { free: 0.1, pro: 0.02 }, story: { free: 0.02, pro: 0.1 } };
type Plan = 'free' | 'pro';

/** What a new option is believed to earn on each plan after 2,000 trials of every other option on each, with the label of its hook. */
function byPlan(kind: 'auto' | 'shared-linear-thompson', hook?: keyof typeof BY_PLAN): Record<Plan, number> {
  const own = programme({
    context: { plan: { type: 'category', values: ['free', 'pro'] } },
    policy: { kind },
    variants: [...Object.entries(HOOKS), ['new', hook] as const].map(([id, hook]) =>
      variant(id, hook === undefined ? {} : { labels: { hook } }),
    ),
  });
  const state = emptyState();
  const sums = linearSumsOf(own);
  state.linear = sums.empty();
  for (const [option, hook] of Object.entries(HOOKS)) {
    for (const plan of ['free', 'pro'] as const) {
      const trial = { option, context: { plan }, hour: hourOf(NOON - 8 * DAY) };
      sums.addTrials(state.linear, trial, 2_000);
      for (let i = 0; i < BY_PLAN[hook as keyof typeof BY_PLAN][plan] * 2_000; i++)
        sums.moveCredits(state.linear, trial, {}, { [ORDER.signal]: { worth: 1 } });
    }
  }
  const policy = policyOf(own, { programme: own.id, version: 1, state });
  const scoreOf = (plan: Plan): number =>
    policy.score(['a', 'new'], { context: { plan }, at: NOON }).find(({ option }) => option === 'new')!.score;
  return { free: scoreOf('free'), pro: scoreOf('pro') };
}

/** Scores after so many trials of every option but `new`, each with its hook as its label. */
function scores(hooks: Labels, { trials = 2_000, context = false } = {}): Record<string, number> {
  const own = programme({
    ...(context && CONTEXT),
    policy: { kind: 'auto' },
    variants: [...Object.keys(RATES), 'new'].map((id) =>
      variant(id, hooks[id] === undefined ? {} : { labels: { hook: hooks[id] } }),
    ),
  });
  const state = emptyState();
  const sums = linearSumsOf(own);
  state.linear = sums.empty();
  for (const [option, rate] of Object.entries(RATES)) {
    const trial = { option, context: { plan: 'free', days: 100 }, hour: hourOf(NOON - 8 * DAY) };
    sums.addTrials(state.linear, trial, trials);
    for (let i = 0; i < rate * trials; i++)
      sums.moveCredits(state.linear, trial, {}, { [ORDER.signal]: { worth: 1 } });
  }
  const policy = policyOf(own, { programme: own.id, version: 1, state });
  const scored = policy.score(
    own.variants.map(({ id }) => id),
    { context: { plan: 'free', days: 100 }, at: NOON },
  );
  return Object.fromEntries(scored.map(({ option, score }) => [option, score]));
}

describe('the labels of variants', () => {
  it.each([false, true])('say what a new one begins as; with a context: %s', (context) => {
    const unlabelled = scores(HOOKS, { context }).new!;
    const price = scores({ ...HOOKS, new: 'price' }, { context }).new!;
    const story = scores({ ...HOOKS, new: 'story' }, { context }).new!;
    expect(price).toBeGreaterThan(unlabelled + 0.01);
    expect(story).toBeLessThan(unlabelled - 0.01);
  });

  it.each(['auto', 'shared-linear-thompson'] as const)('say whom a new one suits: %s', (kind) => {
    const [none, price, story] = [byPlan(kind), byPlan(kind, 'price'), byPlan(kind, 'story')];
    expect(Math.abs(none.free - none.pro)).toBeLessThan(0.02);
    expect(price.free).toBeGreaterThan(price.pro + 0.02);
    expect(story.pro).toBeGreaterThan(story.free + 0.02);
  });

  it('do not poison where they say nothing', () => {
    const wrong = { a: 'price', c: 'price', e: 'story', b: 'story', d: 'price', f: 'story', new: 'price' };
    const [labelled, none] = [scores(wrong), scores({})];
    for (const option of Object.keys(RATES)) {
      expect(Math.abs(labelled[option]! - none[option]!)).toBeLessThan(0.002);
    }
    // two of the three that share its label do badly: that much it says
    expect(Math.abs(labelled.new! - none.new!)).toBeLessThan(0.02);
  });

  it('give way to what an option does itself', () => {
    const { b, d } = scores({ ...HOOKS, b: 'story', d: 'price' }, { trials: 20_000 });
    expect(b).toBeCloseTo(0.11, 2);
    expect(d).toBeCloseTo(0.022, 2);
  });

  it('that one variant or all of them have change nothing', () => {
    const alone = Object.fromEntries([...Object.keys(RATES), 'new'].map((id) => [id, `hook of ${id}`]));
    const same = Object.fromEntries([...Object.keys(RATES), 'new'].map((id) => [id, 'the same']));
    expect(scores(alone)).toEqual(scores({}));
    expect(scores(same)).toEqual(scores({}));
  });
});
