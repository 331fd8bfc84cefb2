import type { PolicyKind } from '../../../core/domain/programme.ts';
import { sleepersOf } from '../../../core/learn/features/sleepers.ts';
import type { Check } from './finding.ts';

/** Policies that learn what earns most, whoever it was for. */
const BLIND: ReadonlySet<PolicyKind> = new Set(['weighted-thompson', 'top-two']);

/** Variants for some people only, of a policy that does not know who may have what. */
export const sleepers: Check = (programme) => {
  const { kind } = programme.policy;
  const [first] = BLIND.has(kind) ? sleepersOf(programme) : [];
  if (!first) return [];
  const message = `Only some may have ${first.id}, and ${kind} compares what they do after it with what everybody does after the others: an offer for loyal customers looks better than it is.`;
  const fix = 'Choose auto, which takes into account who may have what.';
  return [{ code: 'eligible-unlike', path: 'policy.kind', message, fix }];
};
