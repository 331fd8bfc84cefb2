import type { z } from 'zod';
import { Fault } from '../../core/contracts/faults.ts';
import type { Reply } from '../../core/contracts/http.ts';

export interface FieldError {
  /** Where in the body, dots between the steps; empty for the whole. */
  path: string;
  message: string;
}

const TITLES: Record<number, string> = {
  400: 'Bad request',
  401: 'No valid key',
  403: 'The key may not do this',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Changed by somebody else',
  413: 'Too large',
  415: 'Wrong content type',
  422: 'Refused',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Not available',
};

/** An error that is answered as it is. */
export class Problem extends Error {
  readonly status: number;
  readonly errors: FieldError[] | undefined;

  constructor(status: number, detail: string, errors?: FieldError[]) {
    super(detail);
    this.status = status;
    this.errors = errors;
  }
}

/** RFC 9457. */
export function problemReply({ status, message, errors }: Problem): Reply {
  const headers: Record<string, string> = { 'content-type': 'application/problem+json' };
  if (status === 503 || status === 429) headers['retry-after'] = '1';
  if (status === 401) headers['www-authenticate'] = 'Bearer';
  const title = TITLES[status] ?? 'Error';
  return { status, headers, body: { type: 'about:blank', title, status, detail: message, errors } };
}

export const fieldErrors = (error: z.ZodError): FieldError[] =>
  error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }));

const STATUS_OF_FAULT = {
  settings: 503,
  auth: 401,
  invalid: 400,
  'rate-limited': 429,
  unavailable: 503,
  rejected: 422,
} as const;

/** What went wrong, as a problem; a bug tells nothing of itself. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof Fault)
    return new Problem(STATUS_OF_FAULT[error.kind], `${error.message}: ${error.detail}`);
  const { status, type, message } = error as { status?: number; type?: string; message?: string };
  if (type === 'entity.too.large') return new Problem(413, 'The body is larger than 5 MB');
  if (typeof status === 'number' && status >= 400 && status < 500) return new Problem(status, message ?? '');
  return new Problem(500, 'This is a bug in Pickwell; the log says more');
}
