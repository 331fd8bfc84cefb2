import { z } from 'zod';
import { PARTS } from '../../core/domain/resource.ts';
import { hours, id, name, zone } from './names.ts';

const CAPS = ['person', 'person-programme', 'person-variant', 'programme', 'variant'] as const;

export const cap = z
  .strictObject({
    per: z.enum(CAPS),
    channel: id.optional(),
    signal: name.optional(),
    count: z.number().int().min(0),
    hours,
  })
  .refine(({ signal, per }) => signal === undefined || per === 'person', {
    path: ['per'],
    message: 'person, because signals are counted of a person',
  })
  .refine(({ signal, count }) => signal === undefined || count > 0, {
    path: ['count'],
    message: 'at least 1: how often the signal may happen before no more is sent',
  });

/** Money: sums of it have to be exact, so it has at most six decimals and stays below 2^53 millionths. */
const money = z
  .number()
  .min(0)
  .max(1e9)
  .refine(
    (amount) => Math.abs(amount * PARTS - Math.round(amount * PARTS)) < 1e-3,
    'an amount with at most six decimals',
  );

const dayNeedsZone = {
  path: ['zone'],
  message: 'an IANA zone or an offset such as +05:30, needed with `perDay`: where the day begins',
};
const zoned = (given: { perDay?: number | undefined; zone?: string | undefined }): boolean =>
  given.perDay === undefined || given.zone !== undefined;

export const budget = z
  .strictObject({ perDay: money.optional(), total: money.optional(), zone: zone.optional() })
  .refine(({ perDay, total }) => perDay !== undefined || total !== undefined, {
    path: ['total'],
    message: '`perDay`, `total` or both',
  })
  .refine(zoned, dayNeedsZone);

export const queue = z
  .strictObject({
    perDay: z.number().int().min(0).optional(),
    zone: zone.optional(),
    atOnce: z.number().int().min(0).optional(),
    hours: hours.optional(),
    givenBackBy: z.array(name).min(1).max(20).optional(),
  })
  .refine(zoned, dayNeedsZone)
  .refine((given) => given.atOnce === undefined || given.hours !== undefined, {
    path: ['hours'],
    message: 'needed with `atOnce`: after how many hours one counts as worked off',
  });

/** What a variant takes of what all persons share. */
export const variantResources = {
  cost: money.optional(),
  coupon: id.optional(),
  route: z.strictObject({ queue: id, value: z.number().optional() }).optional(),
};
