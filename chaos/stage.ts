import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '../runtime/store/open-store.ts';
import type { StoreChoice } from '../runtime/store/open-store.ts';
import type { PoolCount } from '../core/contracts/resources.ts';
import type { ProgrammeInput } from '../runtime/programmes/schema.ts';
import type { TcpProxy } from '../test/support/tcp-proxy.ts';
import type { RedisServer } from '../test/support/redis-server.ts';
import { tcpProxy } from '../test/support/tcp-proxy.ts';
import { checkAll } from './checks/all.ts';
import type { Check } from './checks/check.ts';
import { Copy } from './copy.ts';
import type { OwnPostgres } from '../test/support/own-postgres.ts';
import type { Broken, Disturbance } from './disturbance.ts';
import { History } from './history.ts';
import { readAll } from './ledger.ts';
import { addedProgrammes, programmesOf } from './programmes.ts';
import type { Recorder } from './recorder.ts';
import { recorder } from './recorder.ts';
import { refold } from './refold.ts';
import { Traffic } from './traffic.ts';
import { Watcher } from './watcher.ts';
import { ownRole, takeNotes, testify, whoFolds } from './witness.ts';

export interface StageOptions {
  copies: number;
  /** Absent: the embedded store. */
  database?: OwnPostgres | undefined;
  /** So that the copies share one limit. */
  redis?: RedisServer | undefined;
  seed: number;
  smoke: boolean;
  /** Where the first copy keeps its data, if not in a scratch folder. */
  folder?: string | undefined;
}

/** How long what is left is given to settle after the last fault, in ms. */
const SETTLE_MS = 240_000;

/** Looks in a row, half a second apart, at which nothing waited. */
const CALM = 5;

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
  readonly #smoke: boolean;
  readonly #watcher: Watcher;

  private constructor(options: StageOptions, parts: Pick<Stage, 'recorder' | 'proxy' | 'redisProxy'>) {
    this.#scratch = mkdtempSync(join(tmpdir(), 'pickwell-chaos-'));
    this.folder = options.folder ?? join(this.#scratch, 'copy-0');
    this.database = options.database;
    this.redis = options.redis;
    this.recorder = parts.recorder;
    this.proxy = parts.proxy;
    this.redisProxy = parts.redisProxy;
    const { seed, smoke } = options;
    this.#smoke = smoke;
    const { copies, history } = this;
    const programmes = programmesOf(smoke).map(({ id }) => id);
    this.traffic = new Traffic({ copies, history, programmes, seed, clients: 24, pauseMs: 20 });
    this.#watcher = new Watcher(copies, history);
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
        databaseUrl: database && (await stage.#through(database, `copy_${i}`)),
        redisUrl: stage.redisProxy && `redis://127.0.0.1:${stage.redisProxy.port}`,
        integrations,
        disturbances: stage.disturbances,
      });
      stage.copies.push(copy);
    }
    await Promise.all(stage.copies.map((copy) => copy.start()));
    if (database) await takeNotes(database.url());
    for (const programme of addedProgrammes(options.smoke)) await stage.#add(programme);
    await stage.traffic.stock();
    stage.traffic.start();
    stage.#watcher.start();
    return stage;
  }

  /** The database as a copy reaches it: through the proxy, in a role of its own. */
  async #through(database: OwnPostgres, copy: string): Promise<string> {
    const own = new URL(await ownRole(database.url(), copy));
    return Object.assign(own, { port: String(this.proxy!.port) }).href;
  }

  /** The copy that folds, or any. */
  async folding(): Promise<Copy> {
    const role = this.database && (await whoFolds(this.database.url()));
    return this.copies[Number(role?.replace('copy_', '') ?? 0)]!;
  }

  async #add(programme: ProgrammeInput): Promise<void> {
    const copy = this.copies[0]!;
    const path = `/v1/programmes/${programme.id}`;
    await copy.json(path, { method: 'PUT', body: JSON.stringify(programme), headers: { 'if-match': '0' } });
    for (const { id } of programme.variants)
      await copy.json(`${path}/variants/${id}/approve`, { method: 'POST' });
    // the other copies hear of it within a second or two
    for (const other of this.copies) {
      const heard = async (): Promise<boolean> => {
        const { variants } = await other.json<{ variants: { approval?: unknown }[] }>(path);
        return variants.every(({ approval }) => approval !== undefined);
      };
      while (!(await heard().catch(() => false))) await sleep(100);
    }
  }

  /** Breaks something under or before the copies for as long as `work` takes. */
  async disturb(of: Broken, work: () => Promise<void>): Promise<void> {
    const disturbance = { of, from: Date.now(), to: Infinity };
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
    await this.#watcher.stop();
    const rows = await readAll(this.copies[0]!);
    const { history, disturbances, recorder: received, database } = this;
    const { pools } = await this.copies[0]!.json<{ pools: PoolCount[] }>('/v1/coupons');
    const checks = checkAll({
      ...{ history, rows, disturbances, pools, recorder: received },
      programmes: programmesOf(this.#smoke),
      testimony: database && (await testify(database.url())),
      limitShared: this.copies.length === 1 || this.redis !== undefined,
    });
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
    await Promise.all([this.traffic.stop(), this.#watcher.stop()]);
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
