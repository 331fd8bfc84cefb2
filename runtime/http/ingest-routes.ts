import type { IngestRoute, Parsed, Receipt } from '../../core/contracts/connector.ts';
import { Fault } from '../../core/contracts/faults.ts';
import type { InboundRequest, Reply } from '../../core/contracts/http.ts';
import type { Webhook } from '../../core/contracts/webhook.ts';
import type { EngineDoor } from '../engine/room.ts';
import type { Metrics } from '../metrics.ts';
import { requireScope } from './inbound.ts';
import type { Tracing } from '../tracing.ts';
import { traced } from '../tracing.ts';

type Handler = (request: InboundRequest) => Promise<Reply>;

export interface IngestPorts {
  engine: EngineDoor;
  metrics: Metrics;
  tracing?: Tracing | undefined;
}

/** Makes a delivery durable and says what became of it. */
async function receive(source: string, parsed: Parsed, { engine, metrics }: IngestPorts): Promise<Receipt> {
  const fresh = await engine.ingest(parsed.events);
  const accepted = fresh.filter(Boolean).length;
  const duplicates = fresh.length - accepted;
  metrics.event(source, 'accepted', accepted);
  metrics.event(source, 'duplicate', duplicates);
  metrics.event(source, 'rejected', parsed.rejected.length);
  metrics.event(source, 'ignored', parsed.ignored);
  // receipts count items as they were sent; one item may have made several events
  const items = new Set(parsed.indices.filter((_, i) => fresh[i]));
  const repeated = new Set(parsed.indices.filter((index, i) => fresh[i] === false && !items.has(index)));
  return { accepted: items.size + parsed.ignored, duplicates: repeated.size, rejected: parsed.rejected };
}

/** The same, with a span around it in the caller's trace. */
const received = (
  source: string,
  { headers }: InboundRequest,
  parsed: Parsed,
  ports: IngestPorts,
): Promise<Receipt> => {
  const attributes = { 'pickwell.source': source, 'pickwell.events': parsed.events.length };
  const options = { kind: 'server', headers, attributes } as const;
  return traced(ports.tracing, 'ingest', options, () => receive(source, parsed, ports));
};

/** A connector's way in: a key with the scope `ingest`, and whatever proof the platform adds. */
export function ingestHandler(
  source: string,
  route: IngestRoute<unknown>,
  settings: unknown,
  ports: IngestPorts,
): Handler {
  return async (request: InboundRequest): Promise<Reply> => {
    requireScope(request, 'ingest');
    route.verify?.(request, settings);
    const receipt = await received(source, request, route.parse(request), ports);
    return route.render?.(receipt) ?? { status: 200, body: receipt };
  };
}

/** A platform's feedback: proven by the platform's own means, or nothing is read of it. */
export function webhookHandler(webhook: Webhook, settings: unknown, ports: IngestPorts): Handler {
  return async (request) => {
    if (settings === undefined) throw new Fault('settings', `integrations.${webhook.id}`);
    const verified = webhook.verify(request, settings);
    return { status: 200, body: await received(webhook.id, request, webhook.parse(verified), ports) };
  };
}
