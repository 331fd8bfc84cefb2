import { describe, expect, it } from 'vitest';
import { SAMPLE } from '../../../runtime/programmes/sample.ts';
import { programmeSchema } from '../../../runtime/programmes/schema.ts';
import { LEFT, ORDER, REVENUE } from '../../support/programmes.ts';

const wrongWith = (goal: object, changes: object = {}): [string, string][] => {
  const { error } = programmeSchema.safeParse({ ...SAMPLE, goal, ...changes });
  return (error?.issues ?? []).map(({ path, message }) => [path.join('.'), message]);
};

const LIMITS = [{ signal: LEFT.signal, atMost: 0.003 }];
const [first] = SAMPLE.variants;

describe('a goal', () => {
  it.each([
    { signals: [ORDER, LEFT], limits: LIMITS },
    {
      signals: [
        { ...ORDER, silence: false },
        { ...LEFT, weight: 0 },
      ],
      limits: [{ ...LIMITS[0], sure: 0.99 }],
    },
    { signals: [REVENUE, LEFT], limits: LIMITS, beyondLimits: 'silence' },
  ])('may be %j', (goal) => {
    expect(wrongWith(goal)).toEqual([]);
  });

  it.each([
    [{ signals: [ORDER, { ...LEFT, weight: 0 }] }, 'goal.signals.1.weight', 'a limit'],
    [{ signals: [{ ...LEFT, weight: 0 }], limits: LIMITS }, 'goal.signals.0.weight', 'others'],
    [{ signals: [ORDER], limits: LIMITS }, 'goal.limits.0.signal', 'one of the signals'],
    [
      { signals: [ORDER, { ...REVENUE, signal: LEFT.signal }], limits: LIMITS },
      'goal.limits.0.signal',
      'value',
    ],
    [{ signals: [ORDER, LEFT], limits: [...LIMITS, ...LIMITS] }, 'goal.limits.1.signal', 'no other limit'],
    [{ signals: [ORDER, LEFT], limits: [{ ...LIMITS[0], atMost: 0.6 }] }, 'goal.limits.0.atMost', '0.5'],
    [{ signals: [ORDER, LEFT], limits: [{ ...LIMITS[0], sure: 0.2 }] }, 'goal.limits.0.sure', '0.5'],
    [{ signals: [ORDER, LEFT], limits: [{ signal: LEFT.signal }] }, 'goal.limits.0.atMost', 'number'],
    [{ signals: [ORDER], beyondLimits: 'silence' }, 'goal.beyondLimits', 'limits'],
    [{ signals: [ORDER, REVENUE] }, 'goal.signals.1.signal', 'no other'],
    [{ signals: [{ ...ORDER, weight: 1e300 }] }, 'goal.signals.0.weight', '1e12'],
    [{ signals: [{ ...ORDER, weight: -1e-300 }] }, 'goal.signals.0.weight', '1e-12'],
    [{ signals: [{ ...REVENUE, weight: 1e9, cap: 1e9 }] }, 'goal.signals.0.weight', '1e12'],
  ])('is refused as %j at %s', (goal, path, part) => {
    expect(wrongWith(goal)).toEqual([[path, expect.stringContaining(part)]]);
  });

  it('needs a fallback where that is to stand in', () => {
    const goal = { signals: [ORDER, LEFT], limits: LIMITS, beyondLimits: 'fallback' };
    expect(wrongWith(goal, { fallback: first!.id })).toEqual([]);
    expect(wrongWith(goal, { fallback: undefined })).toEqual([
      ['fallback', expect.stringContaining('stands in')],
    ]);
  });
});
