import { Fault } from '../../../core/contracts/faults.ts';
import type { FaultKind } from '../../../core/contracts/faults.ts';
import { SettingsError } from '../../settings.ts';

/** What was thrown on one thread, to be thrown again on another. */
export type Failure =
  | { fault: FaultKind; detail: string; retryAfterMs?: number | undefined }
  | { settings: string }
  | { message: string; stack?: string | undefined };

export function failureOf(error: unknown): Failure {
  if (error instanceof Fault) {
    const { kind: fault, detail, retryAfterMs } = error;
    return { fault, detail, retryAfterMs };
  }
  if (error instanceof SettingsError) return { settings: error.message };
  if (error instanceof Error) return { message: error.message, stack: error.stack };
  return { message: String(error) };
}

export function errorOf(failure: Failure): Error {
  if ('fault' in failure) return new Fault(failure.fault, failure.detail, failure.retryAfterMs);
  if ('settings' in failure) return new SettingsError(failure.settings);
  return Object.assign(new Error(failure.message), { stack: failure.stack });
}
