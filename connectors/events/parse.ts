import type { Parsed } from '../../core/contracts/connector.ts';
import { Fault } from '../../core/contracts/faults.ts';
import { jsonBody, parseItems } from '../../core/contracts/parse-items.ts';
import type { InboundRequest } from '../../core/contracts/http.ts';
import type { DomainEvent } from '../../core/domain/event.ts';
import { event as eventSchema } from './schema.ts';
import type { Event } from './schema.ts';

/** Events are flat by nature; deeper ones would exhaust the stack of whoever serialises them next. */
const DEPTH = 32;

/** Most numeric properties kept of one event. */
const VALUES = 50;

const UNSAFE_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

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
  const result = eventSchema.safeParse(safe(raw));
  if (!result.success) throw new Fault('invalid', explain(result.error.issues));
  const event = result.data;
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

function explain(issues: readonly { path: PropertyKey[]; message: string }[]): string {
  return issues.map(({ path, message }) => [...path.map(String), message].join(': ')).join('; ');
}

/** A copy without the names that reach a prototype when an object is copied by assignment. */
function safe(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth === DEPTH) throw new Fault('invalid', `nested more than ${DEPTH} deep`);
  if (Array.isArray(value)) return value.map((item) => safe(item, depth + 1));
  const entries = Object.entries(value).filter(([key]) => !UNSAFE_KEYS.has(key));
  return Object.fromEntries(entries.map(([key, item]) => [key, safe(item, depth + 1)]));
}

function numbersOf(properties: Record<string, unknown>): Record<string, number> {
  const numbers = Object.entries(properties)
    .filter(
      ([, value]) => typeof value === 'number' || (typeof value === 'string' && DECIMAL.test(value.trim())),
    )
    .map(([name, value]) => [name, Number(value)] as const)
    .filter(([, number]) => Number.isFinite(number));
  return Object.fromEntries(numbers.slice(0, VALUES));
}
