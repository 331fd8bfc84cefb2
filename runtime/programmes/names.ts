import { z } from 'zod';
import { zoneOf } from '../../core/guardrails/zone.ts';

/** Names that end up as keys of plain objects: nothing every object has already. */
export const name = z
  .string()
  .min(1)
  .max(100)
  .refine((text) => !(text in {}), 'a name that is not reserved');

export const id = name.regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, 'letters, digits, - and _');

export const zone = z
  .string()
  .refine((text) => zoneOf(text) !== undefined, 'an IANA zone or an offset such as +05:30');

/** What names the zone of a person: a trait, or a feature of the request. */
export const zoneField = z
  .string()
  .max(110)
  .regex(/^(traits|context)\../, 'traits.<name> or context.<name>');

/** A time that has an end, in hours. */
export const hours = z
  .number()
  .positive()
  .max(24 * 366);
