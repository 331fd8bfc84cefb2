import { segment } from '../../connectors/segment/index.ts';
import type { InboundRequest } from '../../core/contracts/http.ts';
import type { DomainEvent } from '../../core/domain/event.ts';

export const RECEIVED_AT = Date.parse('2026-11-22T12:00:00Z');
export const AT = Date.parse('2026-11-22T11:00:00Z');
export const timestamp = '2026-11-22T11:00:00.000Z';

/** A delivery of Segment: text goes as it is, anything else as JSON. */
export function post(body: unknown, headers: Record<string, string> = {}): InboundRequest {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return {
    method: 'POST',
    path: '/v1/segment',
    query: {},
    headers,
    body: new TextEncoder().encode(text),
    scopes: ['ingest'],
    receivedAt: RECEIVED_AT,
  };
}

/** What the connector makes of a delivery. */
export function eventsOf(body: unknown): DomainEvent[] {
  return segment.routes[0].parse(post(body)).events;
}

export function track(event: string, properties: object = {}, more: object = {}) {
  return { type: 'track', messageId: 'm1', userId: 'u', event, properties, timestamp, ...more };
}
