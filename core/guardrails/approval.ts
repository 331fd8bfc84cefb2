import type { Variant } from '../domain/programme.ts';
import type { Guardrail } from './guardrail.ts';

/** Only approved content is served, and only the very content that was approved. */
export function approvalObjection({ approval: given, contentHash }: Variant): string | undefined {
  if (!given) return 'not approved yet';
  if (given.status !== 'approved') return given.status;
  return given.contentHash === contentHash ? undefined : 'content changed after its approval';
}

export const approval: Guardrail = approvalObjection;
