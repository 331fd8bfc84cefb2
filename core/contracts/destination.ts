import type { Outcome } from '../domain/outcome.ts';
import type { Fault } from './faults.ts';
import type { HttpRequest, HttpResponse } from './http.ts';
import type { IntegrationHead } from './settings.ts';

/** A number that came from somebody else. */
export interface Sourced {
  value: number;
  source: string;
  /** Day it was read, YYYY-MM-DD. */
  date: string;
}

/** What one account may receive. */
export interface Limits {
  requests: Sourced;
  windowMs: Sourced;
  maxConcurrent: number;
  itemsPerRequest: Sourced;
  bytesPerItem: Sourced;
  bytesPerRequest: Sourced;
}

/** What became of one outcome. `retry` faults go back to the outbox, others to the dead letters. */
export type Delivery = { id: string; ok: true } | { id: string; ok: false; fault: Fault };

/** Sends one request under the account's limit. Rejects with Fault `unavailable` when no response came. */
export type Transport = (request: HttpRequest) => Promise<HttpResponse>;

/** Outcomes out. */
export interface Destination<Settings = unknown> extends IntegrationHead<Settings> {
  limits(settings: Settings): Limits;
  /** The account whose limit is shared; never a secret (it is hashed before use). */
  account(settings: Settings): string;
  /** Whether this outcome is one the destination is configured to receive and can address. */
  accepts(outcome: Outcome, settings: Settings): boolean;
  /** One outcome as the platform's own item: what `bytesPerItem` is measured on. */
  encodeItem(outcome: Outcome, settings: Settings): string;
  /**
   * One request for the batch, already inside `limits`. A destination whose platform has its own SDK sends through it
   * with `deliver` instead.
   */
  encode?(batch: readonly Outcome[], settings: Settings): HttpRequest;
  deliver?(batch: readonly Outcome[], settings: Settings, transport: Transport): Promise<HttpResponse>;
  /** One delivery per outcome of the batch, in order. `now` in ms reads absolute reset times. */
  decode(response: HttpResponse, batch: readonly Outcome[], now: number): Delivery[];
}
