import { Fault } from './faults.ts';
import type { FaultKind } from './faults.ts';
import type { HttpResponse } from './http.ts';
import { toldWaitMs } from './told-wait.ts';

/**
 * What a platform's response says went wrong, by its own table of statuses; undefined for a success. A status that is not
 * in the table is the platform's failure. With 429 and 503 it carries how long the platform asks to wait.
 */
export function responseFault(
  { status, headers }: HttpResponse,
  kinds: Readonly<Record<number, FaultKind>>,
  now: number,
): Fault | undefined {
  if (status >= 200 && status < 300) return undefined;
  if (status >= 300 && status < 400) return new Fault('settings', `HTTP ${status}: the address redirects`);
  const told = status === 429 || status === 503 ? toldWaitMs(headers, now) : undefined;
  return new Fault(kinds[status] ?? 'unavailable', `HTTP ${status}`, told);
}
