import { z } from 'zod';

/** Settings of the destination. `host` is the regional endpoint of the workspace, without a path. */
export const settings = z.object({
  writeKey: z.string().trim().min(1),
  host: z.url({ protocol: /^https?$/ }).default('https://api.segment.io'),
  send: z.array(z.enum(['decision', 'reward'])).default(['decision', 'reward']),
});

export type SegmentSettings = z.infer<typeof settings>;
