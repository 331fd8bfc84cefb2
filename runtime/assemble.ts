import { randomFillSync, randomInt, randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { Logger } from 'pino';
import { connectors } from '../connectors/registry.ts';
import type { Transport } from '../core/contracts/destination.ts';
import type { Store } from '../core/contracts/store.ts';
import { webhooks } from '../webhooks/registry.ts';
import { axiosTransport } from './delivery/axios-transport.ts';
import { DeliveryService } from './delivery/service.ts';
import { Catalogue } from './engine/catalogue.ts';
import { Engine } from './engine/engine.ts';
import { Folder } from './engine/folder.ts';
import type { FreshKey } from './first-start.ts';
import { installationSeed, prepare } from './first-start.ts';
import { decideHandlers } from './http/decide-routes.ts';
import type { Endpoint } from './http/endpoint.ts';
import { expressApp } from './http/express-app.ts';
import { batchDecide, genericDecide } from './http/generic-decide.ts';
import { ingestHandler, webhookHandler } from './http/ingest-routes.ts';
import { openapi } from './http/openapi.ts';
import { operationEndpoints } from './http/operation-endpoints.ts';
import { programmeEndpoints } from './http/programme-endpoints.ts';
import { recordEndpoints } from './http/record-endpoints.ts';
import { degradedReporter } from './http/degraded.ts';
import { drain } from './http/drain.ts';
import { httpServer } from './http/server.ts';
import { checkNames, configuredDestinations, inboundSettings } from './integrations.ts';
import { Keyring } from './keys.ts';
import { deliveryLog } from './logging.ts';
import { buildManifest } from './manifest.ts';
import { Metrics } from './metrics.ts';
import { personIds } from './person-ids.ts';
import { Programmes } from './programmes/service.ts';
import type { Settings } from './settings.ts';

/** What differs between a real start and a test. */
export interface World {
  settings: Settings;
  store: Store;
  logger: Logger;
  version: string;
  /** ms since 1970 */
  now?: () => number;
  transport?: Transport;
}

/** A running Pickwell. */
export interface Pickwell {
  server: Server;
  engine: Engine;
  folder: Folder;
  catalogue: Catalogue;
  delivery: DeliveryService;
  metrics: Metrics;
  /** Keys made on this start: non-empty on the first one only. */
  freshKeys: FreshKey[];
  /** Listens and starts learning and delivering; resolves with the base URL. */
  listen(): Promise<string>;
  /** Stops taking requests, finishes what is under way, closes the store. */
  stop(): Promise<void>;
}

/** How often keys made or revoked by another process are looked for, in ms. */
const KEY_REFRESH_MS = 2_000;
/** Bound on finishing deliveries when stopping, in ms. */
const DELIVERY_STOP_MS = 5_000;

/** The whole wiring: the parts that do the work, the routes in front of them, and how both start and stop. */
export async function assemble(world: World): Promise<Pickwell> {
  checkNames(world.settings);
  const parts = await makeParts(world);
  const state = { ready: false, draining: false };
  const server = makeServer(world, parts, state);
  return { ...parts, server, ...lifecycle(world, parts, { server, state }) };
}

interface State {
  ready: boolean;
  draining: boolean;
}

type Parts = Awaited<ReturnType<typeof makeParts>>;

async function makeParts({ settings, store, logger, transport, now = Date.now }: World) {
  await store.own(randomUUID());
  const metrics = new Metrics();
  const catalogue = new Catalogue();
  await catalogue.load(store);
  const programmes = new Programmes(store, catalogue, now);
  const freshKeys = await prepare(store, programmes, { adminKey: settings.adminKey, now: now() });
  const keyring = new Keyring(store, now);
  await keyring.refresh();
  const delivery = new DeliveryService(configuredDestinations(settings), {
    store,
    clock: { now },
    rng: { uniform: () => randomInt(2 ** 47) / 2 ** 47 },
    transport: transport ?? axiosTransport(),
    log: deliveryLog(logger),
  });
  const shared = {
    store,
    catalogue,
    now,
    route: delivery.route.bind(delivery),
    delivered: () => delivery.wake(),
  };
  const folder = new Folder({
    ...shared,
    observe: (entries) => metrics.folded(entries),
    failed: (error) => {
      metrics.foldFailed();
      logger.error({ err: error }, 'learning paused; the last good model goes on deciding');
    },
  });
  const engine = new Engine({
    ...shared,
    mintPersonId: personIds(now, randomFillSync),
    stopwatch: () => performance.now(),
    seed: await installationSeed(store),
    observeBatch: (size, seconds) => metrics.batch(size, seconds),
  });
  return { metrics, catalogue, programmes, freshKeys, keyring, delivery, folder, engine };
}

function makeServer(world: World, parts: Parts, state: State): Server {
  const { settings, store, logger, version, now = Date.now } = world;
  const { engine, catalogue, metrics, keyring, delivery, programmes } = parts;
  const own = inboundSettings(settings);
  const bug = (error: unknown): void => logger.error({ err: error }, 'bug');
  const degraded = degradedReporter({ metrics, logger, now });
  const decidePorts = { engine, catalogue, metrics, now, degraded };
  const hot = decideHandlers(connectors, (id) => own.get(id), decidePorts);
  hot.set('/v1/decide', { methods: ['GET', 'POST'], handler: genericDecide(decidePorts) });
  const endpoints: Endpoint[] = [
    ...inboundEndpoints(own, { engine, metrics }),
    ...programmeEndpoints(programmes, catalogue),
    ...recordEndpoints(store, engine, now),
    ...operationEndpoints({
      store,
      delivery,
      metrics,
      now,
      ready: () => state.ready,
      manifest: () => buildManifest(version),
      openapi: () => openapi(version, connectors, endpoints),
    }),
  ];
  const rest = expressApp(endpoints, { keyring, now, bug });
  return httpServer({
    hot,
    batch: (request) => batchDecide(request, decidePorts),
    draining: () => state.draining,
    rest,
    keyring,
    now,
    bug,
  });
}

function lifecycle(
  { settings, store, logger }: World,
  { keyring, folder, delivery }: Parts,
  { server, state }: { server: Server; state: State },
): Pick<Pickwell, 'listen' | 'stop'> {
  let refresh: NodeJS.Timeout | undefined;
  return {
    async listen() {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject).listen(settings.port, settings.host, resolve);
      });
      await store.recoverClaims();
      folder.start();
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
      await folder.stop();
      await delivery.stop(DELIVERY_STOP_MS);
      await store.close();
    },
  };
}

function inboundEndpoints(
  own: ReadonlyMap<string, unknown>,
  ports: { engine: Engine; metrics: Metrics },
): Endpoint[] {
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
