import { z } from 'zod';
import type { Programme } from '../../core/domain/programme.ts';
import type { Issue } from './learning-schema.ts';
import { name } from './names.ts';

/* The fields of a programme that say what it is for. */

/** Squares of rewards are added up, of as many people as there may be. */
const isReckoned = (reward: number): boolean => reward >= 1e-12 && reward <= 1e12;

const goalSignal = z
  .object({
    signal: name,
    value: name.optional(),
    cap: z.number().positive().optional(),
    weight: z.number(),
    windowHours: z
      .number()
      .positive()
      .max(24 * 90),
    silence: z.boolean().optional(),
  })
  .refine((goal) => goal.value === undefined || goal.cap !== undefined, {
    path: ['cap'],
    message: 'the largest value that counts, needed with `value`',
  })
  .refine(({ weight, cap = 1 }) => weight === 0 || isReckoned(Math.abs(weight * cap)), {
    path: ['weight'],
    message: 'weight x cap between 1e-12 and 1e12, either way: beyond that rewards cannot be added up',
  });

const limit = z.strictObject({
  signal: name,
  // above a half, even nothing known would look beyond
  atMost: z.number().positive().max(0.5),
  sure: z.number().min(0.5).max(0.999).optional(),
});

type Path = (string | number)[];

export const goal = z
  .object({
    signals: z.array(goalSignal).min(1).max(20),
    limits: z.array(limit).max(10).optional(),
    beyondLimits: z.enum(['silence', 'fallback']).optional(),
  })
  .superRefine(({ signals, limits = [], beyondLimits }, context) => {
    const issue = (path: Path, message: string): void => context.addIssue({ code: 'custom', path, message });
    const weighed = signals.filter(({ weight }) => weight !== 0);
    for (const [i, { signal, weight }] of signals.entries()) {
      // credits are kept by signal: two of one name would be added up, and each weigh the sum
      if (signals.findIndex((own) => own.signal === signal) !== i)
        issue(['signals', i, 'signal'], 'a signal that no other of the goal names');
      const limited = limits.some((own) => own.signal === signal);
      if (weight === 0 && !(limited && weighed.length > 0))
        issue(['signals', i, 'weight'], 'a weight other than 0, unless a limit counts it beside others');
    }
    const counted = signals.filter(({ value }) => value === undefined).map(({ signal }) => signal);
    for (const [i, { signal }] of limits.entries()) {
      if (!counted.includes(signal))
        issue(['limits', i, 'signal'], 'one of the signals above, counted without a value');
      if (limits.findIndex((own) => own.signal === signal) !== i)
        issue(['limits', i, 'signal'], 'a signal that no other limit names');
    }
    if (beyondLimits !== undefined && limits.length === 0) issue(['beyondLimits'], 'only with limits');
  });

export function checkCosts(
  { policy, arbitration }: Pick<Programme, 'policy' | 'arbitration'>,
  issue: Issue,
): void {
  if (policy.netOfCosts === true && arbitration?.value === undefined)
    issue(['arbitration', 'value'], 'what a reward of 1 is worth, needed with `policy.netOfCosts`');
}

export function checkLimits(
  { goal: own, fallback }: Pick<Programme, 'goal' | 'fallback'>,
  issue: Issue,
): void {
  if (own.beyondLimits === 'fallback' && fallback === undefined)
    issue(['fallback'], 'the variant that stands in, needed with `goal.beyondLimits`');
}
