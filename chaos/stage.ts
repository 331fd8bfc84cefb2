import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '../runtime/store/open-store.ts';
import type { StoreChoice } from '../runtime/store/open-store.ts';
import { SAMPLE } from '../runtime/programmes/sample.ts';
import type { TcpProxy } from '../test/support/tcp-proxy.ts';
import type { RedisServer } from '../test/support/redis-server.ts';
import { tcpProxy } from '../test/support/tcp-proxy.ts';
import type { Check, Disturbance } from './checks.ts';
import { checkAll, mostInWindow } from './checks.ts';
import { Copy } from './copy.ts';
import type { OwnPostgres } from '../test/support/own-postgres.ts';
import { History } from './history.ts';
import { readAll } from './ledger.ts';
import type { Recorder } from './recorder.ts';
import { recorder, RECORDER_LIMIT } from './recorder.ts';
import { refold } from './refold.ts';
import { Traffic } from './traffic.ts';

export interface StageOptions {
  copies: number;
  /** Absent: the embedded store. */
  database?: OwnPostgres | undefined;
  /** So that the copies share one limit. */
  redis?: RedisServer | undefined;
  seed: number;
  /** Where the first copy keeps its data, if not in a scratch folder. */
  folder?: string | undefined;
}

/** How long what is left is given to settle after the last fault, in ms. */
const SETTLE_MS = 240_000;

/** Looks in a row, half a second apart, at which nothing waited. */
const CALM = 5;

/** A programme with a default and without caps, next to the sample, which has a cap: nobody's default may be sent past one. */
const OPEN = { ...SAMPLE, id: 'open', name: 'No caps', fallback: 'warm', guardrails: {} };

/** Copies, what they stand on, what is broken between them, and the callers in front. */
export class Stage {
  readonly copies: Copy[] = [];
  readonly history = new History();
  readonly disturbances: Disturbance[] = [];
  readonly traffic: Traffic;
  readonly recorder: Recorder;
  readonly database: OwnPostgres | undefined;
  /** Between the copies and the database. */
  readonly proxy: TcpProxy | undefined;
  /** Between the copies and Redis. */
  readonly redisProxy: TcpProxy | undefined;
  readonly redis: RedisServer | undefined;
  /** Where the first copy keeps its data. */
  readonly folder: string;
  readonly #scratch: string;

  private constructor(options: StageOptions, parts: Pick<Stage, 'recorder' | 'proxy' | 'redisProxy'>) {
    this.#scratch = mkdtempSync(join(tmpdir(), 'pickwell-chaos-'));
    this.folder = options.folder ?? join(this.#scratch, 'copy-0');
    this.database = options.database;
    this.redis = options.redis;
    this.recorder = parts.recorder;
    this.proxy = parts.proxy;
    this.redisProxy = parts.redisProxy;
    const { seed } = options;
    const [copies, history] = [this.copies, this.history];
    this.traffic = new Traffic({ copies, history, seed, clients: 24, pauseMs: 20 });
  }

  /** Everything runs and is called when this resolves. */
  static async open(options: StageOptions): Promise<Stage> {
    const { database, redis } = options;
    const stage = new Stage(options, {
      recorder: await recorder(),
      proxy: database && (await tcpProxy(database.port)),
      redisProxy: redis && (await tcpProxy(redis.port)),
    });
    const integrations = { segment: { writeKey: 'w', host: stage.recorder.host } };
    for (let i = 0; i < options.copies; i++) {
      const copy = await Copy.make({
        folder: i === 0 ? stage.folder : join(stage.#scratch, `copy-${i}`),
        databaseUrl: stage.proxy && database!.url(stage.proxy.port),
        redisUrl: stage.redisProxy && `redis://127.0.0.1:${stage.redisProxy.port}`,
        integrations,
      });
      stage.copies.push(copy);
    }
    await Promise.all(stage.copies.map((copy) => copy.start()));
    await stage.#addProgramme();
    stage.traffic.start();
    return stage;
  }

  async #addProgramme(): Promise<void> {
    const copy = this.copies[0]!;
    const path = `/v1/programmes/${OPEN.id}`;
    await copy.json(path, { method: 'PUT', body: JSON.stringify(OPEN), headers: { 'if-match': '0' } });
    for (const { id } of OPEN.variants) await copy.json(`${path}/variants/${id}/approve`, { method: 'POST' });
    // the other copies hear of it within a second or two
    for (const other of this.copies) {
      const heard = async (): Promise<boolean> => {
        const { variants } = await other.json<{ variants: { approval?: unknown }[] }>(path);
        return variants.every(({ approval }) => approval !== undefined);
      };
      while (!(await heard().catch(() => false))) await sleep(100);
    }
  }

  /** Breaks something for as long as `work` takes. */
  async disturb(work: () => Promise<void>): Promise<void> {
    const disturbance = { from: Date.now(), to: Infinity };
    this.disturbances.push(disturbance);
    try {
      await work();
    } finally {
      disturbance.to = Date.now();
    }
  }

  /** Stops the callers, waits until nothing is under way and looks at everything. */
  async judge(): Promise<Check[]> {
    await this.traffic.stop();
    for (const copy of this.copies) if (!copy.alive) await copy.start();
    const settled = await this.#settled();
    const rows = await readAll(this.copies[0]!);
    const { history, disturbances } = this;
    const checks = checkAll({ history, rows, recorder: this.recorder, disturbances });
    const verified = await this.copies[0]!.json<{ ok: boolean }>('/v1/ledger/verify');
    checks.push({
      name: 'the chain of the ledger holds',
      of: rows.length,
      wrong: verified.ok ? [] : ['broken'],
    });
    checks.push({
      name: 'nothing is left in an outbox or a spool',
      of: 1,
      wrong: settled ? [] : ['not within 240 s'],
    });
    if (this.copies.length === 1 || this.redisProxy) checks.push(this.#limit());
    const stops = await Promise.all(this.copies.map((copy) => copy.stop()));
    const late = stops.filter(({ code, ms }) => code !== 0 || ms > 10_000);
    checks.push({
      name: 'every copy stops by itself within 10 s',
      of: stops.length,
      wrong: late.map(({ code, ms }) => `exit ${code} after ${Math.round(ms)} ms`),
    });
    checks.push(await this.#statistics([...new Set(rows.flatMap(({ person }) => person ?? []))]));
    return checks;
  }

  #limit(): Check {
    const most = mostInWindow(this.recorder.arrivals, RECORDER_LIMIT.windowMs);
    const wrong = most > RECORDER_LIMIT.requests ? [`${most} in ${RECORDER_LIMIT.windowMs} ms`] : [];
    return {
      name: 'the destination is never asked above its limit',
      of: this.recorder.arrivals.length,
      wrong,
    };
  }

  async #settled(): Promise<boolean> {
    let calm = 0;
    for (const until = Date.now() + SETTLE_MS; Date.now() < until; await sleep(500)) {
      const idle = await Promise.all(this.copies.map(isIdle));
      calm = idle.every(Boolean) ? calm + 1 : 0;
      // a fold may put rewards into an outbox that was empty a moment ago
      if (calm === CALM) return true;
    }
    return false;
  }

  async #statistics(persons: string[]): Promise<Check> {
    const choice: StoreChoice = this.database
      ? { kind: 'postgres', url: this.database.url(this.database.port) }
      : { kind: 'sqlite', folder: this.folder };
    const store = await openStore(choice);
    const { kept, anew } = await refold(store, persons);
    await store.close();
    const wrong = kept === anew ? [] : [`kept ${kept}`, `anew ${anew}`];
    return { name: 'what was learned equals a fold of the ledger from nothing', of: persons.length, wrong };
  }

  async close(): Promise<void> {
    await this.traffic.stop();
    await Promise.all(this.copies.map((copy) => copy.kill()));
    await Promise.all([this.proxy?.close(), this.redisProxy?.close(), this.recorder.close()]);
    rmSync(this.#scratch, { recursive: true, force: true });
  }
}

/** Nothing waits in its outbox or its spool, and everything in the ledger is learned from. */
async function isIdle(copy: Copy): Promise<boolean> {
  try {
    const { destinations } = await copy.json<{ destinations: { outbox: { pending?: number } }[] }>(
      '/v1/destinations',
    );
    const metrics = await (await fetch(`${copy.base}/metrics`)).text();
    const spooled = Number(/^pickwell_spool_decisions (\S+)/m.exec(metrics)?.[1] ?? 0);
    return destinations.every(({ outbox }) => (outbox.pending ?? 0) === 0) && spooled === 0;
  } catch {
    return false;
  }
}
