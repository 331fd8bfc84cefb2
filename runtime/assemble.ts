import { randomInt } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { connectors } from '../connectors/registry.ts';
import type { Transport } from '../core/contracts/destination.ts';
import { webhooks } from '../webhooks/registry.ts';
import { machineClock } from './clock.ts';
import { axiosTransport } from './delivery/axios-transport.ts';
import { DeliveryService } from './delivery/service.ts';
import { ClosedReader } from './engine/closed/reader.ts';
import type { OpenRoom } from './engine/room.ts';
import type { FreshKey } from './first-start.ts';
import { prepare } from './first-start.ts';
import { couponEndpoints } from './http/coupon-endpoints.ts';
import { decideHandlers } from './http/decide-routes.ts';
import type { Endpoint } from './http/endpoint.ts';
import { expressApp } from './http/express-app.ts';
import { batchDecide, genericDecide } from './http/generic-decide.ts';
import type { IngestPorts } from './http/ingest-routes.ts';
import { ingestHandler, webhookHandler } from './http/ingest-routes.ts';
import { openapi } from './http/openapi.ts';
import { operationEndpoints } from './http/operation-endpoints.ts';
import { programmeEndpoints } from './http/programme-endpoints.ts';
import { recordEndpoints } from './http/record-endpoints.ts';
import { degradedReporter } from './http/degraded.ts';
import { drain } from './http/drain.ts';
import { httpServer } from './http/server.ts';
import { trialEndpoints } from './http/trial-endpoints.ts';
import { checkNames, configuredDestinations, inboundSettings } from './integrations.ts';
import { Keyring } from './keys.ts';
import { decisionLog, deliveryLog } from './logging.ts';
import { buildManifest } from './manifest.ts';
import { Metrics } from './metrics.ts';
import { Programmes } from './programmes/service.ts';
import type { Settings } from './settings.ts';
import { tracedTransport, collectorAt, Tracing } from './tracing.ts';

/** What differs between a real start and a test. */
export interface World {
  settings: Settings;
  room: OpenRoom;
  logger: Logger;
  version: string;
  /** ms since 1970 */
  now?: () => number;
  transport?: Transport;
}

/** A running Pickwell. */
export interface Pickwell {
  server: Server;
  /** Keys made on this start: non-empty on the first one only. */
  freshKeys: FreshKey[];
  /** Listens and starts learning and delivering; resolves with the base URL. */
  listen(): Promise<string>;
  /** Stops taking requests, finishes what is under way, closes the store. */
  stop(): Promise<void>;
}

/** How often keys made or revoked by another process are looked for, in ms. */
const KEY_REFRESH_MS = 2_000;
/** Share of traces that are kept, unless somebody says otherwise. */
const TRACE_SHARE = 0.01;
/** Bound on finishing deliveries when stopping, in ms. */
const DELIVERY_STOP_MS = 5_000;

/** The whole wiring: the parts that do the work, the routes in front of them, and how both start and stop. */
export async function assemble(world: World): Promise<Pickwell> {
  checkNames(world.settings);
  const parts = await makeParts(world);
  const state = { ready: false, draining: false };
  const server = makeServer(world, parts, state);
  return { freshKeys: parts.freshKeys, server, ...lifecycle(world, parts, { server, state }) };
}

interface State {
  ready: boolean;
  draining: boolean;
}

type Parts = Awaited<ReturnType<typeof makeParts>>;

async function makeParts(world: World) {
  const { settings, room: open, logger, transport, version, now = Date.now } = world;
  const metrics = new Metrics();
  const ratio = settings.traceShare ?? TRACE_SHARE;
  const tracing =
    settings.traces === undefined
      ? undefined
      : new Tracing({
          exporter: collectorAt(settings.traces),
          service: settings.traceService,
          ratio,
          version,
        });
  const later: { delivery?: DeliveryService; programmes?: Programmes } = {};
  const closed = new ClosedReader(machineClock.elapsed, settings.ladder?.closedListMs);
  const room = await open({
    closed: (table) => closed.take(table),
    batch(size, seconds) {
      metrics.batch(size, seconds);
      tracing?.batch(size, seconds);
    },
    shed: (decisions) => metrics.shed(decisions),
    funnel: (funnel) => metrics.funnel(funnel),
    folded: (entries) => metrics.folded(entries),
    warned: (message) => logger.warn(message),
    foldFailed: (error) => {
      metrics.foldFailed();
      logger.error({ err: error }, 'learning paused; the last good model goes on deciding');
    },
    modelRefused: (error) =>
      logger.error({ err: error }, 'a model was refused; the last good one goes on deciding'),
    delivered: () => later.delivery?.wake(),
    changed() {
      later.programmes?.load().catch((error: unknown) => {
        logger.error({ err: error }, 'programmes could not be read again');
      });
    },
    spooled: (drained) => metrics.spooled(drained),
    drainFailed: (error) =>
      logger.error({ err: error }, 'a spooled decision was not taken; it will be tried again'),
  });
  const { store, engine } = room;
  const programmes = new Programmes(store, now);
  await programmes.load();
  const freshKeys = await prepare(store, programmes, { adminKey: settings.adminKey, now: now() });
  const keyring = new Keyring(store, now);
  await keyring.refresh();
  const delivery = new DeliveryService(configuredDestinations(settings), {
    store,
    clock: { ...machineClock, now },
    rng: { uniform: () => randomInt(2 ** 47) / 2 ** 47 },
    transport: tracedTransport(tracing, transport ?? axiosTransport()),
    log: deliveryLog(logger),
    redis: settings.redis === undefined ? undefined : { url: settings.redis, copies: settings.copies },
  });
  Object.assign(later, { delivery, programmes });
  return { metrics, tracing, room, store, engine, programmes, freshKeys, keyring, delivery, closed };
}

function makeServer(world: World, parts: Parts, state: State): Server {
  const { settings, logger, version, now = Date.now } = world;
  const { store, engine, metrics, tracing, keyring, delivery, programmes, closed } = parts;
  const own = inboundSettings(settings);
  const bug = (error: unknown): void => logger.error({ err: error }, 'bug');
  const degraded = degradedReporter({ metrics, logger, elapsed: machineClock.elapsed });
  const answered = decisionLog(logger, settings.logDecisions ?? 0);
  const { ladder = {} } = settings;
  const decidePorts = {
    ...{ engine, programmes, metrics, now, degraded, answered, tracing, ladder },
    closed: closed.standings,
  };
  const hot = decideHandlers(connectors, (id) => own.get(id), decidePorts);
  hot.set('/v1/decide', { methods: ['GET', 'POST'], handler: genericDecide(decidePorts) });
  const endpoints: Endpoint[] = [
    ...inboundEndpoints(own, { engine, metrics, tracing }),
    ...trialEndpoints({ programmes, engine, store, now }),
    ...programmeEndpoints(programmes, { engine, store, now }),
    ...couponEndpoints(store, now),
    ...recordEndpoints(store, engine, now),
    ...operationEndpoints({
      store,
      engine,
      programmes,
      delivery,
      metrics,
      closed,
      now,
      ready: () => state.ready,
      manifest: () => buildManifest(version),
      openapi: () => openapi(version, connectors, endpoints),
    }),
  ];
  const rest = expressApp(endpoints, { keyring, now, bug });
  return httpServer({
    hot,
    batch: (request, arrivedAt) => batchDecide(request, arrivedAt, decidePorts),
    draining: () => state.draining,
    rest,
    keyring,
    now,
    bug,
  });
}

function lifecycle(
  { settings, logger }: World,
  { keyring, room, store, delivery, tracing }: Parts,
  { server, state }: { server: Server; state: State },
): Pick<Pickwell, 'listen' | 'stop'> {
  let refresh: NodeJS.Timeout | undefined;
  return {
    async listen() {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject).listen(settings.port, settings.host, resolve);
      });
      await store.recoverClaims();
      await room.start();
      delivery.start();
      const failed = (error: unknown): void => logger.error({ err: error }, 'keys could not be read again');
      refresh = setInterval(() => void keyring.refresh().catch(failed), KEY_REFRESH_MS);
      state.ready = true;
      const { port } = server.address() as AddressInfo;
      return settings.publicUrl ?? `http://${settings.host}:${port}`;
    },
    async stop() {
      state.ready = false;
      state.draining = true;
      clearInterval(refresh);
      await drain(server);
      await room.rest();
      await delivery.stop(DELIVERY_STOP_MS);
      await room.close();
      // nobody waits for a collector that is away
      await tracing?.stop().catch((error: unknown) => logger.warn({ err: error }, 'traces were not sent'));
    },
  };
}

function inboundEndpoints(own: ReadonlyMap<string, unknown>, ports: IngestPorts): Endpoint[] {
  const ingest = connectors.flatMap((connector) =>
    connector.routes.flatMap((route): Endpoint[] => {
      if (route.kind !== 'ingest') return [];
      const { methods, path, summary } = route;
      const handle = ingestHandler(connector.id, route, own.get(connector.id), ports);
      return [{ methods, path, summary, scope: 'ingest', handle }];
    }),
  );
  const feedback = webhooks.map((webhook): Endpoint => ({
    methods: ['POST'],
    path: webhook.path,
    summary: webhook.summary,
    handle: webhookHandler(webhook, own.get(webhook.id), ports),
  }));
  return [...ingest, ...feedback];
}
