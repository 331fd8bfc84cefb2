import type { DecideRequest } from '../domain/decision.ts';
import type { DomainEvent } from '../domain/event.ts';
import type { Answer } from './answer.ts';
import type { InboundRequest, Reply } from './http.ts';
import type { IntegrationHead } from './settings.ts';

/** One item of a batch that was refused; the others are taken. */
export interface RejectedItem {
  index: number;
  id?: string | undefined;
  message: string;
}

/** What `parse` made of a delivery. A body that is no delivery at all throws Fault `invalid`. */
export interface Parsed {
  events: DomainEvent[];
  /** For each event the index of the item it came from; one item may make several events. */
  indices: number[];
  rejected: RejectedItem[];
  /** Items understood and deliberately not used (an event type we have no use for). */
  ignored: number;
}

export interface Receipt {
  accepted: number;
  duplicates: number;
  rejected: RejectedItem[];
}

interface Route {
  path: string;
  methods: readonly ('GET' | 'POST')[];
  summary: string;
}

/** Traffic that reports what happened. */
export interface IngestRoute<Settings> extends Route {
  kind: 'ingest';
  /** Checks beyond the key (a signature, say). Throws Fault `auth`. Fails closed when it is configured. */
  verify?(request: InboundRequest, settings: Settings): void;
  parse(request: InboundRequest): Parsed;
  /** Where the platform dictates the answer; absent: the receipt itself. */
  render?(receipt: Receipt): Reply;
}

/** Traffic that asks what to say. */
export interface DecideRoute<Settings> extends Route {
  kind: 'decide';
  /** Time from arrival to answer, in ms, before the answer comes from a lower rung. */
  budgetMs: number;
  /** Throws Fault `invalid`; the answer is then rendered from the silence rung. */
  parse(request: InboundRequest, settings: Settings): DecideRequest;
  /** Always something the platform can use, whichever rung the answer came from. */
  render(answer: Answer): Reply;
}

/** Text a marketer pastes into a platform. `base` is our public URL, `key` a decide key. */
export interface Snippet {
  title: string;
  /** Programme id, base URL and key in; text out. */
  text(programme: string, base: string, key: string): string;
}

/** Traffic in: decision requests and events. */
export interface Connector<Settings = unknown> extends IntegrationHead<Settings> {
  routes: readonly (IngestRoute<Settings> | DecideRoute<Settings>)[];
  snippets?: readonly Snippet[];
}
