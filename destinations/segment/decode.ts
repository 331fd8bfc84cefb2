import type { Delivery } from '../../core/contracts/destination.ts';
import { Fault } from '../../core/contracts/faults.ts';
import type { FaultKind } from '../../core/contracts/faults.ts';
import type { HttpResponse } from '../../core/contracts/http.ts';
import { toldWaitMs } from '../../core/contracts/told-wait.ts';
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
  const fault = faultOf(response, now);
  return batch.map(({ id }) => (fault ? { id, ok: false, fault } : { id, ok: true }));
}

function faultOf({ status, headers }: HttpResponse, now: number): Fault | undefined {
  if (status >= 200 && status < 300) return undefined;
  if (status >= 300 && status < 400) return new Fault('settings', `HTTP ${status}: the host redirects`);
  const told = status === 429 || status === 503 ? toldWaitMs(headers, now) : undefined;
  return new Fault(FAULTS[status] ?? 'unavailable', `HTTP ${status}`, told);
}
