import { describe, expect, it } from 'vitest';
import type { Programme } from '../../../core/domain/programme.ts';
import type { Awaited } from '../../../core/learn/arrived.ts';
import { curveOf } from '../../../core/learn/delays.ts';
import { effectiveSums } from '../../../core/learn/effective.ts';
import { linearSumsOf } from '../../../core/learn/linear-state.ts';
import { rowStart } from '../../../core/maths/cholesky.ts';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import { HOUR, NOON, ORDER, programme, variant } from '../../support/programmes.ts';
import type { Sent } from '../../support/sent.ts';
import { delayOf, stateOf } from '../../support/sent.ts';

const FIRST = Math.floor(NOON / HOUR);
const at = (hours: number): number => NOON + hours * HOUR;

describe('a model that knows the context', () => {
  // whose signals arrived is not known by context: trials that were answered are taken to be like the others of their block
  it('is off by less than 3 % where a tenth of one segment answers and a hundredth of the other', () => {
    const rates = { free: 0.1, pro: 0.01 };
    const context = { plan: { type: 'category' as const, values: ['free', 'pro'] } };
    const own = programme({ context, policy: { kind: 'linear-thompson' }, variants: [variant('a')] });
    const rng = rngFromNumber(32);
    const hours = 96;
    const sent = Array.from({ length: hours * 400 }, (_, i): Sent => {
      const plan = i % 2 === 0 ? 'free' : 'pro';
      const [hour, delay] = [Math.floor(i / 400), delayOf(rng, 30)];
      const known = rng.uniform() < rates[plan] && delay <= 168 && hour + 1 + delay <= hours;
      const arrived = known ? { [ORDER.signal]: delay } : {};
      return { option: 'a', context: { plan }, hour: FIRST + hour, arrived };
    });
    const sums = effectiveSums(own, stateOf(own, sent), at(hours));
    const { labels } = linearSumsOf(own).features;
    const { information, responses } = sums.options.a!;
    const [{ law }] = sums.awaited as [Awaited];
    for (const plan of ['free', 'pro'] as const) {
      const column = labels.indexOf(`plan = ${plan}`);
      const found = responses[ORDER.signal]![column]! / information[rowStart(column)]!;
      const segment = sent.filter((one) => one.context.plan === plan);
      const exact = segment.reduce(
        (sum, { hour, arrived }) =>
          sum + (ORDER.signal in arrived ? 1 : curveOf(law, 'a').at(FIRST + hours - 0.5 - hour)),
        0,
      );
      const answered = segment.filter(({ arrived }) => ORDER.signal in arrived).length;
      expect(Math.abs(found / (answered / exact) - 1)).toBeLessThan(0.03);
    }
  });
});

describe('segments of which one answers after 2 hours and the other after 48', () => {
  const delays = { free: 2, pro: 48 };
  const rate = 0.04;
  type Plan = keyof typeof delays;
  const plans: readonly Plan[] = ['free', 'pro'];
  const plan = { type: 'category' as const, values: [...plans] };
  const own = (context: Programme['context']): Programme =>
    programme({ context, policy: { kind: 'linear-thompson' }, variants: [variant('a'), variant('b')] });

  /** Option a for two weeks, option b since a day before the end, each to some of the plans. */
  function sentTo(to: Record<string, readonly Plan[]>, late: Record<Plan, number> = delays): Sent[] {
    const rng = rngFromNumber(33);
    const hours = 336;
    return Object.entries({ a: 0, b: hours - 24 }).flatMap(([option, first]) =>
      Array.from({ length: hours - first }, (_, i) => first + i).flatMap((hour) =>
        to[option]!.flatMap((of) =>
          Array.from({ length: option === 'a' ? 40 : 1_000 }, (): Sent => {
            const [comes, delay] = [rng.uniform() < rate, delayOf(rng, late[of])];
            const known = comes && delay <= 168 && hour + 1 + delay <= hours;
            const arrived = known ? { [ORDER.signal]: delay } : {};
            return { option, context: { plan: of, tier: of }, hour: FIRST + hour, arrived };
          }),
        ),
      ),
    );
  }

  /** How far the rates of option b are off, as shares of what they are. */
  function biasesOf(context: Programme['context'], sent: readonly Sent[], of: readonly Plan[]): number[] {
    const asked = own(context);
    const { information, responses } = effectiveSums(asked, stateOf(asked, sent), at(336)).options.b!;
    return of.map((name) => {
      const column = linearSumsOf(asked).features.labels.indexOf(`plan = ${name}`);
      const found = responses[ORDER.signal]![column]! / information[rowStart(column) + column]!;
      return found / (rate * (1 - Math.exp(-168 / delays[name]))) - 1;
    });
  }

  // taken to be as late as everybody the one is 30 % too high and the other 45 % too low
  it.each([
    ['by one category', { plan }],
    ['by two categories of the same people', { plan, tier: plan }],
  ])('are known at their own rates a day after an option is new: %s', (_, context) => {
    for (const bias of biasesOf(context, sentTo({ a: plans, b: plans }), plans))
      expect(Math.abs(bias)).toBeLessThan(0.2);
  });

  it.each(plans)(
    'are not reckoned as late twice where an option was tried with one of them only: %s',
    (of) => {
      const [bias] = biasesOf({ plan }, sentTo({ a: plans, b: [of] }), [of]);
      expect(Math.abs(bias!)).toBeLessThan(0.2);
    },
  );

  it('leave everything as it is where they are equally late', () => {
    const sent = sentTo({ a: plans, b: plans }, { free: 20, pro: 20 });
    const [plain, split] = [own({}), own({ plan })].map((asked) => {
      const { information, responses } = effectiveSums(asked, stateOf(asked, sent), at(336)).options.b!;
      return [information[0], responses[ORDER.signal]![0]];
    });
    expect(split).toEqual(plain);
  });
});
