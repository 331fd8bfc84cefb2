import type { PolicyKind, Programme } from '../domain/programme.ts';
import type { Model } from '../learn/model.ts';
import { sharedAsSet } from './fixed-split.ts';
import { linearThompson } from './linear-thompson-policy.ts';
import type { Policy } from './policy.ts';
import { topTwoThompson } from './top-two.ts';
import { weightedThompson } from './weighted-thompson.ts';

const POLICIES: Record<PolicyKind, (programme: Programme, model: Model) => Policy> = {
  'weighted-thompson': weightedThompson,
  'linear-thompson': linearThompson,
  'top-two': topTwoThompson,
  'fixed-split': sharedAsSet,
};

/** The policy a programme asks for, on what was learned so far. */
export const policyOf = (programme: Programme, model: Model): Policy =>
  POLICIES[programme.policy.kind](programme, model);
