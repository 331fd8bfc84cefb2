import type { Parsed } from '../../core/contracts/connector.ts';
import { Fault } from '../../core/contracts/faults.ts';
import { numberOf, withoutUnsafeKeys } from '../../core/contracts/event-fields.ts';
import { itemAs, jsonBody, parseItems } from '../../core/contracts/parse-items.ts';
import type { InboundRequest } from '../../core/contracts/http.ts';
import type { DomainEvent } from '../../core/domain/event.ts';
import { event as eventSchema } from './schema.ts';
import type { Event } from './schema.ts';

/** Most numeric properties kept of one event. */
const VALUES = 50;

/**
 * `{"events": [...]}` as domain events; each item is judged alone.
 *
 * @throws Fault `invalid` for any other body.
 */
export function parse(request: InboundRequest): Parsed {
  return parseItems(itemsOf(request.body), request.receivedAt, {
    idField: 'id',
    eventsOf: (raw, receivedAt) => [eventOf(raw, receivedAt)],
  });
}

function itemsOf(body: Uint8Array): unknown[] {
  const json = jsonBody(body);
  const events = typeof json === 'object' && json !== null && 'events' in json ? json.events : undefined;
  if (!Array.isArray(events)) throw new Fault('invalid', 'the body has no array of events');
  return events;
}

function eventOf(raw: unknown, receivedAt: number): DomainEvent {
  const event = itemAs(eventSchema, withoutUnsafeKeys(raw));
  const at = Math.min(event.time ?? receivedAt, receivedAt);
  return detail(event, { source: 'events', id: event.id, at, person: event.person });
}

function detail(event: Event, base: Pick<DomainEvent, 'source' | 'id' | 'at' | 'person'>): DomainEvent {
  switch (event.type) {
    case 'signal':
      return {
        ...base,
        type: event.type,
        name: event.name,
        decisionId: event.decision_id,
        send: event.send,
        orderId: event.order_id,
        machine: event.machine,
        values: numbersOf(event.properties),
      };
    case 'identify':
      return { ...base, type: event.type, traits: event.traits, consent: event.consent };
    case 'alias':
      return { ...base, type: event.type, previous: event.previous };
    case 'subscription':
      return { ...base, type: event.type, channel: event.channel, state: event.state };
    case 'delete':
      return { ...base, type: event.type };
  }
}

function numbersOf(properties: Record<string, unknown>): Record<string, number> {
  const numbers = Object.entries(properties).flatMap(([name, value]) => {
    const number = numberOf(value);
    return number === undefined ? [] : [[name, number] as const];
  });
  return Object.fromEntries(numbers.slice(0, VALUES));
}
