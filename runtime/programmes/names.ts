import { z } from 'zod';

/** Names that end up as keys of plain objects: nothing every object has already. */
export const name = z
  .string()
  .min(1)
  .max(100)
  .refine((text) => !(text in {}), 'a name that is not reserved');
/** Ids as they stand in addresses. */
export const id = name.regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, 'letters, digits, - and _');
