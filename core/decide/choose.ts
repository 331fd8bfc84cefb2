import type { Rng } from '../contracts/rng.ts';
import type { Arm } from '../domain/arm.ts';
import type { Decision, DecideRequest, DroppedOption, Reason, ScoredOption } from '../domain/decision.ts';
import { SILENCE } from '../domain/decision.ts';
import type { Contribution } from '../domain/contribution.ts';
import type { Programme, Variant } from '../domain/programme.ts';
import { LIMITS } from '../policies/limits.ts';
import { mainContributions } from '../policies/main-contributions.ts';
import type { Policy } from '../policies/policy.ts';
import { optionsOf } from '../policies/policy.ts';
import { draw } from './draw.ts';

/** What was chosen, and by whom. */
export interface Choice {
  chosen: ScoredOption;
  eligible: ScoredOption[];
  reason: Reason;
  guardrail?: string | undefined;
  policy: string;
  learn: boolean;
  /** What limits of the goal took away from what the guardrails had left. */
  beyond?: readonly DroppedOption[] | undefined;
  /** What the score of the chosen option is the sum of. */
  because?: Contribution[] | undefined;
}

const NOTHING: ScoredOption = { option: SILENCE, propensity: 1, score: 0 };

interface Situation {
  programme: Programme;
  arm: Arm;
  allowed: readonly Variant[];
  dropped: readonly DroppedOption[];
  request: DecideRequest;
  now: number;
  fatigue?: Decision['fatigue'];
  /** Whether the person had too few contacts for silence to be an option. */
  owed: boolean;
  /** How much more than on average each option is expected to be responded to at its best time; absent: all alike. */
  factors?: (() => ReadonlyMap<string, number> | undefined) | undefined;
}

/** The one option left when chance has no part in it. */
function only(option: string, reason: Reason, policy: string): Choice {
  const chosen = { option, propensity: 1, score: 0 };
  return { chosen, eligible: [chosen], reason, policy, learn: false };
}

function held(programme: Programme, allowed: readonly Variant[], rng: Rng): Choice {
  const kind = programme.holdout?.kind ?? 'no-contact';
  const usual = allowed.find((variant) => variant.id === programme.fallback);
  if (kind === 'business-as-usual' && usual) return only(usual.id, 'holdout', kind);
  if (kind === 'random' && allowed.length > 0) {
    const options = optionsOf(programme, allowed);
    const eligible = options.map((option) => ({ option, propensity: 1 / options.length, score: 0 }));
    return { chosen: draw(eligible, rng), eligible, reason: 'holdout', policy: 'uniform', learn: false };
  }
  return only(SILENCE, 'holdout', kind);
}

/** Pin, guardrails, holdout, policy: whoever speaks first decides. Guardrails hold for pins and holdouts too. */
export function choose(
  { programme, arm, allowed, dropped, request, now, fatigue, owed, factors }: Situation,
  policy: Policy,
  rng: Rng,
): Choice {
  const { pin, context } = request;
  if (pin !== undefined) {
    if (allowed.some((variant) => variant.id === pin)) return only(pin, 'pinned', 'pin');
    const guardrail = dropped.find((option) => option.option === pin)?.rule ?? 'unknown-variant';
    return { ...only(SILENCE, 'guardrail', 'pin'), guardrail };
  }
  if (arm === 'holdout') return held(programme, allowed, rng);
  if (allowed.length === 0) return nothing(dropped[0]?.rule ?? 'approval');
  return byPolicy({ programme, allowed, context, now, fatigue, owed, factors }, policy, rng);
}

const nothing = (guardrail: string): Choice => {
  return {
    chosen: NOTHING,
    eligible: [NOTHING],
    reason: 'guardrail',
    guardrail,
    policy: 'none',
    learn: false,
  };
};

type Open = Pick<Situation, 'programme' | 'allowed' | 'now' | 'fatigue' | 'owed' | 'factors'> &
  Pick<DecideRequest, 'context'>;

/** What limits of the goal leave is for the policy; when they leave no variant, what the programme declares for that. */
function byPolicy(
  { programme, allowed, context, now, fatigue, owed, factors }: Open,
  policy: Policy,
  rng: Rng,
): Choice {
  const ids = allowed.map(({ id }) => id);
  const beyond = policy.beyond?.(ids, now) ?? [];
  const fallback = allowed.find(({ id }) => id === programme.fallback)?.id;
  const stood = programme.goal.beyondLimits === 'fallback' && fallback !== undefined;
  const none = beyond.length === allowed.length;
  if (none && !stood && !programme.silence) return { ...nothing(LIMITS), beyond };
  const left =
    beyond.length === 0 ? allowed : allowed.filter(({ id }) => !beyond.some(({ option }) => option === id));
  const open = none && stood ? [fallback] : optionsOf(programme, left);
  const options = owed && left.length > 0 ? open.filter((option) => option !== SILENCE) : open;
  const circumstances = { context, at: now, fatigue, factors: factors?.() };
  const eligible = policy.score(options, circumstances);
  const chosen = draw(eligible, rng);
  const because = policy.contributions?.(chosen.option, circumstances);
  return {
    chosen,
    eligible,
    reason: none && stood ? 'fallback' : 'policy',
    policy: policy.method,
    learn: true,
    beyond: beyond.filter(({ option }) => option !== chosen.option),
    because: because && mainContributions(because),
  };
}
