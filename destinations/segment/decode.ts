import type { Delivery } from '../../core/contracts/destination.ts';
import type { FaultKind } from '../../core/contracts/faults.ts';
import type { HttpResponse } from '../../core/contracts/http.ts';
import { responseFault } from '../../core/contracts/response-fault.ts';
import type { Outcome } from '../../core/domain/outcome.ts';

/**
 * Statuses of the HTTP Tracking API and what they mean; any other failure is the platform's. Segment answers 200 to
 * almost everything, a wrong write key included.
 * Source: https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/, 2026-11-22.
 */
const FAULTS: Readonly<Record<number, FaultKind>> = {
  400: 'invalid',
  401: 'auth',
  403: 'auth',
  404: 'settings',
  413: 'invalid',
  429: 'rate-limited',
};

/** One delivery per outcome, in order. Segment answers for the batch as a whole: they all fare alike. */
export function decode(response: HttpResponse, batch: readonly Outcome[], now: number): Delivery[] {
  const fault = responseFault(response, FAULTS, now);
  return batch.map(({ id }) => (fault ? { id, ok: false, fault } : { id, ok: true }));
}
