import { CONTACT_SIGNALS, DELIVERY_MS, REPORT_SKEW_MS } from '../../core/domain/contact-signals.ts';
import type { DomainEvent } from '../../core/domain/event.ts';
import { notAfter } from '../../core/domain/event.ts';
import { aliasesIn, applyEvent, standing } from '../../core/ingest/apply-event.ts';
import { erasedKey } from '../../core/people/working-set.ts';
import { toAliases } from './asked.ts';
import type { Job } from './batcher.ts';

/** Events in one transaction at most: a large delivery must not hold up decisions. */
const EVENTS_PER_JOB = 200;

/** Whether an event says where somebody may be contacted. */
export const closes = (event: DomainEvent): boolean =>
  event.type === 'delete' || standing(event) !== undefined;

/** Since when messages may have been told of before that some events tell of, ms since 1970; undefined where none does. */
function toldSince(events: readonly DomainEvent[]): number | undefined {
  const reports = events.filter((event) => event.type === 'signal' && CONTACT_SIGNALS.has(event.name));
  if (reports.length === 0) return undefined;
  return reports.reduce((first, { at }) => Math.min(first, at), Infinity) - DELIVERY_MS - REPORT_SKEW_MS;
}

/** Work that lets some events take effect and says of each whether it is new. */
export function* ingestJobs(events: readonly DomainEvent[]): Generator<Job<boolean[]>> {
  for (let from = 0; from < events.length; from += EVENTS_PER_JOB) {
    const some = events.slice(from, from + EVENTS_PER_JOB);
    yield {
      persons: some.map((event) => ({ aliases: aliasesIn(event, toAliases), sendKeys: [] })),
      events: [
        ...some.map(({ source, id }) => ({ source, id })),
        // who was erased and joins a channel again is told from who never was
        ...some.filter(closes).flatMap((event) => aliasesIn(event, toAliases).map(erasedKey)),
      ],
      decisions: some.flatMap((event) => ('decisionId' in event ? (event.decisionId ?? []) : [])),
      contactsSince: toldSince(some),
      run: (set) => some.map((event) => applyEvent(notAfter(event, set.now), set, toAliases)),
    };
  }
}
