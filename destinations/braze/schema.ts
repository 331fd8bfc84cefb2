import { z } from 'zod';
import { WINDOW, REQUESTS, ITEMS } from './limits.ts';

/** Settings of the destination. `restEndpoint` is the one of the workspace's cluster and is never derived. */
export const settings = z.object({
  apiKey: z.string().trim().min(1),
  restEndpoint: z.url({ protocol: /^https?$/ }),
  appId: z.string().trim().min(1).optional(),
  batchSize: z.int().min(1).max(ITEMS.max.value).default(ITEMS.usual.value),
  send: z.array(z.enum(['decision', 'reward'])).default(['reward']),
  requests: z.int().min(1).default(REQUESTS.value),
  windowMs: z.int().min(1).default(WINDOW.value),
});

export type BrazeSettings = z.infer<typeof settings>;

/** One refusal in an answer to `/users/track`; one of unknown shape reads as empty. */
const refusal = z
  .object({
    type: z.unknown().optional(),
    input_array: z.unknown().optional(),
    index: z.unknown().optional(),
  })
  .catch({});

/** What of an answer to `/users/track` is read: everything may be missing. */
export const trackAnswer = z.object({ errors: z.array(refusal).catch([]) });
