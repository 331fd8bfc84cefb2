import { describe, expect, it } from 'vitest';
import { draw } from '../../../core/decide/draw.ts';
import type { Programme } from '../../../core/domain/programme.ts';
import { SILENCE } from '../../../core/domain/decision.ts';
import { hourOf } from '../../../core/learn/blocks.ts';
import { linearSumsOf } from '../../../core/learn/linear-state.ts';
import type { ModelState } from '../../../core/learn/model.ts';
import { emptyState } from '../../../core/learn/model.ts';
import type { Past } from '../../../core/learn/past.ts';
import { pairKey } from '../../../core/learn/worths.ts';
import type { Xoshiro } from '../../../core/maths/xoshiro.ts';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import { decided, live } from '../../support/decisions.ts';
import { CONTEXT, DAY, NOON, ORDER, programme, variant } from '../../support/programmes.ts';
import { surprise } from '../../support/statistics.ts';

const VARIANTS = ['a', 'b', 'c', 'd', 'e'];
const OPTIONS = [...VARIANTS, SILENCE];
/** Of each option: little enough that none is certain. */
const TRIALS = 300;
const chanceOf = (option: string, plan: string): number =>
  0.05 + 0.01 * OPTIONS.indexOf(option) + (plan === 'free' && option === 'a' ? 0.08 : 0);

const contextFrom = (rng: Xoshiro): Record<string, string | number> => {
  const known = { plan: rng.uniform() < 0.5 ? 'free' : 'pro', days: Math.floor(365 * rng.uniform()) };
  return rng.uniform() < 0.1 ? {} : known;
};

function learned(own: Programme, past?: Past): ModelState {
  const rng = rngFromNumber(5);
  const sums = linearSumsOf(own);
  const state = { ...emptyState(), linear: sums.empty(), past };
  for (const option of OPTIONS) {
    for (let i = 0; i < TRIALS; i++) {
      const context = contextFrom(rng);
      const trial = { option, context, hour: hourOf(NOON - 20 * DAY) };
      sums.addTrials(state.linear, trial, 1);
      if (rng.uniform() >= chanceOf(option, String(context.plan))) continue;
      sums.moveCredits(state.linear, trial, {}, { [ORDER.signal]: { worth: 1 } });
    }
  }
  return state;
}

/** What another programme found of two of the options, and of options like the others. */
const PAST: Past = {
  sources: [{ source: 'elsewhere', trials: 4_000 }],
  at: NOON - 40 * DAY,
  options: Object.fromEntries(
    VARIANTS.map((option, i) => {
      const orders = 40 + 10 * i;
      const total = {
        information: [800],
        responses: { [ORDER.signal]: [orders] },
        squares: { [pairKey(ORDER.signal, ORDER.signal)]: orders },
      };
      return [option, { by: i < 2 ? ('id' as const) : ('all' as const), spread: i < 2 ? 0 : 0.1, total }];
    }),
  ),
};

const KINDS: Record<string, { changes: Partial<Programme>; past?: Past }> = {
  auto: { changes: { policy: { kind: 'auto' } } },
  'auto in context': { changes: { ...CONTEXT, policy: { kind: 'auto' } } },
  'auto with a past': { changes: { policy: { kind: 'auto' } }, past: PAST },
  'auto in context with a past': { changes: { ...CONTEXT, policy: { kind: 'auto' } }, past: PAST },
  'weighted-thompson': { changes: { policy: { kind: 'weighted-thompson' } } },
  'weighted-thompson with a past': { changes: { policy: { kind: 'weighted-thompson' } }, past: PAST },
  'linear-thompson': { changes: { ...CONTEXT, policy: { kind: 'linear-thompson' } } },
  'linear-thompson with a past': {
    changes: { ...CONTEXT, policy: { kind: 'linear-thompson' } },
    past: PAST,
  },
  'shared-linear-thompson': { changes: { ...CONTEXT, policy: { kind: 'shared-linear-thompson' } } },
  'top-two': { changes: { policy: { kind: 'top-two' } } },
  'fixed-split': { changes: { policy: { kind: 'fixed-split', shares: { a: 1, b: 2, c: 3, d: 4, e: 5 } } } },
};

function built({ changes, past }: (typeof KINDS)[string], state?: ModelState): ReturnType<typeof live> {
  const own = programme({ silence: true, variants: VARIANTS.map((id) => variant(id)), ...changes });
  return live(own, state ?? learned(own, past), 1);
}

/** The same programme and policy where guardrails leave some of the variants. */
const masked = (on: ReturnType<typeof live>, left: readonly string[]): ReturnType<typeof live> => ({
  ...on,
  programme: {
    ...on.programme,
    variants: VARIANTS.map((id) => variant(id, left.includes(id) ? {} : { approval: undefined })),
  },
});

const SITUATIONS = 20;
/** Decisions, and how often each is drawn again. */
const ROUNDS = 2_000;
const DRAWS = 500;

type Cells = Map<string, { count: number; expected: number }>;

function addTo(cells: Cells, option: string, count: number, expected: number): void {
  const cell = cells.get(option) ?? { count: 0, expected: 0 };
  cells.set(option, { count: cell.count + count, expected: cell.expected + expected });
}

describe.each(Object.entries(KINDS))('%s', (_name, kind) => {
  it('draws each option as often as it logs, a million times, whatever the guardrails leave', () => {
    const on = built(kind);
    const rng = rngFromNumber(7);
    const situations = Array.from({ length: SITUATIONS }, () => {
      const left = VARIANTS.filter(() => rng.uniform() < 0.6);
      return { left, context: contextFrom(rng), cells: new Map() as Cells };
    });
    const recorded: Cells = new Map();
    for (let round = 0; round < ROUNDS; round++) {
      const { left, context, cells } = situations[Math.floor(SITUATIONS * rng.uniform())]!;
      // a decision of its own each time: what was asked before must not show
      const decision = decided(masked(on, left), { request: { context }, sendKey: `${round}` });
      const { eligible } = decision;
      expect(eligible.map(({ option }) => option)).toEqual([...left, SILENCE]);
      for (const { option, propensity } of eligible) {
        addTo(recorded, option, Number(option === decision.option), propensity);
        addTo(cells, option, 0, DRAWS * propensity);
      }
      for (let n = 0; n < DRAWS; n++) cells.get(draw(eligible, rng).option)!.count++;
    }
    // 210 tests at p = 0.001 for the worst of them: a deviate of 4.43
    for (const cells of [recorded, ...situations.map((own) => own.cells)]) {
      expect(surprise([...cells.values()])).toBeLessThan(4.43);
    }
  });

  it('spreads what is sent before anything is answered', () => {
    // three options of equal merit: who takes the best of them by any rule without chance sends a whole batch of one
    const { policy } = built(kind, emptyState());
    const rng = rngFromNumber(8);
    const sent = new Map<string, number>();
    for (let i = 0; i < 3_000; i++) {
      const scored = policy.score(['a', 'b', 'c'], { context: contextFrom(rng), at: NOON });
      const { option } = draw(scored, rng);
      sent.set(option, (sent.get(option) ?? 0) + 1);
    }
    for (const option of ['a', 'b', 'c']) expect(sent.get(option)).toBeGreaterThan(300);
  });

  it('answers the same twice, in whatever order options are asked for', () => {
    const on = built(kind);
    const asked = (eligible: readonly string[]): Record<string, number> => {
      const scored = on.policy.score(eligible, { context: { plan: 'free', days: 40 }, at: NOON });
      return Object.fromEntries(scored.map(({ option, propensity }) => [option, propensity]));
    };
    const [first, other] = [asked(OPTIONS), asked(['b', 'd'])];
    expect(asked(OPTIONS)).toEqual(first);
    const back = asked([...OPTIONS].reverse());
    for (const option of OPTIONS) expect(back[option]).toBeCloseTo(first[option]!, 9);
    expect(asked(['b', 'd'])).toEqual(other);
    expect(asked(['c'])).toEqual({ c: 1 });
  });
});

it.each(Object.entries(KINDS).filter(([, { past }]) => past))('%s goes by it', (_name, kind) => {
  const circumstances = { context: { plan: 'pro', days: 10 }, at: NOON };
  const [own, without] = [kind, { changes: kind.changes }].map((one) =>
    built(one)
      .policy.score(VARIANTS, circumstances)
      .map(({ propensity }) => propensity),
  );
  expect(own).not.toEqual(without);
});

// a fixed split has shares of its own
it.each(Object.entries(KINDS).filter(([name]) => name !== 'fixed-split'))(
  '%s treats options alike of which nothing is known',
  (_name, kind) => {
    const { policy } = built(kind, emptyState());
    const scored = policy.score(VARIANTS, { context: { plan: 'pro', days: 10 }, at: NOON });
    for (const { propensity } of scored) expect(propensity).toBeCloseTo(1 / VARIANTS.length, 4);
  },
);
