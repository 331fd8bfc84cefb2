import { expect, it } from 'vitest';
import type { PolicyKind, Programme } from '../../../core/domain/programme.ts';
import { lint } from '../../../runtime/programmes/lint/lint.ts';
import { NOON, programme, variant } from '../../support/programmes.ts';

const LOYAL = { eligible: 'traits.loyal == "yes"' };

it('finds variants for some people only where the policy does not know who may have what', () => {
  const found = (kind: PolicyKind, changes: Partial<Programme> = {}): string[] => {
    const variants = [variant('gold', LOYAL), variant('plain')];
    return lint(programme({ policy: { kind }, variants, ...changes }), { now: NOON })
      .filter(({ code }) => code === 'eligible-unlike')
      .map(({ message }) => message);
  };
  for (const kind of ['weighted-thompson', 'top-two'] as const)
    expect(found(kind)).toEqual([expect.stringMatching(`^Only some may have gold, and ${kind} compares`)]);
  for (const kind of ['auto', 'linear-thompson', 'shared-linear-thompson', 'fixed-split'] as const)
    expect(found(kind)).toEqual([]);
  // all are for the same people, and so is silence: it is learned of nobody who had no choice
  const alike = [variant('gold', LOYAL), variant('silver', LOYAL)];
  expect(found('weighted-thompson', { variants: alike })).toEqual([]);
  expect(found('weighted-thompson', { variants: alike, silence: true })).toEqual([]);
  const guardrails = { eligibleByChannel: { sms: 'traits.vip == true' } };
  const channels = [variant('mail'), variant('text', { channel: 'sms' })];
  expect(found('weighted-thompson', { variants: channels })).toEqual([]);
  expect(found('weighted-thompson', { variants: channels, guardrails })).toHaveLength(1);
  const consent = { consent: { sms: 'texts' } };
  expect(found('weighted-thompson', { variants: channels, guardrails: consent })).toHaveLength(1);
});
