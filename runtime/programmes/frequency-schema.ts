import { z } from 'zod';
import { IGNORED_LOOKBACK_HOURS } from '../../core/guardrails/suppression.ts';

/** How often a person is to be contacted. */
export const frequency = z
  .strictObject({
    perDays: z
      .number()
      .positive()
      .max(IGNORED_LOOKBACK_HOURS / 24),
    least: z.number().int().min(0).max(100),
    most: z.number().int().min(1).max(100),
  })
  .refine(({ least, most }) => least <= most, { path: ['most'], message: 'at least as many as `least`' });
