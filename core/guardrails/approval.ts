import type { Objection } from '../domain/decision.ts';
import type { Variant } from '../domain/programme.ts';
import type { Guardrail } from './guardrail.ts';

/** Only approved content is served, and only the very content that was approved. */
export function approvalObjection({ approval: given, contentHash }: Variant): Objection | undefined {
  if (!given) return { detail: 'not approved yet', state: 'waiting' };
  if (given.status !== 'approved') return { detail: given.status, state: given.status };
  if (given.contentHash === contentHash) return undefined;
  return { detail: 'content changed after its approval', state: 'changed' };
}

export const approval: Guardrail = approvalObjection;
