import type { Parsed } from '../../core/contracts/connector.ts';
import { Fault } from '../../core/contracts/faults.ts';
import { byMachine, linkedDecision } from '../../core/contracts/event-fields.ts';
import { itemAs, jsonBody, parseItems } from '../../core/contracts/parse-items.ts';
import type { Verified } from '../../core/contracts/webhook.ts';
import { messageSignal } from '../../core/domain/contact-signals.ts';
import { SIGNAL } from '../../core/domain/event.ts';
import type { DomainEvent } from '../../core/domain/event.ts';
import type { Said } from '../../core/domain/opt-out.ts';
import { groupSaid, stateSaid } from '../../core/domain/opt-out.ts';
import { behaviourOf, isBehaviour } from './behaviour.ts';
import { currentsEvent } from './schema.ts';
import type { CurrentsEvent } from './schema.ts';

/**
 * Signals of messages by type. `SoftBounce` is retried by Braze and ignored, as is what a message that counts already becomes
 * afterwards. In-app messages have no send: they are rendered where they are seen. Those of webhooks go to no person. Source:
 * https://www.braze.com/docs/user_guide/data/distribution/braze_currents/event_glossary/message_engagement_events, read 2026-11-29
 */
const MESSAGE_SIGNALS: ReadonlyMap<string, string> = new Map([
  ['users.messages.email.Send', SIGNAL.sent],
  ['users.messages.email.Abort', SIGNAL.aborted],
  ['users.messages.email.Delivery', SIGNAL.delivered],
  ['users.messages.email.Open', SIGNAL.opened],
  ['users.messages.email.Click', SIGNAL.clicked],
  ['users.messages.email.Bounce', SIGNAL.bounced],
  ['users.messages.email.MarkAsSpam', SIGNAL.complained],
  ['users.messages.email.Unsubscribe', SIGNAL.unsubscribed],
  ['users.messages.sms.Send', messageSignal('sms', 'sent')],
  ['users.messages.sms.Delivery', messageSignal('sms', 'delivered')],
  ['users.messages.sms.Abort', messageSignal('sms', 'aborted')],
  ['users.messages.sms.ShortLinkClick', messageSignal('sms', 'clicked')],
  ['users.messages.pushnotification.Send', messageSignal('push', 'sent')],
  ['users.messages.pushnotification.Abort', messageSignal('push', 'aborted')],
  ['users.messages.pushnotification.Open', messageSignal('push', 'opened')],
  // one device's token: the person may have others, and a new one after the app was installed again
  ['users.messages.pushnotification.Bounce', messageSignal('push', 'bounced')],
  ['users.messages.inappmessage.Impression', messageSignal('in-app', 'sent')],
  ['users.messages.inappmessage.Abort', messageSignal('in-app', 'aborted')],
  ['users.messages.inappmessage.Click', messageSignal('in-app', 'clicked')],
  ['users.messages.whatsapp.Send', messageSignal('whatsapp', 'sent')],
  ['users.messages.whatsapp.Delivery', messageSignal('whatsapp', 'delivered')],
  ['users.messages.whatsapp.Abort', messageSignal('whatsapp', 'aborted')],
  ['users.messages.whatsapp.Read', messageSignal('whatsapp', 'opened')],
  ['users.messages.whatsapp.Click', messageSignal('whatsapp', 'clicked')],
  ['users.messages.contentcard.Send', messageSignal('content-card', 'sent')],
  ['users.messages.contentcard.Abort', messageSignal('content-card', 'aborted')],
  ['users.messages.contentcard.Click', messageSignal('content-card', 'clicked')],
]);

type Properties = CurrentsEvent['properties'];

/**
 * Changes of subscriptions by type. Of inbound WhatsApp messages it is not known how they say so; their groups do. Source as above.
 */
const SAID: ReadonlyMap<string, (properties: Properties) => Said | undefined> = new Map([
  ['users.messages.sms.InboundReceive', ({ action }: Properties) => stateSaid('sms', action)],
  [
    'users.behaviors.subscriptiongroup.StateChange',
    (own: Properties) => groupSaid(own.channel, own.subscription_status),
  ],
  [
    'users.behaviors.subscription.GlobalStateChange',
    (own: Properties) => stateSaid(own.channel, own.subscription_status),
  ],
]);

/**
 * A batch of Currents as domain events. JSON is never refused as a whole: an empty body or a batch without events is
 * the probe for credentials, and one bad event is rejected alone.
 *
 * @throws Fault `invalid` for a body that is not JSON. Braze answers 400 by sending the events again one by one and
 * drops for good only the one that still fails, so a broken event costs itself alone. Accepting the body would lose
 * all of its events, and a 5xx would hold up the export behind it until Braze disables it after five days.
 */
export function parse(request: Verified): Parsed {
  return parseItems(itemsOf(request.body), request.receivedAt, { idField: 'id', eventsOf });
}

function itemsOf(body: Uint8Array): unknown[] {
  const blank = new TextDecoder().decode(body).trim() === '';
  const json = blank ? undefined : jsonBody(body);
  const events = typeof json === 'object' && json !== null && 'events' in json ? json.events : undefined;
  return Array.isArray(events) ? events : [];
}

function eventsOf(raw: unknown, receivedAt: number): DomainEvent[] {
  const { event_type: type } = (raw ?? {}) as { event_type?: unknown };
  if (typeof type !== 'string') throw new Fault('invalid', 'event_type is missing');
  const [signal, said] = [MESSAGE_SIGNALS.get(type), SAID.get(type)];
  // Looked up before validation: events of a kind we do not use may have any shape.
  if (!signal && !said && !isBehaviour(type)) return [];
  const event = itemAs(currentsEvent, raw);
  const base = {
    source: 'braze-currents',
    id: event.id,
    at: Math.min(event.time * 1000, receivedAt),
    person: personOf(event),
  };
  if (said) {
    const change = said(event.properties);
    return change ? [{ ...base, type: 'subscription', ...change }] : [];
  }
  if (signal === undefined) return [{ ...base, type: 'signal', ...behaviourOf(event) }];
  return [{ ...base, type: 'signal', name: signal, values: {}, ...aboutMessage(event) }];
}

function personOf({ user }: CurrentsEvent): DomainEvent['person'] {
  const person = { userId: user.external_user_id, brazeId: user.user_id };
  if (!person.userId && !person.brazeId) throw new Fault('invalid', 'neither external_user_id nor user_id');
  return person;
}

/** Send events carry the decision in `message_extras`, clicks in the link; the rest is joined by dispatch id. */
function aboutMessage({ properties }: CurrentsEvent) {
  return {
    decisionId: extrasDecision(properties.message_extras) ?? linkedDecision(properties.url),
    send: properties.dispatch_id,
    machine: byMachine(properties),
  };
}

function extrasDecision(extras: unknown): string | undefined {
  if (typeof extras !== 'string') return undefined;
  try {
    const { decision_id: id } = (JSON.parse(extras) ?? {}) as { decision_id?: unknown };
    return typeof id === 'string' && id !== '' ? id : undefined;
  } catch {
    return undefined;
  }
}
