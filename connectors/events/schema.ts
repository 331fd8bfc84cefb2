import * as z from 'zod';

export const settingsSchema = z.object({});
export type EventsSettings = z.infer<typeof settingsSchema>;

const id = z.union([z.string().min(1), z.number().transform(String)]);

const person = z
  .object({
    userId: id.optional(),
    anonymousId: id.optional(),
    externalId: id.optional(),
    brazeId: id.optional(),
    email: z.string().min(1).optional(),
  })
  .refine((ref) => Object.values(ref).some((value) => value !== undefined), { message: 'names nobody' });

const fields = z.record(z.string(), z.unknown()).default({});

const head = {
  id: id.refine((value) => value.length <= 200, { message: 'longer than 200 characters' }),
  person,
  /** RFC 3339, or ms since 1970; absent: when it arrived. */
  time: z
    .union([z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)), z.number()])
    .optional(),
};

/** One item of `events`. */
export const event = z.discriminatedUnion('type', [
  z.object({
    ...head,
    type: z.literal('signal'),
    name: z.string().min(1),
    decision_id: id.optional(),
    send: id.optional(),
    order_id: id.optional(),
    machine: z.boolean().optional(),
    properties: fields,
  }),
  z.object({
    ...head,
    type: z.literal('identify'),
    traits: fields,
    consent: z.record(z.string(), z.boolean()).optional(),
  }),
  z.object({ ...head, type: z.literal('alias'), previous: person }),
  z.object({
    ...head,
    type: z.literal('subscription'),
    channel: z.string().min(1),
    state: z.enum(['subscribed', 'unsubscribed']),
  }),
  z.object({ ...head, type: z.literal('delete') }),
]);
export type Event = z.infer<typeof event>;
