import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, start, untilReady } from '../test/support/process.ts';
import type { StartedProcess } from '../test/support/process.ts';
import type { Disturbance } from './disturbance.ts';

export const ADMIN = 'pk_admin_for_the_chaos_suite_only';
export const HEADERS = { authorization: `Bearer ${ADMIN}` };

/** How long a start may take, in ms: on two cores that others use, four copies at once need more than twenty seconds. */
const READY_MS = 120_000;

export interface CopyOptions {
  folder: string;
  /** Absent: the embedded store in `folder`. */
  databaseUrl?: string | undefined;
  redisUrl?: string | undefined;
  /** Blocks of `integrations` in its `pickwell.json`. */
  integrations: object;
  /** Where it writes down what is done to it. */
  disturbances: Disturbance[];
}

/** One copy of the program, as its user starts it. It keeps its port and its folder through every death. */
export class Copy {
  readonly base: string;
  readonly #environment: Record<string, string>;
  readonly #clock: string;
  #running: StartedProcess | undefined;
  /** What it printed in its former lives. */
  #said = '';
  readonly #disturbances: Disturbance[];

  private constructor(
    port: number,
    { folder, databaseUrl, redisUrl, integrations, disturbances }: CopyOptions,
  ) {
    this.#disturbances = disturbances;
    this.base = `http://127.0.0.1:${port}`;
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'pickwell.json'), JSON.stringify({ integrations }));
    this.#clock = join(folder, 'clock');
    this.#environment = {
      PICKWELL_CHAOS_CLOCK: this.#clock,
      NODE_OPTIONS: `--require ${new URL('clock.ts', import.meta.url).pathname}`,
      PICKWELL_DATA: folder,
      PICKWELL_PORT: String(port),
      PICKWELL_ADMIN_KEY: ADMIN,
      PICKWELL_LOG: 'warn',
      ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
      ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
    };
  }

  static async make(options: CopyOptions): Promise<Copy> {
    return new Copy(await freePort(), options);
  }

  get alive(): boolean {
    return this.#running !== undefined;
  }

  #begins(of: Disturbance['of']): void {
    this.#disturbances.push({ of, copy: this.base, from: Date.now(), to: Infinity });
  }

  #ended(): void {
    for (const own of this.#disturbances)
      if (own.copy === this.base && own.to === Infinity) own.to = Date.now();
  }

  /** Starts it and waits until it is ready: what was done to it is over. */
  async start(): Promise<void> {
    const running = start(this.#environment);
    this.#running = running;
    void running.exit.then(() => {
      this.#said += running.output();
      if (this.#running === running) this.#running = undefined;
    });
    await untilReady(this.base, running, READY_MS);
    this.#ended();
  }

  /** Sets its clock wrong by so many ms. */
  setClock(offsetMs: number): void {
    writeFileSync(this.#clock, String(offsetMs));
  }

  /** Stops it where it stands, for so long. */
  async hold(ms: number): Promise<void> {
    this.#begins('held');
    this.#running?.child.kill('SIGSTOP');
    await sleep(ms);
    this.#running?.child.kill('SIGCONT');
    this.#ended();
  }

  async kill(): Promise<void> {
    const running = this.#running;
    this.#begins('killed');
    running?.child.kill('SIGKILL');
    await running?.exit;
  }

  /** Asks it to stop and resolves with its exit code and how long it took, in ms. */
  async stop(): Promise<{ code: number | string | null; ms: number }> {
    const [running, begun] = [this.#running, performance.now()];
    this.#begins('stopping');
    running?.child.kill('SIGTERM');
    return { code: (await running?.exit) ?? 0, ms: performance.now() - begun };
  }

  /** The last it said, for whoever has to find out why. */
  lastWords(): string {
    return (this.#said + (this.#running?.output() ?? '')).split('\n').slice(-15).join('\n');
  }

  async json<T>(path: string, init: RequestInit = {}): Promise<T> {
    const response = await fetch(`${this.base}${path}`, {
      ...init,
      headers: { ...HEADERS, ...init.headers },
      signal: AbortSignal.timeout(30_000),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }
}
