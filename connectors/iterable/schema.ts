import * as z from 'zod';

export const settingsSchema = z.object({});
export type IterableSettings = z.infer<typeof settingsSchema>;

/** Handlebars renders a field that is absent as an empty string, so blank means absent. */
const mergedText = z
  .string()
  .optional()
  .transform((value) => value?.trim() || undefined);

/** Query of the data feed URL. */
export const feedQuery = z.object({
  programme: mergedText,
  user: mergedText,
  email: mergedText,
  campaign: mergedText,
  template: mergedText,
});
export type FeedQuery = z.infer<typeof feedQuery>;
