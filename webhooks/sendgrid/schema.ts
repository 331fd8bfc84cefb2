import * as z from 'zod';

export const settingsSchema = z.object({
  /** Verification key of the signed event webhook: base64 as the console shows it, or PEM. */
  publicKey: z.string().min(1).optional(),
});
export type SendgridSettings = z.infer<typeof settingsSchema>;

const text = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value) => (String(value ?? '').trim() === '' ? undefined : String(value)));

/**
 * What is used of one event. Custom arguments are flattened into it.
 * Source: https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event, read 2026-11-22
 */
export const sendgridEvent = z.object({
  event: z.string(),
  sg_event_id: z.string().min(1),
  /** Seconds since 1970. */
  timestamp: z.coerce.number().positive(),
  email: text,
  url: text,
  /** Begins with the id of the message, and goes on with where it was handled. Missing where a bounce comes late. */
  sg_message_id: text,
  /** On a bounce: `blocked` is a refusal of this message, not of the address. */
  type: z.unknown().optional(),
  sg_machine_open: z.unknown().optional(),
  pickwell_decision_id: text,
  pickwell_user_id: text,
});
export type SendgridEvent = z.infer<typeof sendgridEvent>;
