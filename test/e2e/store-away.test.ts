import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { SAMPLE } from '../../runtime/programmes/sample.ts';
import { openPostgresStore } from '../../runtime/store/postgres/postgres-store.ts';
import { opened } from '../support/opened.ts';
import { postgresServer } from '../support/postgres.ts';
import type { StartedProcess } from '../support/process.ts';
import { freePort, start, untilReady } from '../support/process.ts';
import { scratchFolder } from '../support/running.ts';
import { ROOT } from '../support/source-files.ts';
import type { TcpProxy } from '../support/tcp-proxy.ts';
import { tcpProxy } from '../support/tcp-proxy.ts';

const server = await postgresServer();

const ADMIN = 'pk_admin_for_the_outage_test';
/** What a Prometheus waits for a scrape unless it is told otherwise, in ms. */
const SCRAPE_MS = 10_000;

/** How long the probe of the manifests waits for an answer, in ms. */
function probeMs(): number {
  const text = readFileSync(join(ROOT, 'deploy/kubernetes/statefulset.yaml'), 'utf8');
  const { spec } = parse(text) as {
    spec: {
      template: {
        spec: { containers: { readinessProbe: { timeoutSeconds: number; httpGet: { path: string } } }[] };
      };
    };
  };
  const { readinessProbe } = spec.template.spec.containers[0]!;
  expect(readinessProbe.httpGet.path).toBe('/ready');
  return readinessProbe.timeoutSeconds * 1000;
}

/** Decisions while it is away. */
const ASKED = 6;

interface Copy {
  started(): StartedProcess;
  /** Starts it again, on the same disk. */
  start(): Promise<void>;
  /** URL of its database, without the network in between. */
  database: string;
  network: TcpProxy;
  call: <T>(path: string, init?: RequestInit) => Promise<T>;
  /** What a probe sees: status and body. */
  ready(): Promise<{ status: number; body: { store?: string } }>;
  /** Values of the metrics that are there, by name and labels. */
  metrics(): Promise<Map<string, number>>;
}

/** The program on PostgreSQL, with a network in between, and a programme that needs to know nobody. */
async function copy(): Promise<Copy> {
  const database = await server!.database();
  const network = await tcpProxy(Number(new URL(database).port || 5432));
  onTestFinished(() => network.close());
  const through = Object.assign(new URL(database), { host: `127.0.0.1:${network.port}` }).href;
  const { folder, remove } = scratchFolder();
  onTestFinished(remove);
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  let started!: StartedProcess;
  const startAgain = async (): Promise<void> => {
    started = start({
      PICKWELL_DATA: folder,
      PICKWELL_PORT: String(port),
      PICKWELL_LOG: 'warn',
      PICKWELL_ADMIN_KEY: ADMIN,
      DATABASE_URL: through,
    });
    await untilReady(base, started);
  };
  onTestFinished(() => void started.child.kill('SIGKILL'));
  await startAgain();
  const call = async <T>(path: string, init: RequestInit = {}): Promise<T> => {
    const response = await fetch(base + path, {
      ...init,
      headers: { authorization: `Bearer ${ADMIN}`, ...init.headers },
    });
    expect(response.status).toBe(200);
    return (await response.json()) as T;
  };
  const open = { ...SAMPLE, id: 'open', guardrails: {} };
  await call('/v1/programmes/open', {
    method: 'PUT',
    headers: { 'if-match': '0' },
    body: JSON.stringify(open),
  });
  for (const { id } of open.variants)
    await call(`/v1/programmes/open/variants/${id}/approve`, { method: 'POST' });
  return {
    started: () => started,
    start: startAgain,
    database,
    network,
    call,
    async ready() {
      const response = await fetch(`${base}/ready`, { signal: AbortSignal.timeout(probeMs()) });
      return { status: response.status, body: (await response.json()) as { store?: string } };
    },
    async metrics() {
      const response = await fetch(`${base}/metrics`, { signal: AbortSignal.timeout(SCRAPE_MS) });
      const lines = (await response.text()).split('\n').filter((line) => /^pickwell/.test(line));
      return new Map(
        lines.map((line) => [
          line.slice(0, line.lastIndexOf(' ')),
          Number(line.slice(line.lastIndexOf(' '))),
        ]),
      );
    },
  };
}

let asked = 0;
const decide = ({ call }: Copy): Promise<{ rung: string }> =>
  call(`/v1/decide?programme=open&user=u${++asked}`);

describe.skipIf(server === undefined)('N1: a copy whose PostgreSQL is away', () => {
  test.each(['blackhole', 'reset'] as const)(
    'stays among those that are asked, answers, and tells its watchers so (%s)',
    { timeout: 120_000 },
    async (fault) => {
      const own = await copy();
      expect(await own.ready()).toMatchObject({ status: 200, body: { store: 'reachable' } });
      expect((await own.metrics()).get('pickwell_store_up')).toBe(1);
      expect(await decide(own)).toMatchObject({ rung: 'full' });

      own.network.set(fault);
      for (let i = 0; i < ASKED; i++) {
        expect(await own.ready()).toMatchObject({ status: 200, body: { status: 'ready', store: 'away' } });
        expect(await decide(own)).toMatchObject({ rung: 'last-model' });
      }
      // what the alarms look at
      const told = async (name: string): Promise<number | undefined> => (await own.metrics()).get(name);
      expect(await told('pickwell_store_up')).toBe(0);
      expect(await told('pickwell_degraded_total{cause="unavailable",rung="last-model"}')).toBe(ASKED);
      await expect.poll(() => told('pickwell_spool_decisions'), { timeout: 20_000 }).toBe(ASKED);
      await expect.poll(() => told('pickwell_closed_list_age_seconds')).toBeGreaterThan(1);
      await expect.poll(() => told('pickwell_model_age_seconds')).toBeGreaterThan(1);

      own.network.set('reset');
      own.network.set('pass');
      await expect
        .poll(() => own.ready(), { timeout: 20_000 })
        .toMatchObject({ body: { store: 'reachable' } });
      await expect.poll(() => told('pickwell_spool_decisions'), { timeout: 20_000 }).toBe(0);
      expect(await told('pickwell_store_up')).toBe(1);
      own.started().child.kill('SIGTERM');
      expect(await own.started().exit).toBe(0);
    },
  );

  test(
    'takes with it what was spooled when it is told to stop: into the store where that is back, and on its disk otherwise',
    { timeout: 120_000 },
    async () => {
      const own = await copy();
      const stopped = async (): Promise<void> => {
        own.started().child.kill('SIGTERM');
        expect(await own.started().exit).toBe(0);
      };
      own.network.set('reset');
      for (let i = 0; i < ASKED; i++) expect(await decide(own)).toMatchObject({ rung: 'last-model' });
      await stopped();
      expect(own.started().output()).toContain(`${ASKED} decisions stay in the spool`);

      own.network.set('pass');
      await own.start();
      own.network.set('reset');
      for (let i = 0; i < ASKED; i++) expect(await decide(own)).toMatchObject({ rung: 'last-model' });
      own.network.set('pass');
      await stopped();
      expect(own.started().output()).not.toContain('stay in the spool');
      const store = await opened(() => openPostgresStore({ url: own.database }));
      expect((await store.counts()).decisions).toBe(2 * ASKED);
    },
  );
});
