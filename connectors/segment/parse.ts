import { createHash } from 'node:crypto';
import type { Parsed } from '../../core/contracts/connector.ts';
import { Fault } from '../../core/contracts/faults.ts';
import { withoutUnsafeKeys } from '../../core/contracts/event-fields.ts';
import { itemAs, jsonBody, parseItems } from '../../core/contracts/parse-items.ts';
import type { InboundRequest } from '../../core/contracts/http.ts';
import type { DomainEvent } from '../../core/domain/event.ts';
import type { PersonRef } from '../../core/domain/person.ts';
import { segmentEvent } from './schema.ts';
import type { SegmentEvent } from './schema.ts';
import { subscriptionIn } from './subscription.ts';
import { trackEvent } from './track.ts';

/** Types that mean something to us whether or not they carry consent. */
const USED_TYPES: ReadonlySet<string> = new Set(['track', 'identify', 'alias', 'delete']);

/** An ISO 8601 date, with or without time and zone. */
const ISO_TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/i;
const WITHOUT_ZONE = /T[\d:.]+$/i;

/**
 * One event, an array of them, or `{"batch": [...]}` of the Segment spec as domain events.
 *
 * @throws Fault `invalid` for a body that is none of them.
 */
export function parse(request: InboundRequest): Parsed {
  return parseItems(itemsOf(request.body), request.receivedAt, { idField: 'messageId', eventsOf });
}

function itemsOf(body: Uint8Array): unknown[] {
  const json = jsonBody(body);
  if (Array.isArray(json)) return json;
  if (typeof json !== 'object' || json === null)
    throw new Fault('invalid', 'neither an event nor an array of events');
  return 'batch' in json && Array.isArray(json.batch) ? json.batch : [json];
}

/** Domain events of one item, none when we have no use for it. */
function eventsOf(raw: unknown, receivedAt: number): DomainEvent[] {
  const item = withoutUnsafeKeys(raw, { sorted: true });
  const event = itemAs(segmentEvent, item);
  const consent = consentOf(event.context.consent);
  if (!USED_TYPES.has(event.type) && consent === undefined) return [];
  const base = {
    source: 'segment',
    id: event.messageId ?? digest(item),
    at: timeOf(event, receivedAt),
    person: personOf(event),
  };
  if (event.type === 'delete') return [{ ...base, type: 'delete' }];
  if (event.type === 'identify') return [{ ...base, type: 'identify', traits: traitsOf(event), consent }];
  const events: DomainEvent[] = [];
  if (event.type === 'track') events.push(...trackEvents(event, base));
  if (event.type === 'alias') events.push({ ...base, type: 'alias', previous: previousOf(event) });
  // Consent rides on every type, page views included; its own id keeps it apart from the event it came with.
  if (consent) events.push({ ...base, id: `${base.id}#consent`, type: 'identify', traits: {}, consent });
  return events;
}

/** What happened, and what it says of a channel; that has an id of its own, as consent has. */
function trackEvents(event: SegmentEvent, base: Parameters<typeof trackEvent>[1]): DomainEvent[] {
  const told = trackEvent(event, base);
  const said = subscriptionIn(event.event ?? '', event.properties);
  if (!said) return [told];
  const { decisionId } = told;
  return [told, { ...base, id: `${base.id}#subscription`, type: 'subscription', ...said, decisionId }];
}

function digest(item: unknown): string {
  return createHash('sha256').update(JSON.stringify(item)).digest('hex');
}

/** `timestamp` is corrected for the clock of the device, the others are what is left; never later than its arrival. */
function timeOf(event: SegmentEvent, receivedAt: number): number {
  const times = [event.timestamp, event.originalTimestamp, event.receivedAt].map(epochMs);
  return Math.min(times.find((time) => time !== undefined) ?? receivedAt, receivedAt);
}

/** ms since 1970; times without a zone are UTC, as the spec has them, and not in the zone of this machine. */
function epochMs(text: string | undefined): number | undefined {
  if (text === undefined || !ISO_TIME.test(text)) return undefined;
  const ms = Date.parse(WITHOUT_ZONE.test(text) ? `${text}Z` : text);
  return Number.isNaN(ms) ? undefined : ms;
}

function personOf(event: SegmentEvent): PersonRef {
  const person = {
    userId: event.userId ?? event['User ID'],
    anonymousId: event.anonymousId,
    email: textOf(event.traits.email) ?? textOf(event.context.traits.email),
  };
  if (!person.userId && !person.anonymousId && !person.email) {
    throw new Fault('invalid', 'no userId, anonymousId or e-mail');
  }
  return person;
}

/** Where the device is, unless the traits say where the person is. */
const traitsOf = ({ traits, context: { timezone } }: SegmentEvent): Record<string, unknown> =>
  textOf(timezone) === undefined ? traits : { timezone, ...traits };

/** Segment does not say which kind of id the previous one was, so it names the person as either. */
function previousOf(event: SegmentEvent): PersonRef {
  const previous = event.previousId ?? event['Previous ID'];
  if (previous === undefined) throw new Fault('invalid', 'no previousId');
  return { userId: previous, anonymousId: previous };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** No consent object says nothing; an empty one denies every category, and so does any value but true. */
function consentOf(consent: unknown): Record<string, boolean> | undefined {
  if (consent === undefined || consent === null) return undefined;
  const { categoryPreferences: preferences } = consent as { categoryPreferences?: unknown };
  if (typeof preferences !== 'object' || preferences === null) return {};
  return Object.fromEntries(
    Object.entries(preferences).map(([category, given]) => [category, given === true || given === 'true']),
  );
}
