import type { z } from 'zod';
import type { InboundRequest, Reply } from '../../core/contracts/http.ts';
import type { Scope } from '../../core/contracts/keys.ts';

/** One route as data: what serves it, and what `/openapi.json` says of it. */
export interface Endpoint {
  methods: readonly ('GET' | 'POST' | 'PUT' | 'DELETE')[];
  /** Parameters as `:name`. */
  path: string;
  summary: string;
  /** Scope of the key; absent: the handler checks for itself, or nobody needs to. */
  scope?: Scope | undefined;
  /** Shape of the body, for the description. */
  body?: z.ZodType | undefined;
  /** Shape of the query and of the answer, for the description. */
  query?: z.ZodObject | undefined;
  answer?: z.ZodType | undefined;
  handle(request: InboundRequest, params: Readonly<Record<string, string>>): Promise<Reply> | Reply;
}
