import type { Parsed } from '../../core/contracts/connector.ts';
import { Fault } from '../../core/contracts/faults.ts';
import { isTrue, linkedDecision } from '../../core/contracts/event-fields.ts';
import { itemAs, jsonBody, parseItems } from '../../core/contracts/parse-items.ts';
import type { Verified } from '../../core/contracts/webhook.ts';
import { SIGNAL } from '../../core/domain/event.ts';
import type { DomainEvent, SignalEvent } from '../../core/domain/event.ts';
import { sendgridEvent } from './schema.ts';
import type { SendgridEvent } from './schema.ts';

/** What one event means: a signal, or a change of the e-mail subscription. */
interface Effect {
  /** None: e-mail is wanted again. */
  signal?: string;
}

/** Events with a meaning for us; all others (`deferred`, account events) are ignored. */
const EFFECTS: ReadonlyMap<string, Effect> = new Map<string, Effect>([
  ['processed', { signal: SIGNAL.sent }],
  ['dropped', { signal: SIGNAL.aborted }],
  ['delivered', { signal: SIGNAL.delivered }],
  ['open', { signal: SIGNAL.opened }],
  ['click', { signal: SIGNAL.clicked }],
  ['bounce', { signal: SIGNAL.bounced }],
  ['spamreport', { signal: SIGNAL.complained }],
  ['unsubscribe', { signal: SIGNAL.unsubscribed }],
  ['group_unsubscribe', { signal: SIGNAL.unsubscribed }],
  ['group_resubscribe', {}],
]);

/** The channel stays open. */
const BLOCKED: Effect = { signal: SIGNAL.blocked };

/**
 * A batch of the event webhook as domain events.
 *
 * @throws Fault `invalid` for a body that is no JSON array.
 */
export function parse(request: Verified): Parsed {
  return parseItems(itemsOf(request.body), request.receivedAt, { idField: 'sg_event_id', eventsOf });
}

function itemsOf(body: Uint8Array): unknown[] {
  const json = jsonBody(body);
  if (!Array.isArray(json)) throw new Fault('invalid', 'the body is no array of events');
  return json;
}

function eventsOf(raw: unknown, receivedAt: number): DomainEvent[] {
  const effect = effectOf(raw);
  if (effect === undefined) return [];
  const event = itemAs(sendgridEvent, raw);
  const base = {
    source: 'sendgrid',
    id: event.sg_event_id,
    at: Math.min(event.timestamp * 1000, receivedAt),
    person: personOf(event),
  };
  const about = aboutMessage(event);
  if (effect.signal) return [{ ...base, type: 'signal', name: effect.signal, values: {}, ...about }];
  const { decisionId } = about;
  return [{ ...base, type: 'subscription', channel: 'email', state: 'subscribed', decisionId }];
}

/** Looked up before validation: events of a kind we do not use may have any shape. */
function effectOf(raw: unknown): Effect | undefined {
  const { event, type } = (raw ?? {}) as { event?: unknown; type?: unknown };
  if (typeof event !== 'string') throw new Fault('invalid', 'event is missing');
  return event === 'bounce' && type === 'blocked' ? BLOCKED : EFFECTS.get(event);
}

function personOf({ pickwell_user_id: userId, email }: SendgridEvent): DomainEvent['person'] {
  if (!userId && !email) throw new Fault('invalid', 'neither email nor pickwell_user_id');
  return { userId, email };
}

function aboutMessage(event: SendgridEvent): Pick<SignalEvent, 'decisionId' | 'message' | 'machine'> {
  return {
    message: event.sg_message_id?.split('.')[0],
    decisionId: event.pickwell_decision_id ?? linkedDecision(event.url),
    machine: isTrue(event.sg_machine_open) ? true : undefined,
  };
}
