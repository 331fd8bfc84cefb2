import { z } from 'zod';
import type { Programme } from '../../core/domain/programme.ts';
import type { Issue } from './learning-schema.ts';
import { name } from './names.ts';

/* The fields of a programme that say what it is for. */

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
  .refine((goal) => goal.weight !== 0, { path: ['weight'], message: 'a weight other than 0' });

export const goal = z.object({ signals: z.array(goalSignal).min(1).max(20) });

export function checkCosts(
  { policy, arbitration }: Pick<Programme, 'policy' | 'arbitration'>,
  issue: Issue,
): void {
  if (policy.netOfCosts === true && arbitration?.value === undefined)
    issue(['arbitration', 'value'], 'what a reward of 1 is worth, needed with `policy.netOfCosts`');
}
