import * as z from 'zod';

export const settingsSchema = z.object({});
export type BrazeSettings = z.infer<typeof settingsSchema>;

/** What a Liquid variable renders to; `parse` reads blank as absent. Without a transform it is checked in one step. */
const liquidText = z.union([z.string(), z.number()]).nullish();

/** What the Connected Content tag sends, as a query, a form or a JSON object. */
export const decideFields = z.object({
  programme: liquidText,
  user: liquidText,
  braze: liquidText,
  send: liquidText,
  campaign: liquidText,
  canvas: liquidText,
  message: liquidText,
  slot: liquidText,
  /** JSON bodies only; queries and forms spell context `c.<name>`. */
  context: z.record(z.string(), z.unknown()).nullish().catch(undefined),
});
export type DecideFields = z.infer<typeof decideFields>;
