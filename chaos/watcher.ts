import { setTimeout as sleep } from 'node:timers/promises';
import { call } from './caller.ts';
import type { Copy } from './copy.ts';
import type { CallKind, History } from './history.ts';

/** How often each is asked, and how long it is waited for, in ms: longer than a balancer and a Prometheus do, to see by how much. */
const ASKED: readonly { kind: CallKind; path: string; everyMs: number; patienceMs: number }[] = [
  { kind: 'ready', path: '/ready', everyMs: 500, patienceMs: 6_000 },
  { kind: 'metrics', path: '/metrics', everyMs: 2_000, patienceMs: 20_000 },
];

/** Asks every copy what balancers and monitoring ask, all the time. */
export class Watcher {
  readonly #copies: readonly Copy[];
  readonly #history: History;
  #stopping = false;
  #loops: Promise<void>[] = [];

  constructor(copies: readonly Copy[], history: History) {
    this.#copies = copies;
    this.#history = history;
  }

  start(): void {
    this.#loops = this.#copies.flatMap(({ base }) => ASKED.map((asked) => this.#loop(base, asked)));
  }

  async #loop(copy: string, { kind, path, everyMs, patienceMs }: (typeof ASKED)[number]): Promise<void> {
    while (!this.#stopping) {
      await call(this.#history, { kind, copy, path, patienceMs });
      await sleep(everyMs);
    }
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#loops);
  }
}
