import pg from 'pg';
import { Loop } from '../../loop.ts';
import { CHANGES, CHANNEL } from './changes.ts';
import type { Database } from './database.ts';

/** How long a change may go unheard when the message of it was lost, and how soon a lost connection is replaced, in ms. */
const LOOK_MS = 1_000;

/** Listens for changes of programmes and models, and looks for them each second in case a message was lost. */
export class Watch {
  readonly #db: Database;
  readonly #config: pg.ClientConfig;
  readonly #listener: (changed: boolean) => void;
  #seen = 0;
  #client: pg.Client | undefined;
  readonly #loop = new Loop(async () => {
    await this.#look();
    return LOOK_MS;
  });
  #closed = false;

  constructor(db: Database, config: pg.ClientConfig, listener: (changed: boolean) => void) {
    this.#db = db;
    this.#config = config;
    this.#listener = listener;
  }

  async start(): Promise<void> {
    this.#seen = await this.#changes();
    await this.#listen();
    this.#loop.start(LOOK_MS);
  }

  async #changes(): Promise<number> {
    return (await this.#db.one<{ changes: number }>(CHANGES))!.changes;
  }

  async #look(): Promise<void> {
    try {
      if (!this.#client) await this.#listen();
      const changes = await this.#changes();
      const changed = changes !== this.#seen;
      this.#seen = changes;
      if (!this.#closed) this.#listener(changed);
    } catch {
      // the database is away; what changed meanwhile is seen when it is back
    }
  }

  async #listen(): Promise<void> {
    const client = new pg.Client(this.#config);
    const lost = (): void => {
      if (this.#client === client) this.#client = undefined;
    };
    client.on('error', lost);
    client.on('end', lost);
    client.on('notification', () => void this.#look());
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
      this.#client = client;
    } catch {
      // asked again with the next look
      await client.end().catch(() => undefined);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#loop.stop();
    await this.#client?.end();
  }
}
