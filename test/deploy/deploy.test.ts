import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { SPOOL_LIMITS } from '../../runtime/engine/spool.ts';
import type { Running } from '../support/running.ts';
import { runInMemory } from '../support/running.ts';
import { ROOT } from '../support/source-files.ts';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Every variable that the program reads. */
const known = new Set([
  ...[...read('runtime/settings.ts').matchAll(/environment\.([A-Z_]+)/g)].map(([, name = '']) => name),
  // PostgreSQL's address
  'DATABASE_URL',
]);

interface Service {
  environment?: Record<string, string>;
  ports?: string[];
  volumes?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
  stop_grace_period?: string;
}

/** Any object of Kubernetes, with the parts that refer to one another. */
interface Manifest {
  kind: string;
  metadata: { name: string };
  stringData?: Record<string, string>;
  spec: Record<string, unknown>;
}

interface Probe {
  httpGet: { path: string; port: string };
}

interface Pod {
  terminationGracePeriodSeconds: number;
  securityContext: Record<string, unknown>;
  containers: {
    ports: { name: string; containerPort: number }[];
    env: { name: string; value?: string; valueFrom?: { secretKeyRef: { name: string; key: string } } }[];
    startupProbe: Probe;
    readinessProbe: Probe;
    livenessProbe: Probe;
    lifecycle: { preStop: { exec: { command: string[] } } };
    securityContext: Record<string, unknown>;
    volumeMounts: { name: string; mountPath: string }[];
  }[];
}

let server: Running;
beforeAll(async () => {
  server = await runInMemory();
});
afterAll(() => server.stop());

/** A probe is of use when the path answers without a key, and the route table has it. */
async function expectProbe(path: string): Promise<void> {
  const { paths } = (await (await fetch(`${server.base}/openapi.json`)).json()) as { paths: object };
  expect(Object.keys(paths)).toContain(path);
  expect((await fetch(server.base + path)).status).toBe(200);
}

describe('Dockerfile', () => {
  const text = read('Dockerfile');
  const lines = text.replace(/\\\n/g, ' ').split('\n');

  it('copies what exists and what .dockerignore lets through', () => {
    const ignored = read('.dockerignore');
    const sources = lines
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
      .flatMap((line) => line.split(/\s+/).slice(1, -1));
    expect(sources.length).toBeGreaterThan(8);
    for (const source of sources) {
      expect(existsSync(join(ROOT, source)), source).toBe(true);
      expect(ignored.split('\n'), source).toContain(`!${source}`);
    }
    expect(ignored).toContain('\n*\n');
  });

  it('sets variables that are read, runs as nobody special, ends on SIGTERM, and looks after itself', async () => {
    const variables = [...text.matchAll(/\b(PICKWELL_[A-Z_]+)\b/g)].map(([, name]) => name);
    for (const name of variables) expect(known, name).toContain(name);
    expect(lines.indexOf('USER node')).toBeGreaterThan(0);
    expect(lines.indexOf('USER node')).toBeLessThan(lines.findIndex((line) => line.startsWith('CMD')));
    expect(lines).toContain('STOPSIGNAL SIGTERM');
    expect(text).not.toMatch(/curl|wget|latest/);
    const path = /\$\{process\.env\.PICKWELL_PORT\}(\/\w+)/.exec(text)?.[1] ?? '';
    await expectProbe(path);
  });
});

describe('docker-compose.yml', () => {
  const text = read('docker-compose.yml');
  const { services } = parse(text) as { services: Record<string, Service> };

  it('sets variables that are read, and no secret has a default', () => {
    for (const name of Object.keys(services.pickwell?.environment ?? {})) expect(known, name).toContain(name);
    const references = [...text.matchAll(/\$\{(\w+)(.*?)\}/g)];
    expect(references.length).toBeGreaterThan(4);
    for (const [all, , rest = ''] of references) expect(rest.startsWith(':?'), all).toBe(true);
  });

  it('waits for services that say when they are well, and mounts what exists', () => {
    for (const { depends_on = {}, volumes = [] } of Object.values(services)) {
      for (const [name, { condition }] of Object.entries(depends_on)) {
        expect(services).toHaveProperty(name);
        // the image of pickwell brings its own check
        if (condition === 'service_healthy' && name !== 'pickwell')
          expect(services[name]?.healthcheck?.test.length).toBeGreaterThan(1);
      }
      for (const volume of volumes.filter((each) => each.startsWith('./')))
        expect(existsSync(join(ROOT, volume.split(':')[0] ?? '')), volume).toBe(true);
    }
  });

  it('sends what comes in to the port that is listened on, and gives the drain its time', async () => {
    const caddy = read('deploy/compose/Caddyfile');
    const port = /ENV[^]*?PICKWELL_PORT=(\d+)/.exec(read('Dockerfile'))?.[1] ?? '';
    expect(caddy).toContain(`pickwell ${port}`);
    const [outside = ''] = services.balancer?.ports ?? [];
    expect(caddy).toContain(`\n:${outside.split(':')[1] ?? ''} {`);
    const probe = /http:\/\/127\.0\.0\.1:\d+(\/\w+)/.exec(
      services.balancer?.healthcheck?.test.join(' ') ?? '',
    );
    await expectProbe(probe?.[1] ?? '');
    expect(parseInt(services.pickwell?.stop_grace_period ?? '0')).toBeGreaterThan(stopSeconds());
  });
});

/** How long the program itself takes to stop, at most. */
function stopSeconds(): number {
  return Number(/STOP_MS = ([\d_]+)/.exec(read('runtime/start.ts'))?.[1]?.replaceAll('_', '')) / 1000;
}

describe('deploy/kubernetes', () => {
  const folder = join(ROOT, 'deploy/kubernetes');
  const files = readdirSync(folder).filter((name) => name !== 'kustomization.yaml');
  const manifests = files.map((name) => parse(readFileSync(join(folder, name), 'utf8')) as Manifest);
  const one = (kind: string): Manifest => {
    const found = manifests.filter((manifest) => manifest.kind === kind);
    expect(found).toHaveLength(1);
    return found[0] as Manifest;
  };
  const copies = one('StatefulSet').spec as {
    serviceName: string;
    selector: { matchLabels: Record<string, string> };
    updateStrategy: { type: string };
    volumeClaimTemplates: {
      metadata: { name: string };
      spec: { resources: { requests: { storage: string } } };
    }[];
    template: {
      metadata: { labels: Record<string, string>; annotations: Record<string, string> };
      spec: Pod;
    };
  };
  const pod = copies.template.spec;
  const container = pod.containers[0]!;

  it('lists every file', () => {
    const { resources } = parse(read('deploy/kubernetes/kustomization.yaml')) as { resources: string[] };
    expect([...resources].sort()).toEqual(files.sort());
  });

  it('selects its own pods everywhere', () => {
    const { labels } = copies.template.metadata;
    const selectors = [
      copies.selector.matchLabels,
      (one('Service').spec as { selector: object }).selector,
      (one('PodDisruptionBudget').spec as { selector: { matchLabels: object } }).selector.matchLabels,
      (one('NetworkPolicy').spec as { podSelector: { matchLabels: object } }).podSelector.matchLabels,
    ];
    for (const selector of selectors) expect(labels).toMatchObject(selector);
    const scaler = one('HorizontalPodAutoscaler').spec as { scaleTargetRef: object; minReplicas: number };
    expect(scaler.scaleTargetRef).toMatchObject({
      kind: 'StatefulSet',
      name: one('StatefulSet').metadata.name,
    });
    // an exchange takes one away at a time
    expect(copies.updateStrategy.type).toBe('RollingUpdate');
    expect(scaler.minReplicas).toBeGreaterThan(2);
    expect(copies.serviceName).toBe(one('Service').metadata.name);
  });

  it('sets variables that are read, with every secret from the secret', () => {
    const secret = one('Secret');
    for (const { name, value, valueFrom } of container.env) {
      expect(known, name).toContain(name);
      if (!valueFrom) expect(value, name).toBeTruthy();
      else {
        expect(valueFrom.secretKeyRef.name).toBe(secret.metadata.name);
        expect(secret.stringData).toHaveProperty(valueFrom.secretKeyRef.key);
      }
    }
    expect(Object.values(secret.stringData ?? {}).join('')).toBe('');
  });

  it('probes routes that answer, on the port that is listened on', async () => {
    const [port] = container.ports;
    const env = new Map(container.env.map(({ name, value }) => [name, value]));
    expect(env.get('PICKWELL_PORT')).toBe(String(port?.containerPort));
    for (const { httpGet } of [container.startupProbe, container.readinessProbe, container.livenessProbe]) {
      expect(httpGet.port).toBe(port?.name);
      await expectProbe(httpGet.path);
    }
    expect(container.livenessProbe.httpGet.path).not.toBe('/ready');
    const { annotations } = copies.template.metadata;
    await expectProbe(annotations['prometheus.io/path'] ?? '');
    expect(annotations['prometheus.io/port']).toBe(String(port?.containerPort));
    const { ports } = one('Service').spec as { ports: { targetPort: string }[] };
    expect(ports.map(({ targetPort }) => targetPort)).toEqual([port?.name]);
  });

  it('gives the drain its time, and the process nothing but its folder', () => {
    const preStop = Number(container.lifecycle.preStop.exec.command[1]);
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(preStop + stopSeconds());
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true });
    expect(container.securityContext).toMatchObject({
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
    });
    const env = new Map(container.env.map(({ name, value }) => [name, value]));
    const [mount] = container.volumeMounts;
    expect(mount?.mountPath).toBe(env.get('PICKWELL_DATA'));
  });

  it('keeps what is spooled on a disk that outlives its copy and holds more than the spool may take', () => {
    const [mount] = container.volumeMounts;
    const claim = copies.volumeClaimTemplates.find(({ metadata }) => metadata.name === mount?.name);
    const { storage = '' } = claim?.spec.resources.requests ?? {};
    const [, gibibytes] = /^(\d+)Gi$/.exec(storage) ?? [];
    expect(Number(gibibytes) * 2 ** 30).toBeGreaterThan(SPOOL_LIMITS.bytes);
  });
});
