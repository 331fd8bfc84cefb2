import type { Delivery } from '../../core/contracts/destination.ts';
import { Fault } from '../../core/contracts/faults.ts';
import type { FaultKind } from '../../core/contracts/faults.ts';
import type { HttpResponse } from '../../core/contracts/http.ts';
import { responseFault } from '../../core/contracts/response-fault.ts';
import type { Outcome } from '../../core/domain/outcome.ts';
import { trackAnswer } from './schema.ts';

/**
 * Fatal statuses of the REST API and what they mean; any other failure is the platform's.
 * Source: https://www.braze.com/docs/api/errors, 2026-11-22; 413 from the payload limit beside `limits.ts`.
 */
const FAULTS: Readonly<Record<number, FaultKind>> = {
  400: 'invalid',
  401: 'auth',
  403: 'auth',
  404: 'settings',
  413: 'invalid',
  429: 'rate-limited',
};

/** One delivery per outcome, in order. A success may name single events that were refused; the others are taken. */
export function decode(response: HttpResponse, batch: readonly Outcome[], now: number): Delivery[] {
  const fault = responseFault(response, FAULTS, now);
  if (fault) return batch.map(({ id }) => ({ id, ok: false, fault }));
  const refused = refusals(response.body);
  return batch.map(({ id }, index) => {
    const reason = refused.get(index);
    return reason === undefined ? { id, ok: true } : { id, ok: false, fault: new Fault('rejected', reason) };
  });
}

/** Reason by index of the refused event. A body of unknown shape refuses nothing: the status said success. */
function refusals(body: string): Map<number, string> {
  const refused = new Map<number, string>();
  const answer = trackAnswer.safeParse(json(body));
  for (const { type, input_array: array, index } of answer.data?.errors ?? []) {
    if (array !== undefined && array !== 'events') continue;
    if (typeof index === 'number')
      refused.set(index, typeof type === 'string' ? type.slice(0, 200) : 'no reason given');
  }
  return refused;
}

function json(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
