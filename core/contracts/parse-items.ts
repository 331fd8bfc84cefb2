import type { DomainEvent } from '../domain/event.ts';
import type { Parsed } from './connector.ts';
import { Fault } from './faults.ts';

/** How one item of a delivery is read. */
export interface ItemReader {
  /** Name of the field that holds the item's id. */
  idField: string;
  /** Its domain events, none when there is no use for it. Throws Fault `invalid` for an item that cannot be read. */
  eventsOf: (raw: unknown, receivedAt: number) => DomainEvent[];
}

/** Reads each item of a delivery alone: one that cannot be read is rejected, and the others are taken. */
export function parseItems(
  items: readonly unknown[],
  receivedAt: number,
  { idField, eventsOf }: ItemReader,
): Parsed {
  const parsed: Parsed = { events: [], indices: [], rejected: [], ignored: 0 };
  for (const [index, raw] of items.entries()) {
    try {
      const events = eventsOf(raw, receivedAt);
      if (events.length === 0) parsed.ignored += 1;
      for (const event of events) {
        parsed.events.push(event);
        parsed.indices.push(index);
      }
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      parsed.rejected.push({ index, id: idIn(raw, idField), message: error.detail });
    }
  }
  return parsed;
}

function idIn(raw: unknown, field: string): string | undefined {
  const id = typeof raw === 'object' && raw !== null ? (raw as Record<string, unknown>)[field] : undefined;
  return typeof id === 'string' ? id : undefined;
}

/** What `itemAs` needs of a schema; integrations pass a zod schema. */
interface ItemSchema<T> {
  safeParse(
    raw: unknown,
  ):
    | { success: true; data: T }
    | { success: false; error: { issues: readonly { path: PropertyKey[]; message: string }[] } };
}

/** An item in the shape of a schema. @throws Fault `invalid` naming every field that does not fit. */
export function itemAs<T>(schema: ItemSchema<T>, raw: unknown): T {
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  const { issues } = result.error;
  const detail = issues.map(({ path, message }) => [...path.map(String), message].join(': ')).join('; ');
  throw new Fault('invalid', detail);
}

/** A body as JSON. @throws Fault `invalid` when it is not. */
export function jsonBody(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    throw new Fault('invalid', 'the body is not valid JSON');
  }
}
