import { describe, expect, it } from 'vitest';
import { SAMPLE } from '../../../runtime/programmes/sample.ts';
import { programmeSchema } from '../../../runtime/programmes/schema.ts';

const OPTIONS = SAMPLE.variants.map(({ id }) => id);
const equal = Object.fromEntries(OPTIONS.map((id) => [id, 1]));

/** Path and message of everything that is wrong with the sample programme after some changes. */
function wrongWith(changes: object): [string, string][] {
  const { error } = programmeSchema.safeParse({ ...SAMPLE, ...changes });
  return (error?.issues ?? []).map(({ path, message }) => [path.join('.'), message]);
}

describe('a policy', () => {
  it.each([
    { kind: 'weighted-thompson', floor: 0.02 },
    { kind: 'auto', floor: 0.02, halfLifeDays: 30 },
    { kind: 'linear-thompson', recovering: true },
    { kind: 'auto', recovering: true },
    { kind: 'shared-linear-thompson', recovering: true, halfLifeDays: 30, floor: 0.02 },
    { kind: 'top-two' },
    { kind: 'top-two', netOfCosts: false },
    { kind: 'weighted-thompson', floor: 0.01, newOptions: { share: 0.05, trials: 500 } },
    { kind: 'top-two', floor: 0 },
    { kind: 'fixed-split' },
    { kind: 'fixed-split', shares: { ...equal, warm: 7, short: 0 } },
  ])('may be %j', (policy) => {
    expect(wrongWith({ policy })).toEqual([]);
  });

  it('is auto where none is named', () => {
    const { policy, ...rest } = SAMPLE;
    expect(policy).toBeDefined();
    expect(programmeSchema.parse(rest).policy).toEqual({ kind: 'auto' });
  });

  it.each([
    [{ kind: 'fixed-split', floor: 0.1 }, 'policy.floor', 'weighted-thompson'],
    [{ kind: 'weighted-thompson', shares: equal }, 'policy.shares', 'fixed-split'],
    [{ kind: 'top-two', shares: equal }, 'policy.shares', 'fixed-split'],
    [{ kind: 'fixed-split', shares: { warm: 1 } }, 'policy.shares', OPTIONS.join(', ')],
    [{ kind: 'fixed-split', shares: { ...equal, ghost: 1 } }, 'policy.shares', OPTIONS.join(', ')],
    [{ kind: 'fixed-split', shares: { ...equal, warm: -1 } }, 'policy.shares.warm', '0'],
    [
      { kind: 'fixed-split', shares: Object.fromEntries(OPTIONS.map((id) => [id, 0])) },
      'policy.shares',
      'above 0',
    ],
    [{ kind: 'weighted-thompson', floor: 0.2 }, 'policy.floor', '0.5'],
    [{ kind: 'top-two', recovering: true }, 'policy.recovering', 'linear-thompson'],
    [{ kind: 'guesswork' }, 'policy.kind', 'top-two'],
    [{ kind: 'top-two', flor: 0.1 }, 'policy', 'flor'],
    [
      { kind: 'top-two', floor: 0.1, newOptions: { share: 0.05, trials: 9 } },
      'policy.newOptions.share',
      'floor',
    ],
    [{ kind: 'top-two', newOptions: { share: 0.6, trials: 9 } }, 'policy.newOptions.share', '0.5'],
    [{ kind: 'fixed-split', newOptions: { share: 0.1, trials: 9 } }, 'policy.newOptions', 'top-two'],
    [{ kind: 'fixed-split', netOfCosts: false }, 'policy.netOfCosts', 'weighted-thompson'],
    [{ kind: 'top-two', netOfCosts: true }, 'arbitration.value', 'what a reward of 1 is worth'],
  ])('is refused as %j at %s', (policy, path, part) => {
    expect(wrongWith({ policy })).toEqual([[path, expect.stringContaining(part)]]);
  });

  it('may leave silence a share, and has to say which', () => {
    const split = (shares: object): object => ({ silence: true, policy: { kind: 'fixed-split', shares } });
    expect(wrongWith(split({ ...equal, silence: 2 }))).toEqual([]);
    expect(wrongWith(split(equal))).toEqual([['policy.shares', expect.stringContaining('silence')]]);
  });
});

describe('the context of a programme', () => {
  const context = {
    plan: { type: 'category', values: ['free', 'pro'] },
    days: { type: 'number', min: 0, max: 365 },
  };

  it('may declare categories, numbers and which of them act together', () => {
    expect(wrongWith({ context, crosses: [['plan', 'days']] })).toEqual([]);
    expect(wrongWith({ context: { 'hours since lunch': context.days } })).toEqual([]);
  });

  it('may take features from the person', () => {
    const person = {
      since: { type: 'number', min: 0, max: 720, from: 'hoursSinceContact' },
      often: { type: 'number', min: 0, max: 10, from: 'contactsIn', days: 92 },
      last: { type: 'category', values: ['ignored', 'clicked', 'goal'], from: 'lastResponse' },
      plan: { type: 'category', values: ['free', 'pro'], from: 'traits.plan' },
      age: { type: 'number', min: 18, max: 99, from: 'traits.age' },
    };
    expect(wrongWith({ context: person })).toEqual([]);
  });

  it.each([
    [
      { type: 'number', min: 0, max: 9, from: 'lastResponse' },
      'f.from',
      'hoursSinceContact, contactsIn, readiness or traits.',
    ],
    [{ type: 'number', min: 0, max: 9, from: 'traits.' }, 'f.from', 'traits.<name>'],
    [{ type: 'number', min: 0, max: 9, from: 'contactsIn' }, 'f.days', 'contactsIn'],
    [{ type: 'number', min: 0, max: 9, from: 'contactsIn', days: 93 }, 'f.days', '92'],
    [{ type: 'number', min: 0, max: 9, from: 'hoursSinceContact', days: 7 }, 'f.days', 'contactsIn'],
    [{ type: 'number', min: 0 }, 'f.max', 'without both'],
    [{ type: 'number', min: 0, max: 1e-200 }, 'f.max', 'greater than min'],
    [{ type: 'number', min: 0, max: 1e300 }, 'f.max', '1e+100'],
    [{ type: 'category', values: ['a'], from: 'hoursSinceContact' }, 'f.from', 'lastResponse or traits.'],
    [{ type: 'category', values: ['bought'], from: 'lastResponse' }, 'f.values', 'none, ignored, opened'],
  ])('is refused where a feature is %j, at context.%s', (feature, path, part) => {
    expect(wrongWith({ context: { f: feature } })).toEqual([
      [`context.${path}`, expect.stringContaining(part)],
    ]);
  });

  it.each([
    [{ context: { plan: { type: 'category', values: [] } } }, 'context.plan.values'],
    [{ context: { plan: { type: 'category', values: ['free', 'free'] } } }, 'context.plan.values'],
    [{ context: { plan: { type: 'category' } } }, 'context.plan.values'],
    [{ context: { days: { type: 'number', min: 0 } } }, 'context.days.max'],
    [{ context: { days: { type: 'number', min: 5, max: 5 } } }, 'context.days.max'],
    [{ context: { days: { type: 'date' } } }, 'context.days.type'],
    [{ context: { days: { type: 'number', min: 0, max: 1, unit: 'h' } } }, 'context.days'],
    [{ context: { 'may have offer': context.plan } }, 'context.may have offer'],
    [{ context: { 'hours since offer': context.days } }, 'context.hours since offer'],
    [{ context, crosses: [['plan', 'ghost']] }, 'crosses.0.1'],
    [{ context, crosses: [['plan', 'plan']] }, 'crosses.0'],
    [{ crosses: [['plan', 'days']] }, 'crosses.0.0,crosses.0.1'],
  ])('is refused as %j at %s', (changes, paths) => {
    expect(
      wrongWith(changes)
        .map(([path]) => path)
        .join(),
    ).toBe(paths);
  });
});

describe('fatigue', () => {
  const rule = { per: 'person', cost: 0.02, halfLifeHours: 72 };

  it('may be several rules', () => {
    expect(wrongWith({ fatigue: [rule, { ...rule, per: 'variant', channel: 'email' }] })).toEqual([]);
  });

  it.each([
    [{ fatigue: [] }, 'fatigue'],
    [{ fatigue: [{ ...rule, per: 'programme' }] }, 'fatigue.0.per'],
    [{ fatigue: [{ ...rule, cost: 0 }] }, 'fatigue.0.cost'],
    [{ fatigue: [{ ...rule, halfLifeHours: 24 * 93 }] }, 'fatigue.0.halfLifeHours'],
    [{ fatigue: [{ ...rule, channel: 'pigeon' }] }, 'fatigue.0.channel'],
    [{ fatigue: [rule], policy: { kind: 'fixed-split' } }, 'fatigue'],
  ])('is refused as %j at %s', (changes, path) => {
    expect(wrongWith(changes).map(([at]) => at)).toEqual([path]);
  });
});

describe('frequency', () => {
  it.each([
    [{ perDays: 7, least: 0, most: 4 }, ''],
    [{ perDays: 7, least: 4, most: 4 }, ''],
    [{ perDays: 7, least: 5, most: 4 }, 'frequency.most'],
    [{ perDays: 93, least: 1, most: 4 }, 'frequency.perDays'],
    [{ perDays: 7, least: 0.5, most: 4 }, 'frequency.least'],
    [{ perDays: 7, most: 4 }, 'frequency.least'],
  ])('%j is refused at "%s"', (frequency, path) => {
    expect(
      wrongWith({ frequency })
        .map(([at]) => at)
        .join(),
    ).toBe(path);
  });
});
