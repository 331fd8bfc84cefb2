import type { DeskStore } from '../../core/contracts/store.ts';
import type { DeliveryService } from '../delivery/service.ts';
import type { ClosedReader } from '../engine/closed/reader.ts';
import type { EngineDoor } from '../engine/room.ts';
import type { Metrics } from '../metrics.ts';
import { resourceUse } from '../programmes/resource-use.ts';
import type { Programmes } from '../programmes/service.ts';
import type { Endpoint } from './endpoint.ts';
import { Problem } from './problem.ts';

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

/** What operators, installers and load balancers ask. */
export function operationEndpoints(ports: Ports): Endpoint[] {
  const { store, delivery, metrics } = ports;
  const open = (path: string, summary: string, handle: Endpoint['handle']): Endpoint => {
    return { methods: ['GET'], path, summary, handle };
  };
  return [
    open('/health', 'Whether the process runs', () => ({ status: 200, body: { status: 'ok' } })),
    open('/ready', 'Whether requests should be sent here', async () => {
      if (!ports.ready()) throw new Problem(503, 'Starting or stopping');
      await store.ping();
      return { status: 200, body: { status: 'ready' } };
    }),
    open('/metrics', 'Metrics for Prometheus', async () => {
      metrics.outbox(await store.outboxCounts(), ports.now());
      metrics.closedList(ports.closed);
      metrics.health(await ports.engine.health());
      const live = ports.programmes.all().filter(({ status }) => status === 'live');
      metrics.resources(await resourceUse(live, store, ports.now()));
      metrics.limits(delivery.limits());
      const body = await metrics.registry.metrics();
      return { status: 200, headers: { 'content-type': metrics.registry.contentType }, body };
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
