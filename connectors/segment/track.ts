import { byMachine, linkedDecision, numberOf } from '../../core/contracts/event-fields.ts';
import { Fault } from '../../core/contracts/faults.ts';
import { SIGNAL } from '../../core/domain/event.ts';
import type { SignalEvent } from '../../core/domain/event.ts';
import type { PersonRef } from '../../core/domain/person.ts';
import { KEPT_AS } from '../../core/domain/spellings.ts';
import type { SegmentEvent } from './schema.ts';

/**
 * What tells messages apart: the dispatch of Braze
 * (https://www.braze.com/docs/user_guide/data/distribution/braze_currents/event_glossary/message_engagement_events), and what Iterable's system
 * webhooks give, which RudderStack hands on (https://support.iterable.com/hc/en-us/articles/208013936). Read 2026-11-29. The `email_id` of
 * Segment's own spec is not said to be of one message.
 */
const MESSAGE_IDS = ['dispatch_id', 'messageId'] as const;

/** Most numeric properties kept of one event. */
const VALUES = 50;

/** A track call as a signal. */
export function trackEvent(
  event: SegmentEvent,
  base: { source: string; id: string; at: number; person: PersonRef },
): SignalEvent {
  if (event.event === undefined) throw new Fault('invalid', 'a track call without an event name');
  return {
    ...base,
    type: 'signal',
    name: nameOf(event.event, event.properties),
    decisionId: decisionIdOf(event),
    message: MESSAGE_IDS.map((id) => idOf(event.properties[id])).find((id) => id !== undefined),
    values: valuesOf(event.event, event.properties),
    orderId: idOf(event.properties.order_id),
    machine: byMachine(event.properties),
  };
}

/**
 * Iterable tells bounces that pass by the name of those that do not, with a `recipientState`
 * (https://support.iterable.com/hc/en-us/articles/208013936; its values were not read there): only one that says so is soft.
 */
function nameOf(event: string, { recipientState }: Record<string, unknown>): string {
  const name = KEPT_AS.get(event) ?? event;
  const soft = typeof recipientState === 'string' && /soft/i.test(recipientState);
  return name === SIGNAL.bounced && soft ? SIGNAL.blocked : name;
}

/** Page views give links of their own site without its address. */
const RELATIVE = 'https://relative.invalid';

/** Named by the sender, or carried by the link that was followed (`did`). */
function decisionIdOf({ properties, context }: SegmentEvent): string | undefined {
  const links = [properties.url, properties.link_url, context.page.url];
  return (
    idOf(properties.decision_id) ??
    links.map((link) => linkedDecision(link, RELATIVE)).find((id) => id !== undefined)
  );
}

function idOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/**
 * Numeric properties by name. Orders always have `revenue`: where it is missing, `total` and then `value` stand in.
 * Source: https://segment.com/docs/connections/spec/ecommerce/v2, read 2026-11-22
 */
function valuesOf(event: string, properties: Record<string, unknown>): Record<string, number> {
  const numbers: Record<string, number> = {};
  for (const [name, value] of Object.entries(properties)) {
    const number = numberOf(value);
    if (number !== undefined) numbers[name] = number;
  }
  const revenue = event.startsWith('Order ')
    ? (numbers.revenue ?? numbers.total ?? numbers.value)
    : numbers.revenue;
  const kept = revenue === undefined ? numbers : { revenue, ...numbers };
  return Object.fromEntries(Object.entries(kept).slice(0, VALUES));
}
