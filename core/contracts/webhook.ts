import type { InboundRequest } from './http.ts';
import type { Parsed } from './connector.ts';
import type { IntegrationHead } from './settings.ts';

declare const verified: unique symbol;

/** A request whose sender was proven. Only `verify` makes one. */
export type Verified = InboundRequest & { readonly [verified]: true };

/** Verified feedback from a platform. */
export interface Webhook<Settings = unknown> extends IntegrationHead<Settings> {
  /** Always `/webhooks/<id>`. */
  path: string;
  /** How the platform proves itself, in words for the manifest. */
  auth: string;
  /** Fails closed: throws Fault `auth` or `settings` unless the sender is proven. */
  verify(request: InboundRequest, settings: Settings): Verified;
  /** Throws Fault `invalid` only where the platform may be told 400 for the whole delivery. */
  parse(request: Verified): Parsed;
}
