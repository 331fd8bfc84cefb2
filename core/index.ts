/** The public door: what an integration written outside this repository needs. Nothing inside imports it. */
export type { Answer } from './contracts/answer.ts';
export type {
  Connector,
  DecideRoute,
  IngestRoute,
  Parsed,
  Receipt,
  RejectedItem,
  Snippet,
} from './contracts/connector.ts';
export type { Delivery, Destination, Limits, Sourced, Transport } from './contracts/destination.ts';
export { Fault } from './contracts/faults.ts';
export type { FaultKind } from './contracts/faults.ts';
export type { HttpRequest, HttpResponse, InboundRequest, Reply } from './contracts/http.ts';
export type { IntegrationHead, Schema } from './contracts/settings.ts';
export type { Verified, Webhook } from './contracts/webhook.ts';
export type { DecideRequest, Decision } from './domain/decision.ts';
export { SIGNAL } from './domain/event.ts';
export type { DomainEvent } from './domain/event.ts';
export type { Outcome } from './domain/outcome.ts';
export { aliasValue } from './domain/person.ts';
export type { Alias, PersonRef } from './domain/person.ts';
export type { Programme, Variant } from './domain/programme.ts';
