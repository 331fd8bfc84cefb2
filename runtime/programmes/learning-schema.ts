import { z } from 'zod';
import { SILENCE } from '../../core/domain/decision.ts';
import { PAST_CATEGORIES, PAST_NUMBERS, RESPONSES } from '../../core/domain/feature.ts';
import type { PolicyChoice, PolicyKind, Programme } from '../../core/domain/programme.ts';
import { TRAITS } from '../../core/domain/programme.ts';
import { IGNORED_LOOKBACK_HOURS } from '../../core/guardrails/suppression.ts';
import { DeclaredFeatures } from '../../core/learn/features/declared.ts';
import { sinceKey } from '../../core/learn/features/freshness.ts';
import { mayKey } from '../../core/learn/features/sleepers.ts';
import { id, name } from './names.ts';

/* The fields of a programme that say what it learns from and how. */

/** A model has the square of it in numbers for each option, and is written with every fold. */
const MOST_COLUMNS = 64;

/** What is between its bounds is divided by their distance, and what is logged by what a reward is worth: with more that is no number. */
const MOST_NUMBER = 1e100;
const MOST_LOGGED = 1e30;

const RESPONSE_NAMES: ReadonlySet<string> = new Set(RESPONSES);

const source = (past: readonly string[]): z.ZodOptional<z.ZodString> =>
  z
    .string()
    .max(100 + TRAITS.length)
    .refine(
      (from) => past.includes(from) || (from.startsWith(TRAITS) && from.length > TRAITS.length),
      `${past.join(', ')} or traits.<name>`,
    )
    .optional();

const category = z
  .strictObject({
    type: z.literal('category'),
    values: z
      .array(z.string().min(1).max(100))
      .min(1)
      .max(50)
      .refine((values) => new Set(values).size === values.length, 'every value once'),
    from: source(PAST_CATEGORIES),
  })
  .refine(
    ({ from, values }) => from !== 'lastResponse' || values.every((value) => RESPONSE_NAMES.has(value)),
    { path: ['values'], message: `of lastResponse: ${RESPONSES.join(', ')}` },
  );

const number = z
  .strictObject({
    type: z.literal('number'),
    min: z.number().min(-MOST_NUMBER).optional(),
    max: z.number().max(MOST_NUMBER).optional(),
    from: source(PAST_NUMBERS),
    days: z
      .number()
      .positive()
      .max(IGNORED_LOOKBACK_HOURS / 24)
      .optional(),
  })
  .refine(({ min, max }) => (min === undefined) === (max === undefined), {
    path: ['max'],
    message: 'a number greater than min; without both the range is learned',
  })
  .refine(({ min = 0, max = 1 }) => max - min >= 1 / MOST_NUMBER, {
    path: ['max'],
    message: 'a number greater than min',
  })
  .refine(({ from, days }) => (from === 'contactsIn') === (days !== undefined), {
    path: ['days'],
    message: 'over how many days `contactsIn` counts; with nothing else',
  });

const feature = z.discriminatedUnion('type', [category, number]);

const LEARNING = [
  'auto',
  'weighted-thompson',
  'linear-thompson',
  'shared-linear-thompson',
  'top-two',
] as const;
const KINDS = [...LEARNING, 'fixed-split'] as const;

export const policy = z.strictObject({
  kind: z.enum(KINDS, { error: `one of ${KINDS.join(', ')}` }),
  floor: z.number().min(0).max(0.5).optional(),
  halfLifeDays: z
    .number()
    .min(1)
    .max(365 * 10)
    .optional(),
  recovering: z.boolean().optional(),
  shares: z.record(id, z.number().min(0)).optional(),
  netOfCosts: z.boolean().optional(),
  newOptions: z
    .strictObject({
      share: z.number().positive().max(0.5),
      trials: z.number().int().min(1).max(1e6),
    })
    .optional(),
  priorFrom: z
    .union(
      [z.literal('workspace'), z.array(id).min(1).max(20)],
      'workspace, or the ids of 1 to 20 programmes',
    )
    .optional(),
  priorLog: z
    .strictObject({
      source: z.string().min(1).max(200),
      at: z.iso.datetime({ offset: true }),
      options: z.record(
        id,
        z.strictObject({
          trials: z.number().positive().max(MOST_LOGGED),
          reward: z.number().min(-MOST_LOGGED).max(MOST_LOGGED),
          squares: z.number().min(0).max(MOST_LOGGED),
        }),
      ),
    })
    .optional(),
});

export const contextFields = {
  context: z
    .record(name, feature)
    .refine((context) => Object.keys(context).length <= 30, 'at most 30 features')
    .optional(),
  crosses: z
    .array(z.tuple([name, name]))
    .max(20)
    .optional(),
};

/** Fields of `policy` besides `kind`, and the kinds that heed them. */
const HEEDED: Record<Exclude<keyof PolicyChoice, 'kind'>, readonly PolicyKind[]> = {
  floor: LEARNING,
  halfLifeDays: LEARNING,
  recovering: ['auto', 'linear-thompson', 'shared-linear-thompson'],
  shares: ['fixed-split'],
  netOfCosts: LEARNING,
  newOptions: LEARNING,
  priorFrom: LEARNING,
  priorLog: LEARNING,
};

/** Says what is wrong with the field at a path. */
export type Issue = (path: (string | number)[], message: string) => void;

export function checkPolicy(
  {
    policy: own,
    variants,
    silence,
  }: Pick<Programme, 'policy' | 'silence'> & { variants: readonly { id: string }[] },
  issue: Issue,
): void {
  for (const [field, kinds] of Object.entries(HEEDED)) {
    if (own[field as keyof typeof HEEDED] !== undefined && !kinds.includes(own.kind))
      issue(['policy', field], `${own.kind} cannot heed it, only ${kinds.join(', ')}`);
  }
  const options = [...variants.map((v) => v.id), ...(silence ? [SILENCE] : [])];
  if ((own.floor ?? 0) * options.length > 0.5)
    issue(['policy', 'floor'], 'floor x options at most 0.5, or little is left to the policy');
  if (own.newOptions && own.newOptions.share < (own.floor ?? 0))
    issue(['policy', 'newOptions', 'share'], 'at least the floor');
  if (!own.shares) return;
  const named = Object.keys(own.shares);
  if (named.length !== options.length || !options.every((option) => named.includes(option)))
    issue(['policy', 'shares'], `a share for each of ${options.join(', ')}, and for nothing else`);
  else if (!Object.values(own.shares).some((share) => share > 0))
    issue(['policy', 'shares'], 'a share above 0 for at least one option');
}

export function checkContext(
  {
    context = {},
    crosses = [],
    policy: own,
    variants,
  }: Pick<Programme, 'context' | 'crosses' | 'policy'> & { variants: readonly { id: string }[] },
  issue: Issue,
): void {
  for (const key of variants.flatMap(({ id: variant }) => [mayKey(variant), sinceKey(variant)])) {
    if (Object.hasOwn(context, key)) issue(['context', key], 'a name that says nothing of a variant');
  }
  for (const [i, [left, right]] of crosses.entries()) {
    for (const [j, name] of [left, right].entries()) {
      if (!Object.hasOwn(context, name)) issue(['crosses', i, j], 'a feature that context declares');
    }
    if (left === right) issue(['crosses', i], 'two different features');
  }
  if (crosses.flat().some((name) => !Object.hasOwn(context, name))) return;
  const { count } = new DeclaredFeatures({ context, crosses, policy: own });
  if (count > MOST_COLUMNS) {
    issue(['context'], `makes ${count} columns, at most ${MOST_COLUMNS}: fewer values, features or crosses`);
  }
}
