import type { DecisionId } from './decision.ts';
import type { PersonRef, SubscriptionState } from './person.ts';

/**
 * Names of the signals that platforms report in their own words; connectors and webhooks translate to these. Any other
 * name (`Order Completed`) is kept as the platform spells it.
 */
export const SIGNAL = {
  sent: 'email_sent',
  /** Will never be sent: the platform gave up before. */
  aborted: 'email_aborted',
  delivered: 'email_delivered',
  opened: 'email_opened',
  clicked: 'email_clicked',
  /** For good: the address takes no mail. */
  bounced: 'email_bounced',
  /** This message was refused, the address may be fine. */
  blocked: 'email_blocked',
  complained: 'complained',
  unsubscribed: 'unsubscribed',
} as const;

/** The channel that a signal closes, whoever tells of it. */
export const CLOSES: ReadonlyMap<string, string> = new Map([
  [SIGNAL.bounced, 'email'],
  [SIGNAL.complained, 'email'],
  [SIGNAL.unsubscribed, 'email'],
]);

interface EventBase {
  /** Which integration reported it. Together with `id` it identifies the event for ever. */
  source: string;
  id: string;
  /** When it happened, ms since 1970. */
  at: number;
  person: PersonRef;
}

/** Something that happened after (or without) a decision. */
export interface SignalEvent extends EventBase {
  type: 'signal';
  name: string;
  /** The decision it belongs to, where the platform gives it back: whoever that was for is whom it is about. */
  decisionId?: DecisionId | undefined;
  /** The platform's send id, where the event belongs to one message. */
  send?: string | undefined;
  /** The platform's id of that message, where it is no send that is asked for: tells contacts apart, and credits nobody. */
  message?: string | undefined;
  /** Numeric properties by name, for example `revenue`. */
  values: Record<string, number>;
  /** Names the order: the same order reported twice is one signal. */
  orderId?: string | undefined;
  /** Made by a mail client or a scanner, not by the person: recorded, never rewarded. */
  machine?: boolean | undefined;
}

export interface IdentifyEvent extends EventBase {
  type: 'identify';
  traits: Record<string, unknown>;
  /** Consent by category; absent: says nothing about consent. */
  consent?: Record<string, boolean> | undefined;
}

/** Two ids are one person. */
export interface AliasEvent extends EventBase {
  type: 'alias';
  previous: PersonRef;
}

export interface SubscriptionEvent extends EventBase {
  type: 'subscription';
  channel: string;
  decisionId?: DecisionId | undefined;
  state: SubscriptionState;
}

/** Forget this person. */
export interface DeleteEvent extends EventBase {
  type: 'delete';
}

export type DomainEvent = SignalEvent | IdentifyEvent | AliasEvent | SubscriptionEvent | DeleteEvent;

/** An event as of now at the latest: what is attributed must not lie after what comes later. */
export const notAfter = (event: DomainEvent, now = Infinity): DomainEvent =>
  event.at > now ? { ...event, at: now } : event;
