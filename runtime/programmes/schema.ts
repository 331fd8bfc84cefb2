import { z } from 'zod';
import { DEFER_HOURS } from '../../core/decide/deferral.ts';
import { WHEN_AWAY } from '../../core/domain/away.ts';
import type { Programme, Variant } from '../../core/domain/programme.ts';
import { WEEKDAYS } from '../../core/domain/programme.ts';
import { SILENCE } from '../../core/domain/decision.ts';
import { IGNORED_LOOKBACK_HOURS } from '../../core/guardrails/suppression.ts';
import { MOST_TEXT } from '../engine/cel.ts';
import { checkFatigue, fatigue } from './fatigue-schema.ts';
import { frequency } from './frequency-schema.ts';
import { checkCosts, checkLimits, goal } from './goal-schema.ts';
import { contentHash } from './content-hash.ts';
import type { Issue } from './learning-schema.ts';
import { checkContext, checkPolicy, contextFields, policy } from './learning-schema.ts';
import { hours, id, name, zone, zoneField } from './names.ts';
import { checkTiming, timing } from './timing-schema.ts';
import { budget, cap, queue, variantResources } from './resource-schema.ts';
import { checkSlots, slotFields } from './slot-schema.ts';

const date = z.iso.datetime({ offset: true });

/** An eligibility rule; what it says is checked when the programme is saved. */
const rule = z.string().min(1).max(MOST_TEXT);

const variant = z.object({
  id: id.refine((text) => text !== SILENCE, `any id but ${SILENCE}`),
  channel: id,
  content: z.record(name, z.string().max(100_000)),
  labels: z.record(name, z.string().max(200)).optional(),
  eligible: rule.optional(),
  startsAt: date.optional(),
  endsAt: date.optional(),
  ...slotFields,
  ...variantResources,
});

const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'HH:MM, from 00:00 to 23:59');

const quietHours = z
  .strictObject({
    from: time.optional(),
    to: time.optional(),
    allowedDays: z.array(z.enum(WEEKDAYS)).min(1).optional(),
    blackoutDates: z.array(z.iso.date()).max(366).optional(),
    channels: z.array(id).min(1).optional(),
    defer: z.boolean().optional(),
    deferHours: z.number().positive().max(DEFER_HOURS).optional(),
    zone: zoneField.optional(),
    fallbackZone: zone,
  })
  .refine(({ from, to }) => (from === undefined) === (to === undefined), {
    path: ['to'],
    message: 'from and to go together',
  })
  .refine(({ from, to }) => from === undefined || from !== to, {
    path: ['to'],
    message: 'another time than from',
  })
  .refine(({ defer, deferHours }) => deferHours === undefined || defer === true, {
    path: ['deferHours'],
    message: 'goes with defer: true',
  });

const guardrails = z.strictObject({
  eligible: rule.optional(),
  eligibleByChannel: z.record(id, rule).optional(),
  releaseAfterHours: hours.optional(),
  suppressAfterIgnored: z
    .strictObject({ count: z.number().int().min(1).max(100), hours: hours.max(IGNORED_LOOKBACK_HOURS) })
    .optional(),
  restAfterSignal: z
    .array(z.strictObject({ signal: name, hours }))
    .max(20)
    .optional(),
  quietHours: quietHours.optional(),
  consent: z.record(id, z.union([name, z.array(name).min(1).max(20)])).optional(),
  caps: z.array(cap).optional(),
  budget: budget.optional(),
  queues: z.record(id, queue).optional(),
});

const on = z.boolean().optional();

const arbitration = z.strictObject({
  priority: z.number().positive().max(1e6).optional(),
  value: z.number().positive().max(1e9).optional(),
  lever: z.number().min(-100).max(1_000).optional(),
  factors: z.strictObject({ priority: on, value: on, propensity: on, lever: on }).optional(),
});

/** A programme as people write it. Version, approvals and content hashes are ours. */
export const programmeSchema = z
  .strictObject({
    id,
    version: z.number().optional(),
    /** As the answer to a save has them: whoever sends that back is not refused. */
    findings: z.array(z.unknown()).optional(),
    name: z.string().min(1).max(200),
    status: z.enum(['draft', 'live', 'paused', 'ended']).default('draft'),
    goal,
    variants: z.array(variant).min(1).max(50),
    silence: z.boolean().default(false),
    fallback: id.optional(),
    whenAway: z.enum(WHEN_AWAY).optional(),
    policy: policy.default({ kind: 'auto' }),
    ...contextFields,
    holdout: z
      .strictObject({
        kind: z.enum(['no-contact', 'random', 'business-as-usual']),
        share: z.number().min(0).max(0.9),
      })
      .optional(),
    guardrails: guardrails.default({}),
    fatigue: fatigue.optional(),
    frequency: frequency.optional(),
    timing: timing.optional(),
    arbitration: arbitration.optional(),
    startsAt: date.optional(),
    endsAt: date.optional(),
    sendBucketHours: z
      .number()
      .positive()
      .max(24 * 31)
      .default(24),
  })
  .superRefine((programme, context) => {
    const issue: Issue = (path, message) => context.addIssue({ code: 'custom', path, message });
    const ids = programme.variants.map((v) => v.id);
    for (const [i, own] of ids.entries()) {
      if (ids.indexOf(own) !== i) issue(['variants', i, 'id'], 'an id that no other variant has');
    }
    const queues = Object.keys(programme.guardrails.queues ?? {});
    for (const [i, { route }] of programme.variants.entries()) {
      if (route && !queues.includes(route.queue)) {
        issue(['variants', i, 'route', 'queue'], 'a queue that `guardrails.queues` says the capacity of');
      }
    }
    if (programme.fallback !== undefined && !ids.includes(programme.fallback)) {
      issue(['fallback'], `one of ${ids.join(', ')}`);
    }
    for (const [i, own] of programme.variants.entries()) checkSlots(own, ['variants', i], issue);
    checkPolicy(programme, issue);
    checkContext(programme, issue);
    checkCosts(programme, issue);
    checkFatigue(programme, issue);
    checkLimits(programme, issue);
    checkTiming(programme, issue);
  });

export type ProgrammeInput = z.infer<typeof programmeSchema>;

/** A programme as it is kept: approvals of unchanged content stay. */
export function toProgramme(input: ProgrammeInput, previous?: Programme): Programme {
  const variants = input.variants.map((given): Variant => {
    const before = previous?.variants.find((candidate) => candidate.id === given.id);
    const ours = contentHash(given);
    return {
      ...given,
      contentHash: ours,
      approval: before?.contentHash === ours ? before.approval : undefined,
    };
  });
  const own = { ...input };
  delete own.findings;
  return { ...own, version: previous?.version ?? 0, variants };
}
