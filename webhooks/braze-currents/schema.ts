import * as z from 'zod';

export const settingsSchema = z.object({
  /** Bearer token entered in the Currents export; not needed where an ingest key is entered there. */
  token: z.string().min(1).optional(),
});
export type CurrentsSettings = z.infer<typeof settingsSchema>;

const text = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value) => (String(value ?? '').trim() === '' ? undefined : String(value)));

/** A number, also as text; NaN where it is none. */
const number = z
  .unknown()
  .transform((value) => (typeof value === 'number' ? value : parseFloat(String(value))));

const fields = z
  .record(z.string(), z.unknown())
  .nullish()
  .catch({})
  .transform((value) => value ?? {});

/**
 * What is used of one event. Braze adds nullable fields and event types at short notice: unknown ones are ignored.
 * Source: https://braze.com/docs/user_guide/data/distribution/braze_currents/setting_up_currents/custom_http_connector,
 * read 2026-11-22
 */
export const currentsEvent = z.object({
  event_type: z.string(),
  id: z.string().min(1),
  /** Seconds since 1970. */
  time: z.coerce.number().positive(),
  user: z.object({ user_id: text, external_user_id: text }),
  properties: z
    .object({
      dispatch_id: text,
      url: text,
      machine_open: z.unknown(),
      /** Of clicks, where the workspace removes those of bots; null otherwise. */
      is_suspected_bot_click: z.unknown(),
      /** JSON as text; a truncated one (the limit is 1,000 bytes) is no JSON any more. */
      message_extras: z.unknown(),
      /** Of an inbound SMS: what Braze made of it, `Subscribed`, `Unsubscribed` or `None`. */
      action: z.unknown(),
      /** Of a subscription that changed: on which channel, and `Subscribed`, `Unsubscribed` or `Opted In`. */
      channel: z.unknown(),
      subscription_status: z.unknown(),
      name: text,
      custom_properties: fields,
      price: number,
      quantity: number,
    })
    .partial()
    .nullish()
    .transform((value) => value ?? {}),
});
export type CurrentsEvent = z.infer<typeof currentsEvent>;
