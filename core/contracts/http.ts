import type { Scope } from './keys.ts';

/** A request as it reached us: plain values, so that integrations are tested with literals. */
export interface InboundRequest {
  method: string;
  /** Path without the query, for example `/v1/segment`. */
  path: string;
  /** First value of every query parameter. */
  query: Readonly<Record<string, string>>;
  /** Lower-case names. */
  headers: Readonly<Record<string, string | undefined>>;
  /** The bytes as received (content encoding undone, nothing else). */
  body: Uint8Array;
  /** Scopes of the key that came with the request; empty without one. */
  scopes: readonly Scope[];
  /** ms since 1970 */
  receivedAt: number;
}

export interface Reply {
  status: number;
  headers?: Record<string, string>;
  /** Serialised as JSON; a string is sent as it is. */
  body: unknown;
}

/** A request to a platform. */
export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: string;
  headers: Record<string, string>;
  /** Already serialised. */
  body: string;
}

export interface HttpResponse {
  status: number;
  /** Lower-case names. */
  headers: Readonly<Record<string, string>>;
  /** Text of the body, at most 1 MiB of it. */
  body: string;
}
