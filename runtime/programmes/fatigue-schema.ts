import { z } from 'zod';
import type { Programme } from '../../core/domain/programme.ts';
import { IGNORED_LOOKBACK_HOURS } from '../../core/guardrails/suppression.ts';
import type { Issue } from './learning-schema.ts';
import { id } from './names.ts';

/** What contacts take off the value of further ones. */
export const fatigue = z
  .array(
    z.strictObject({
      per: z.enum(['person', 'variant']),
      channel: id.optional(),
      cost: z.number().positive(),
      halfLifeHours: z.number().min(1).max(IGNORED_LOOKBACK_HOURS),
    }),
  )
  .min(1)
  .max(10);

export function checkFatigue(
  {
    fatigue: rules = [],
    policy,
    variants,
  }: Pick<Programme, 'fatigue' | 'policy'> & { variants: readonly { channel: string }[] },
  issue: Issue,
): void {
  if (rules.length > 0 && policy.kind === 'fixed-split')
    issue(['fatigue'], 'fixed-split cannot heed it: its shares are what they are');
  for (const [i, { channel }] of rules.entries()) {
    if (channel !== undefined && !variants.some((own) => own.channel === channel))
      issue(['fatigue', i, 'channel'], 'a channel of some variant');
  }
}
