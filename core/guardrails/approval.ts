import type { Guardrail } from './guardrail.ts';

/** Only approved content is served, and only the very content that was approved. */
export const approval: Guardrail = ({ approval: given, contentHash }) => {
  if (!given) return 'not approved yet';
  if (given.status !== 'approved') return given.status;
  return given.contentHash === contentHash ? undefined : 'content changed after its approval';
};
