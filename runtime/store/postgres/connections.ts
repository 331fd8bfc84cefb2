import type pg from 'pg';
import { failureOf, onlyReads } from './failures.ts';

/** Whoever waits for an answer is told when a connection breaks; without a listener the process would end. */
const ignore = (): void => undefined;

/** Connections of a pool, for as long as they are of use. */
export class Connections {
  readonly #pool: pg.Pool;
  /** Grows when a server turns out to only read: another one has taken its place, or will. */
  #era = 0;
  readonly #eras = new WeakMap<pg.ClientBase, number>();

  constructor(pool: pg.Pool) {
    this.#pool = pool;
    pool.on('connect', (client) => this.#eras.set(client, this.#era));
  }

  /**
   * One that does not lead to a server that was found to only read. A primary that was demoted and goes on running keeps its
   * connections, and answers on them with what it last knew.
   */
  async take(): Promise<pg.PoolClient> {
    for (;;) {
      const client = await this.#pool.connect();
      if (this.#eraOf(client) === this.#era) return client.on('error', ignore);
      client.release(true);
    }
  }

  #eraOf(client: pg.ClientBase): number {
    return this.#eras.get(client) ?? 0;
  }

  give(client: pg.PoolClient): void {
    client.off('error', ignore);
    client.release();
  }

  /** Closes one that is of no more use after an error. */
  drop(client: pg.PoolClient, error: unknown): void {
    if (onlyReads(error) && this.#eraOf(client) === this.#era) this.#era++;
    client.release(true);
  }

  /** What the server refuses leaves the connection as it was; after anything else it is of no more use. */
  after(error: unknown, client: pg.PoolClient): void {
    if (failureOf(error) === 'bug') this.give(client);
    else this.drop(client, error);
  }
}
