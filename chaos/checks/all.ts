import { inTime, statuses, unanswered } from './calls.ts';
import type { Check, Evidence } from './check.ts';
import { content, oncePerSend, recorded, spooled, unrecorded } from './decisions.ts';
import { delivered, events, limit } from './deliveries.ts';
import { fenced } from './folds.ts';
import { caps, consent, shared } from './guardrails.ts';

/** Everything that must hold whatever was broken, from what callers, the destination and the database saw and what the ledger says. */
export function checkAll(evidence: Evidence): Check[] {
  const { testimony, limitShared } = evidence;
  return [
    ...[statuses, unanswered, inTime].map((check) => check(evidence)),
    ...[recorded, spooled, content, unrecorded, oncePerSend].map((check) => check(evidence)),
    ...[caps, shared, consent].map((check) => check(evidence)),
    ...[events, delivered].map((check) => check(evidence)),
    ...(limitShared ? [limit(evidence)] : []),
    ...(testimony ? [fenced(testimony)] : []),
  ];
}
