import * as z from 'zod';

export const settingsSchema = z.object({
  /** Shared secret of the Webhooks destination. Set: every delivery needs a matching `X-Signature`. */
  sharedSecret: z.string().min(1).optional(),
});
export type SegmentSettings = z.infer<typeof settingsSchema>;

/** Longest `messageId`, in characters. Source: Segment HTTP Tracking API reference, read 2026-11-22 */
const MESSAGE_ID_CHARS = 100;

const id = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value) => (String(value ?? '').trim() === '' ? undefined : String(value)));

const fields = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((value) => value ?? {});

const time = z
  .unknown()
  .optional()
  .transform((value) => (typeof value === 'string' ? value : undefined));

/** What is used of an event of the Segment spec. Casing of `type` varies between senders. */
export const segmentEvent = z.object({
  type: z.string().transform((type) => type.toLowerCase()),
  messageId: id.refine((value) => value === undefined || value.length <= MESSAGE_ID_CHARS, {
    message: `longer than ${MESSAGE_ID_CHARS} characters`,
  }),
  userId: id,
  anonymousId: id,
  previousId: id,
  // The alias example of the Webhooks documentation spells its keys like this.
  'Previous ID': id,
  'User ID': id,
  event: id,
  traits: fields,
  properties: fields,
  context: z
    .object({
      traits: fields,
      page: fields,
      consent: z.unknown().optional(),
      /** IANA name of the device's zone. Source: https://segment.com/docs/connections/spec/common, read 2026-11-28 */
      timezone: z.unknown().optional(),
    })
    .nullish()
    .transform((value) => value ?? { traits: {}, page: {}, consent: undefined, timezone: undefined }),
  timestamp: time,
  originalTimestamp: time,
  receivedAt: time,
});
export type SegmentEvent = z.infer<typeof segmentEvent>;
