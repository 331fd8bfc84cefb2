import { describe, expect, it } from 'vitest';
import { SILENCE } from '../../../core/domain/decision.ts';
import type { Person } from '../../../core/domain/person.ts';
import { newPerson } from '../../../core/domain/person.ts';
import type { HoldoutKind, Programme } from '../../../core/domain/programme.ts';
import { emptyState } from '../../../core/learn/model.ts';
import { addTrials, moveWorth } from '../../support/earned.ts';
import { decided, live } from '../../support/decisions.ts';
import { DAY, NOON, programme, variant } from '../../support/programmes.ts';
import { sum, surprise } from '../../support/statistics.ts';

const inArm = (arm: 'treated' | 'holdout', alias = 'user:u'): Person => ({
  ...newPerson('p', [alias]),
  arms: { welcome: arm },
});

const withHoldout = (kind: HoldoutKind, changes: Partial<Programme> = {}): Programme =>
  programme({ holdout: { kind, share: 0.1 }, fallback: 'b', ...changes });

describe('decide', () => {
  it('is a function: equal inputs and seed give the equal decision', () => {
    const asked = { request: { send: 's', context: { plan: 'pro' } }, sendKey: 'k' };
    const one = decided(live(programme({ silence: true })), asked);
    expect(decided(live(programme({ silence: true })), structuredClone(asked))).toEqual(one);
    expect(JSON.stringify(decided(live(programme({ silence: true })), asked))).toBe(JSON.stringify(one));
  });

  it('draws anew for another person, another send, another installation', () => {
    const on = live(programme({ variants: Array.from({ length: 30 }, (_, i) => variant(`v${i}`)) }));
    const drawn = (asked: Parameters<typeof decided>[1]): string => decided(on, asked).seed;
    const seeds = [
      drawn({}),
      drawn({ person: newPerson('p', ['user:w']) }),
      drawn({ sendKey: 'another' }),
      drawn({ seed: 'another' }),
    ];
    expect(new Set(seeds).size).toBe(4);
  });

  it('records everything needed to compute it again', () => {
    const state = emptyState();
    addTrials(state, 'a', 40);
    const p = programme({ version: 7, variants: [variant('a'), variant('b', { approval: undefined })] });
    const decision = decided(live(p, state, 3), { request: { send: 's', context: { plan: 'pro', age: 4 } } });
    expect(decision).toMatchObject({
      programme: 'welcome',
      programmeVersion: 7,
      modelVersion: 3,
      person: 'p',
      send: 's',
      at: NOON,
      action: 'send',
      option: 'a',
      variant: 'a',
      channel: 'email',
      content: variant('a').content,
      reason: 'policy',
      rung: 'full',
      arm: 'treated',
      propensity: 1,
      dropped: [{ option: 'b', rule: 'approval' }],
      context: { plan: 'pro', age: 4 },
      learn: true,
    });
    expect(decision.eligible.map(({ option }) => option)).toEqual(['a']);
  });

  it('logs the propensity of the option it drew, among the options that were left', () => {
    const on = live(programme({ silence: true, variants: [variant('a'), variant('b'), variant('c')] }));
    for (let i = 0; i < 50; i++) {
      const { eligible, option, propensity } = decided(on, { sendKey: `k${i}` });
      expect(eligible.find((scored) => scored.option === option)!.propensity).toBe(propensity);
      expect(sum(eligible.map((scored) => scored.propensity))).toBeCloseTo(1, 12);
    }
  });

  it('chooses silence as an option of its own, without content, and learns from it', () => {
    const state = emptyState();
    for (const option of ['a', 'b', 'c', SILENCE]) addTrials(state, option, 1_000);
    for (let i = 0; i < 300; i++) moveWorth(state, SILENCE, 'Order Completed', { before: 0, after: 1 });
    const decision = decided(live(programme({ silence: true }), state), { sendKey: 'x' });
    expect(decision).toMatchObject({ action: 'silence', option: SILENCE, reason: 'policy', learn: true });
    expect(decision.propensity).toBeGreaterThan(0.9);
    expect([decision.variant, decision.channel, decision.content]).toEqual([undefined, undefined, undefined]);
    expect(decided(live(programme(), state)).option).not.toBe(SILENCE);
  });

  it('is silent when no variant is left, although silence is no option, and says which rule it was', () => {
    const cap = { per: 'person' as const, count: 1, hours: 24 };
    const contacts = [{ person: 'p', at: NOON - 1, decision: 'd', programme: 'other', channel: 'email' }];
    const decision = decided(live(programme({ guardrails: { caps: [cap] } })), { contacts });
    expect(decision).toMatchObject({
      action: 'silence',
      reason: 'guardrail',
      guardrail: 'caps',
      learn: false,
    });
    expect(decision.dropped.map(({ option, rule }) => [option, rule])).toEqual([
      ['a', 'caps'],
      ['b', 'caps'],
      ['c', 'caps'],
    ]);
    const none = decided(live(programme({ variants: [] })));
    expect(none).toMatchObject({ action: 'silence', reason: 'guardrail' });
  });

  it('calls a preview a preview', () => {
    expect(decided(live(programme()), { request: { preview: true } }).reason).toBe('preview');
  });
});

describe('a pin', () => {
  it('forces a variant and is never learned from', () => {
    const decision = decided(live(programme({ silence: true })), { request: { pin: 'c' } });
    expect(decision).toMatchObject({ option: 'c', reason: 'pinned', propensity: 1, learn: false });
  });

  it('cannot get past a guardrail, nor name what is not there', () => {
    const variants = [variant('a'), variant('b', { endsAt: new Date(NOON - DAY).toISOString() })];
    const on = live(programme({ variants }));
    expect(decided(on, { request: { pin: 'b' } })).toMatchObject({
      action: 'silence',
      reason: 'guardrail',
      guardrail: 'dates',
    });
    expect(decided(on, { request: { pin: 'x' } })).toMatchObject({
      action: 'silence',
      guardrail: 'unknown-variant',
    });
    expect(decided(on, { request: { pin: SILENCE } }).action).toBe('silence');
  });
});

describe('a person in the holdout', () => {
  it('is not contacted in `no-contact`', () => {
    const decision = decided(live(withHoldout('no-contact')), { person: inArm('holdout') });
    expect(decision).toMatchObject({ action: 'silence', reason: 'holdout', arm: 'holdout', learn: false });
  });

  it('gets the usual variant in `business-as-usual`, and silence when that one may not be sent', () => {
    const usual = decided(live(withHoldout('business-as-usual')), { person: inArm('holdout') });
    expect(usual).toMatchObject({ option: 'b', reason: 'holdout', propensity: 1, learn: false });
    const variants = [variant('a'), variant('b', { approval: undefined })];
    const closed = decided(live(withHoldout('business-as-usual', { variants })), {
      person: inArm('holdout'),
    });
    expect(closed).toMatchObject({ action: 'silence', reason: 'holdout' });
  });

  it('gets each eligible option equally often in `random`, whatever was learned', () => {
    const state = emptyState();
    addTrials(state, 'a', 500);
    for (let i = 0; i < 400; i++) moveWorth(state, 'a', 'Order Completed', { before: 0, after: 1 });
    const variants = [...programme().variants, variant('d', { approval: undefined })];
    const on = live(withHoldout('random', { silence: true, variants }), state);
    const counts = new Map<string, number>();
    for (let i = 0; i < 8_000; i++) {
      const decision = decided(on, { person: inArm('holdout', `user:${i}`) });
      expect(decision).toMatchObject({ propensity: 0.25, learn: false, reason: 'holdout' });
      counts.set(decision.option, (counts.get(decision.option) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual(['a', 'b', 'c', SILENCE]);
    expect(surprise([...counts.values()].map((count) => ({ count, expected: 2_000 })))).toBeLessThan(3.09);
  });

  it('is not contacted in any kind when every variant is closed', () => {
    for (const kind of ['no-contact', 'random', 'business-as-usual'] as const) {
      const on = live(withHoldout(kind, { status: 'paused' }));
      expect(decided(on, { person: inArm('holdout') }).action).toBe('silence');
    }
  });
});
