import { describe, expect, test } from 'vitest';
import { compose } from '../../../core/decide/compose.ts';
import type { Programme } from '../../../core/domain/programme.ts';
import type { Pieces } from '../../../core/domain/slots.ts';
import { effectivePieces, effectiveSums } from '../../../core/learn/effective.ts';
import type { ModelState } from '../../../core/learn/model.ts';
import { emptyState } from '../../../core/learn/model.ts';
import type { Xoshiro } from '../../../core/maths/xoshiro.ts';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import { pieceEstimates } from '../../../core/measure/piece-estimates.ts';
import { policyOf } from '../../../core/policies/policy-of.ts';
import { evenly } from '../../../core/slots/chooser.ts';
import { slotFeaturesOf } from '../../../core/slots/features.ts';
import type { Rate } from '../../support/learned-pieces.ts';
import { learned, variantOf } from '../../support/learned-pieces.ts';
import { CONTEXT, DAY, NOON, programme, REVENUE } from '../../support/programmes.ts';
import { ITEMS, LETTER, slotted } from '../../support/slots.ts';

/** How often each message is chosen of `count`. */
function chosen(own: Programme, state: ModelState, count = 600, at = NOON + 8 * DAY): Map<string, number> {
  const { pieces } = policyOf(own, { programme: own.id, version: 1, state });
  const variant = variantOf(own);
  const rng = rngFromNumber(6);
  const chooser = pieces?.(variant.id, at) ?? evenly(slotFeaturesOf(variant).combinations);
  const shares = new Map<string, number>();
  for (let i = 0; i < count; i++) {
    const message = Object.entries(compose(variant, chooser, rng).pieces!).map(
      ([slot, id]) => `${slot} ${String(id)}`,
    );
    for (const name of [message.join(', '), ...message])
      shares.set(name, (shares.get(name) ?? 0) + 1 / count);
  }
  return shares;
}

const letter = (changes: Partial<Programme> = {}): Programme =>
  programme({ variants: [slotted('letter', LETTER)], policy: { kind: 'auto' }, ...changes });

/** One subject and one call to action are twice as good; together they are best of all. */
const MAIN: Rate = ({ subject, cta }) => 0.03 * (subject === 's2' ? 2 : 1) * (cta === 'c3' ? 2 : 1);

describe('pieces that were learned of', () => {
  test('are chosen by what each of them adds, in messages that nobody sent yet too', () => {
    const rate: Rate = (pieces, day) =>
      pieces.subject === 's2' && pieces.cta === 'c3' ? 0 : MAIN(pieces, day);
    const without = { subject: 's2', cta: 'c3' };
    const own = letter();
    const before = letter({
      variants: [slotted('letter', { ...LETTER, forbidden: [...LETTER.forbidden!, without] })],
    });
    const state = learned({ programme: before, rate, trials: 12_000 });
    const shares = chosen(own, state);
    const best = ['h1', 'h2'].map((hero) => shares.get(`cta c3, hero ${hero}, subject s2`) ?? 0);
    expect(best[0]! + best[1]!).toBeGreaterThan(0.8);
  });

  test.each([0.02, 0.45, 0.9])('are told apart at any rate: %d', (low) => {
    const rate: Rate = ({ subject }) => low + (subject === 's2' ? 0.08 : 0);
    const own = letter();
    expect(
      chosen(own, learned({ programme: own, rate, trials: 9_000 })).get('subject s2') ?? 0,
    ).toBeGreaterThan(0.9);
  });

  test('are chosen for what they do together, where they are declared to be a pair', () => {
    const rate: Rate = ({ subject, hero }) => (subject === 's1' && hero === 'h2' ? 0.12 : 0.03);
    const own = letter();
    const shares = chosen(own, learned({ programme: own, rate, trials: 12_000 }));
    const pair = ['c1', 'c2', 'c3'].map((cta) => shares.get(`cta ${cta}, hero h2, subject s1`) ?? 0);
    expect(pair.reduce((sum, share) => sum + share, 0)).toBeGreaterThan(0.9);
  });

  test('are never forbidden together, however good each is', () => {
    const rate: Rate = ({ subject, hero }) => 0.02 * (subject === 's3' ? 3 : 1) * (hero === 'h2' ? 3 : 1);
    const own = letter();
    const shares = chosen(own, learned({ programme: own, rate, trials: 12_000 }), 2_000);
    for (const cta of ['c1', 'c2', 'c3']) expect(shares.has(`cta ${cta}, hero h2, subject s3`)).toBe(false);
    expect((shares.get('hero h2') ?? 0) + (shares.get('subject s3') ?? 0)).toBeGreaterThan(0.9);
  });

  test('of a slot that takes several are different ones, the best of them', () => {
    const own = programme({ variants: [slotted('list', ITEMS)], policy: { kind: 'auto' } });
    const good = ['i2', 'i5'];
    const rate: Rate = ({ item }) =>
      0.02 + 0.03 * (item as string[]).filter((id) => good.includes(id)).length;
    const shares = chosen(own, learned({ programme: own, rate, trials: 12_000 }), 2_000);
    expect((shares.get('item i2,i5') ?? 0) + (shares.get('item i5,i2') ?? 0)).toBeGreaterThan(0.9);
    for (const name of shares.keys()) expect(new Set(name.slice(5).split(',')).size).toBe(2);
  });

  test('stay an even test where shares are fixed, and before anything was learned', () => {
    const own = letter({ policy: { kind: 'fixed-split' } });
    const fixed = chosen(own, learned({ programme: own, rate: MAIN, trials: 6_000 }), 3_000);
    const fresh = chosen(letter(), emptyState(), 3_000);
    for (const shares of [fixed, fresh]) {
      for (const cta of ['c1', 'c2', 'c3']) {
        expect(Math.abs((shares.get(`cta ${cta}`) ?? 0) - 1 / 3)).toBeLessThan(
          4.5 * Math.sqrt(2 / 9 / 3_000),
        );
      }
    }
  });

  test('are not decided between by one huge order', () => {
    const own = letter({ goal: { signals: [{ ...REVENUE, weight: 1 }] } });
    const worth = ({ subject }: Pieces, rng: Xoshiro): number => {
      return subject === 's1' && rng.uniform() < 0.02 ? 1 : 0.02 * Math.exp(0.3 * rng.normal());
    };
    const state = learned({ programme: own, rate: MAIN, trials: 12_000, worth });
    expect(chosen(own, state).get('subject s2') ?? 0).toBeGreaterThan(0.8);
  });
});

describe('a change of what pieces earn', () => {
  test('is noticed, and nothing of before counts', () => {
    const own = letter();
    const rate: Rate = ({ subject }, day) => {
      if (day < 15) return subject === 's2' ? 0.12 : 0.03;
      return subject === 's2' ? 0.03 : 0.2;
    };
    const state = learned({ programme: own, rate, trials: 16_000, days: 30 });
    for (const sums of [effectivePieces, effectiveSums]) {
      expect(sums(own, state, NOON + 8 * DAY)!.change).toMatchObject({ option: 'letter' });
    }
    expect(chosen(own, state).get('subject s2') ?? 0).toBeLessThan(0.1);
  });

  test('is not what comes of choosing better ones, nor of sending to other people', () => {
    const own = letter();
    const then = { from: 10, pieces: { subject: 's2', hero: 'h1', cta: 'c3' } };
    const state = learned({ programme: own, rate: MAIN, trials: 16_000, then });
    const plans = letter(CONTEXT);
    const context = (day: number) => ({ plan: day < 10 ? (day % 1 < 0.1 ? 'pro' : 'free') : 'pro' });
    const byPlan: Rate = (pieces, day) => MAIN(pieces, day) * (context(day).plan === 'pro' ? 3 : 1);
    const others = learned({ programme: plans, rate: byPlan, trials: 16_000, context });
    for (const sums of [effectivePieces, effectiveSums]) {
      expect(sums(own, state, NOON + 8 * DAY)!.change).toBeUndefined();
      expect(sums(plans, others, NOON + 8 * DAY)!.change).toBeUndefined();
    }
    expect(chosen(own, state).get('cta c3, hero h1, subject s2') ?? 0).toBeGreaterThan(0.3);
  });
});

describe('estimates of pieces', () => {
  test('hold what is planted, and are surer where there were more messages', () => {
    const own = letter();
    const model = (trials: number) => {
      return { programme: own.id, version: 1, state: learned({ programme: own, rate: MAIN, trials }) };
    };
    const [few, many] = [1_000, 16_000].map((trials) => pieceEstimates(own, model(trials), NOON + 8 * DAY)!);
    expect(many!.map(({ slot, piece }) => `${slot} ${piece}`)).toEqual([
      'cta c1',
      'cta c2',
      'cta c3',
      'hero h1',
      'hero h2',
      'subject s1',
      'subject s2',
      'subject s3',
    ]);
    // 0.03 for each, twice as much with c3 and as much with s2; s3 is beside one hero only and so in fewer messages
    const shareOf = (name: string): number => {
      const { trials } = many!.find(({ slot, piece }) => `${slot} ${piece}` === name)!;
      return trials / 16_000;
    };
    const [s2, c3] = [1 + shareOf('subject s2'), 1 + shareOf('cta c3')];
    const truth: Record<string, number> = {
      ...{ 'cta c1': 0.03 * s2, 'cta c2': 0.03 * s2, 'cta c3': 0.06 * s2 },
      ...{ 'subject s1': 0.03 * c3, 'subject s2': 0.06 * c3, 'subject s3': 0.03 * c3 },
    };
    for (const [i, { slot, piece, interval, estimate, best }] of many!.entries()) {
      const real = truth[`${slot} ${piece}`];
      if (real === undefined) continue;
      // three times as far as the interval, which 1 of 20 estimates is outside of
      const reach = 3 * (estimate - interval.low);
      expect(Math.abs(estimate - real), `${slot} ${piece}`).toBeLessThan(reach);
      expect(interval.high - interval.low).toBeLessThan(few![i]!.interval.high - few![i]!.interval.low);
      if (['c3', 's2'].includes(piece)) expect(best).toBeGreaterThan(0.9);
    }
    const trials = many!.filter(({ slot }) => slot === 'cta').reduce((sum, own) => sum + own.trials, 0);
    expect(trials).toBe(16_000);
  });

  test('are of what is usual before anything is known, and of no chance where shares are fixed', () => {
    const own = letter();
    const fresh = pieceEstimates(own, { programme: own.id, version: 0, state: emptyState() }, NOON)!;
    for (const slot of ['cta', 'subject']) {
      const own = fresh.filter((one) => one.slot === slot);
      for (const { trials, estimate, interval } of own) {
        expect(trials).toBe(0);
        expect(estimate).toBeCloseTo(own[0]!.estimate, 9);
        expect(interval.low).toBeLessThan(interval.high);
      }
    }
    const fixed = letter({ policy: { kind: 'fixed-split' } });
    const state = learned({ programme: fixed, rate: MAIN, trials: 2_000 });
    const known = pieceEstimates(fixed, { programme: own.id, version: 1, state }, NOON)!;
    expect(known.every(({ best, trials }) => best === undefined && trials > 0)).toBe(true);
    expect(pieceEstimates(programme(), { programme: own.id, version: 1, state }, NOON)).toBeUndefined();
  });
});
