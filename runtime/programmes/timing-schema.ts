import { z } from 'zod';
import { TRAITS } from '../../core/domain/programme.ts';
import type { Timing } from '../../core/domain/timing.ts';
import type { Issue } from './learning-schema.ts';
import { zone, zoneField } from './names.ts';

/* The field of a programme that says how far ahead its messages may be planned. */

const trait = z
  .string()
  .max(100 + TRAITS.length)
  .startsWith(TRAITS);

const DAY_HOURS = 24;

export const timing = z.strictObject({
  horizonHours: z.number().int().min(1).max(48),
  stepHours: z
    .number()
    .int()
    .min(1)
    .max(DAY_HOURS)
    .refine((hours) => DAY_HOURS % hours === 0, 'a divisor of 24')
    .optional(),
  mostOptions: z.number().int().min(1).max(5_000).optional(),
  segment: z.strictObject({ trait, values: z.array(z.string().min(1).max(100)).min(1).max(20) }).optional(),
  zone: zoneField.optional(),
  fallbackZone: zone.optional(),
});

export function checkTiming(
  { timing: own, variants }: { timing?: Timing | undefined; variants: readonly unknown[] },
  issue: Issue,
): void {
  if (own?.mostOptions !== undefined && own.mostOptions < variants.length) {
    issue(['timing', 'mostOptions'], `at least ${variants.length}, one for each variant`);
  }
}
