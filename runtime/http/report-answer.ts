import { z } from 'zod';
import { policy } from '../programmes/learning-schema.ts';

/* What the report of a programme says, for the OpenAPI document. Times are in ms since 1970, rewards in units of the goal. */

const interval = z.object({ low: z.number(), high: z.number(), level: z.number() });

const point = z.object({ hours: z.number(), share: z.number() });

const told = z.object({
  trials: z.number().describe('Decisions'),
  counted: z.number().describe('As how many they count by now'),
});

const option = z.object({
  option: z.string(),
  trials: z.number().describe('Decisions that teach, every one as 1'),
  effectiveTrials: z.number().describe('As how many they count by now'),
  pending: told.describe('Those of which signals may still come'),
  complete: told.describe('The others: all that comes of them has come'),
  share: z.number().describe('Share of the trials so far'),
  propensity: z
    .number()
    .describe(
      'Probability with which the policy chooses it now, in an average context of those who may have all options',
    ),
  observed: z
    .object({ mean: z.number(), interval })
    .optional()
    .describe(
      'What its decisions earned on average, and an interval of that which holds at every look, whatever chose them',
    ),
  estimate: z
    .number()
    .describe('Reward per decision in an average context of those who may have it, posterior mean'),
  interval,
  eligible: z
    .object({
      share: z.number().describe('Share of the trials whose person might have it'),
      instead: z.object({ option: z.string(), estimate: z.number(), interval }).optional(),
    })
    .optional()
    .describe(
      'Of an option that not everybody may have: who may, and what is believed to earn most among the same people instead',
    ),
  coefficients: z
    .array(z.object({ feature: z.string(), estimate: z.number(), interval }))
    .optional()
    .describe('What each feature adds, of a policy that learns from context'),
  learnedPrior: z
    .object({ mean: z.number(), trials: z.number() })
    .optional()
    .describe(
      'What it would be believed to earn by all options together before it is tried, and the weight of that in trials',
    ),
  prior: z
    .object({ by: z.enum(['id', 'labels', 'all']), mean: z.number(), trials: z.number() })
    .optional()
    .describe('The same by past programmes or a send log'),
  delays: z
    .array(
      z.object({
        signal: z.string(),
        arrivals: z.number(),
        pooled: z.number().describe('How much of the curve is that of all options together, in [0, 1]'),
        curve: z.array(point),
      }),
    )
    .describe('Of what comes inside the window, the share that has come after so many hours'),
  limits: z
    .array(
      z.object({
        signal: z.string(),
        atMost: z.number(),
        trials: z.number(),
        count: z.number(),
        counted: z.number().describe('As how many trials they count, by what may still come'),
        beyond: z.number().describe('Probability that it is beyond'),
        dropped: z.boolean(),
      }),
    )
    .optional(),
  signals: z.record(z.string(), z.object({ count: z.number(), worth: z.number() })),
  cost: z.number().optional(),
  value: z.number().optional(),
});

const piece = z.object({
  variant: z.string(),
  slot: z.string(),
  piece: z.string(),
  trials: z.number(),
  effectiveTrials: z.number(),
  best: z.number().optional(),
  estimate: z.number(),
  interval,
});

const arm = z.object({ persons: z.number(), mean: z.number() });

export const reportAnswer = z.object({
  programme: z.string(),
  programmeVersion: z.number(),
  status: z.enum(['draft', 'live', 'paused', 'ended']),
  modelVersion: z.number(),
  policy: policy.describe('As it is declared, with the floor that holds'),
  options: z.array(option),
  prior: z
    .object({
      related: z.number().describe('Probability that what is known from elsewhere holds here'),
      sources: z.array(z.object({ source: z.string(), trials: z.number(), unused: z.string().optional() })),
    })
    .optional(),
  pieces: z.array(piece).optional(),
  delays: z.array(
    z.object({
      signal: z.string(),
      windowHours: z.number(),
      arrivals: z.number(),
      curve: z.array(point),
    }),
  ),
  change: z
    .object({ at: z.number(), option: z.string(), signal: z.string(), factor: z.number().optional() })
    .optional()
    .describe('The last change that was noticed'),
  ranges: z
    .record(z.string(), z.object({ min: z.number(), max: z.number(), trials: z.number() }))
    .optional()
    .describe('Of numbers whose range is learned, by feature: from how many trials'),
  forgetting: z
    .object({
      declaredHalfLifeDays: z.number().optional(),
      halfLifeDays: z
        .number()
        .optional()
        .describe('Under which half-life as many trials would count as do; absent: all of them count'),
      since: z.number().optional().describe('Nothing that was decided before counts'),
    })
    .describe('The same for all options'),
  behind: z.literal(true).optional().describe('What came since something could not be learned is missing'),
  channels: z.array(
    z.object({ channel: z.string(), trials: z.number(), share: z.number(), propensity: z.number() }),
  ),
  hours: z
    .array(
      z.object({
        channel: z.string(),
        hour: z.number(),
        sent: z.number(),
        responded: z.number(),
        factor: z.number(),
      }),
    )
    .optional(),
  lift: z.object({
    treated: arm,
    holdout: arm,
    difference: z.number(),
    interval: interval.optional(),
  }),
  funnel: z.object({
    decisions: z.number(),
    lostSends: z.number(),
    from: z.number().optional(),
    to: z.number().optional(),
    candidates: z.number(),
    dropped: z.record(z.string(), z.number()),
    chosen: z.number(),
    notChosen: z.record(z.string(), z.number()),
    lostInArbitration: z.number(),
  }),
  resources: z.array(
    z.object({
      resource: z.string(),
      rule: z.string(),
      what: z.string(),
      taken: z.number(),
      limit: z.number(),
      left: z.number(),
    }),
  ),
});

export type Report = z.infer<typeof reportAnswer>;
