import { draw } from '../../core/decide/draw.ts';
import type { DecideRequest } from '../../core/domain/decision.ts';
import type { Programme } from '../../core/domain/programme.ts';
import { HOUR_MS } from '../../core/domain/programme.ts';
import { effectiveOf } from '../../core/learn/effective.ts';
import { linearSumsOf } from '../../core/learn/linear-state.ts';
import { emptyState } from '../../core/learn/model.ts';
import type { Xoshiro } from '../../core/maths/xoshiro.ts';
import { rngFromNumber } from '../../core/maths/xoshiro.ts';
import { auto } from '../../core/policies/auto.ts';
import type { Belief } from '../../core/policies/belief.ts';
import { policyOf } from '../../core/policies/policy-of.ts';
import { regressed } from '../../core/policies/regressed.ts';
import { timed } from '../timed.ts';
import type { Cost } from './perf.ts';

/** Columns of a model and options, with what is asked in microseconds. */
interface Size {
  columns: number;
  options: number;
  /** Of a decision of `linear-thompson` without propensities. */
  plain?: number;
  /** Of a decision with them. */
  decision?: number;
  update?: number;
}

const SIZES: readonly Size[] = [
  { columns: 12, options: 8, plain: 3, decision: 50 },
  { columns: 12, options: 50 },
  { columns: 32, options: 8, update: 10 },
  { columns: 32, options: 50, plain: 60, decision: 1_000, update: 10 },
  { columns: 64, options: 50 },
];

const LEARNERS = { 'linear-thompson': regressed, auto };
type Kind = keyof typeof LEARNERS;

const HOUR = 510_000;
const AT = (HOUR + 1) * HOUR_MS;
/** Trials of each option, one of twenty of which was answered. */
const TRIALS = 200;
const RATE = 0.05;
const CONTEXTS = 512;

/** Features that make so many columns: beside the constant three for a number, four for a category of two values. */
function contextOf(columns: number): NonNullable<Programme['context']> {
  const context: NonNullable<Programme['context']> = {};
  const categories = (columns - 1) % 3;
  for (let i = 0; i < categories; i++) context[`c${i}`] = { type: 'category', values: ['free', 'pro'] };
  const numbers = (columns - 1 - 4 * categories) / 3;
  for (let i = 0; i < numbers; i++) context[`n${i}`] = { type: 'number', min: -3, max: 3 };
  return context;
}

function programmeOf(kind: Kind, { columns, options }: Size): Programme {
  const variants = Array.from({ length: options }, (_, a) => ({
    ...{ id: `option-${a}`, channel: 'email', content: {}, contentHash: '' },
  }));
  return {
    ...{ id: 'bench', version: 1, name: 'bench', status: 'live', silence: false, variants },
    goal: { signals: [{ signal: 'answer', weight: 1, windowHours: 168 }] },
    ...{ policy: { kind }, guardrails: {}, sendBucketHours: 24, context: contextOf(columns) },
  };
}

const contextsOf = ({ context = {} }: Programme, rng: Xoshiro): DecideRequest['context'][] =>
  Array.from({ length: CONTEXTS }, () =>
    Object.fromEntries(
      Object.entries(context).map(([name, { type }]) => {
        return [name, type === 'number' ? rng.normal() : rng.uniform() < 0.5 ? 'free' : 'pro'];
      }),
    ),
  );

/** The option with the largest of one draw each: what a decision would be that does not say how likely it was. */
function largest(beliefs: readonly Belief[], rng: Xoshiro): number {
  let [best, most] = [-1, -Infinity];
  for (let a = 0; a < beliefs.length; a++) {
    const reward = beliefs[a]!.mean + beliefs[a]!.sd * rng.normal();
    if (reward > most) [best, most] = [a, reward];
  }
  return best;
}

/** What one policy costs as it is served: a decision, an outcome that is learned from, and what is worked out once a fold. */
function costsOf(kind: Kind, size: Size): Cost[] {
  const rng = rngFromNumber(3);
  const programme = programmeOf(kind, size);
  const sums = linearSumsOf(programme);
  if (sums.features.count !== size.columns) throw new Error(`${sums.features.count} columns`);
  const contexts = contextsOf(programme, rng);
  const state = { ...emptyState(), linear: sums.empty() };
  const options = programme.variants.map(({ id }) => id);
  const learn = (i: number): void => {
    const trial = { option: options[i % options.length]!, context: contexts[i % CONTEXTS]!, hour: HOUR };
    sums.addTrials(state.linear, trial, 1);
    if (rng.uniform() < RATE) sums.moveCredits(state.linear, trial, {}, { answer: { worth: 1, delay: 0 } });
  };
  for (let i = 0; i < options.length * TRIALS; i++) learn(i);
  const model = { programme: programme.id, version: 1, state };
  const policy = policyOf(programme, model);
  const learner = LEARNERS[kind](programme, effectiveOf(programme, state), model);
  const asked = (i: number) => ({ context: contexts[i % CONTEXTS]!, at: AT });
  const what = `${kind}, ${size.columns} columns, ${size.options} options`;
  const decision = (i: number): void => void draw(policy.score(options, asked(i)), rng);
  const plain = (i: number): void => void largest(learner.believe(options, asked(i)), rng);
  const fold = (): void => void policyOf(programme, model).score(options, asked(0));
  return [
    {
      what: `${what}: decision without propensities`,
      ...timed(plain),
      asked: kind === 'linear-thompson' ? size.plain : undefined,
    },
    { what: `${what}: decision`, ...timed(decision), asked: size.decision },
    { what: `${what}: update`, ...timed(learn), asked: size.update },
    { what: `${what}: beliefs, once a fold`, ...timed(fold), asked: undefined },
  ];
}

export const servedCosts = (): Cost[] =>
  (['linear-thompson', 'auto'] as const).flatMap((kind) => SIZES.flatMap((size) => costsOf(kind, size)));
