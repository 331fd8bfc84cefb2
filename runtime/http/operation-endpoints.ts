import type { DeskStore } from '../../core/contracts/store.ts';
import type { DeliveryService } from '../delivery/service.ts';
import type { ClosedReader } from '../engine/closed/reader.ts';
import type { EngineDoor } from '../engine/room.ts';
import type { Metrics } from '../metrics.ts';
import { resourceUse } from '../programmes/resource-use.ts';
import type { Programmes } from '../programmes/service.ts';
import type { Endpoint } from './endpoint.ts';
import { Problem } from './problem.ts';
import { inPassing, StoreProbe } from './store-probe.ts';

interface Ports {
  store: DeskStore;
  engine: EngineDoor;
  programmes: Programmes;
  delivery: DeliveryService;
  metrics: Metrics;
  closed: ClosedReader;
  now: () => number;
  /** False while starting and while draining. */
  ready: () => boolean;
  manifest: () => object;
  openapi: () => object;
}

/** How long one part of the metrics is waited for, in ms: less than the 10 s for which Prometheus waits for all. */
const PART_MS = 3_000;

/** Brings the metrics up to date. What the store does not tell in passing is left out: the rest matters most while it is away. */
async function gather(ports: Ports, reachable: boolean): Promise<void> {
  const { store, engine, programmes, delivery, metrics, closed, now } = ports;
  metrics.store(reachable);
  metrics.closedList(closed);
  metrics.limits(delivery.limits());
  metrics.deliveries(delivery.tallies());
  const live = programmes.all().filter(({ status }) => status === 'live');
  const [health, outbox, uses] = await Promise.all([
    inPassing(engine.health(), PART_MS),
    reachable ? inPassing(store.outboxCounts(), PART_MS) : undefined,
    reachable ? inPassing(resourceUse(live, store, now()), PART_MS) : undefined,
  ]);
  if (health) metrics.health(health);
  metrics.outbox(outbox ?? [], now());
  metrics.resources(uses ?? []);
}

/** What operators, installers and load balancers ask. */
export function operationEndpoints(ports: Ports): Endpoint[] {
  const { store, delivery } = ports;
  const probe = new StoreProbe(store);
  const open = (path: string, summary: string, handle: Endpoint['handle']): Endpoint => {
    return { methods: ['GET'], path, summary, handle };
  };
  return [
    open('/health', 'Whether the process runs', () => ({ status: 200, body: { status: 'ok' } })),
    open('/ready', 'Whether requests should be sent here, and whether the store answers', async () => {
      if (!ports.ready()) throw new Problem(503, 'Starting or stopping');
      // without it the rungs below answer: a balancer that left this copy out would have nobody answer
      const store = (await probe.reachable()) ? 'reachable' : 'away';
      return { status: 200, body: { status: 'ready', store } };
    }),
    open('/metrics', 'Metrics for Prometheus', async () => {
      await gather(ports, await probe.reachable());
      const { registry } = ports.metrics;
      return {
        status: 200,
        headers: { 'content-type': registry.contentType },
        body: await registry.metrics(),
      };
    }),
    open('/manifest.json', 'What a marketplace reads', () => ({ status: 200, body: ports.manifest() })),
    open('/openapi.json', 'This description', () => ({ status: 200, body: ports.openapi() })),
    {
      methods: ['GET'],
      path: '/v1/destinations',
      summary: 'Delivery state and dead letters of every destination',
      scope: 'read',
      handle: async () => ({ status: 200, body: { destinations: await delivery.status() } }),
    },
    {
      methods: ['POST'],
      path: '/v1/destinations/:id/redrive',
      summary: 'Send the dead letters of a destination again',
      scope: 'write',
      handle: async (_, { id = '' }) => {
        if (!delivery.has(id)) throw new Problem(404, `No destination ${id} is configured`);
        const redriven = await store.redrive(id, ports.now());
        delivery.wake();
        return { status: 200, body: { redriven } };
      },
    },
  ];
}
