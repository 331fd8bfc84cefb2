import pg from 'pg';
import type { Changes } from '../../../core/contracts/store.ts';
import { Loop } from '../../loop.ts';
import { CHANGES, CHANNEL } from './changes.ts';
import { LIFETIME_S } from './connection.ts';
import type { Database } from './database.ts';

/** How long a change may go unheard when the message of it was lost, and how soon a lost connection is replaced, in ms. */
const LOOK_MS = 1_000;

/** Listens for changes that copies have to hear of, and looks for them each second in case a message was lost. */
export class Watch {
  readonly #db: Database;
  readonly #config: pg.ClientConfig;
  readonly #listener: (changes: Changes) => void;
  #seen = 0;
  #client: pg.Client | undefined;
  /** When its connection was made, on the clock of `performance.now()`. */
  #since = 0;
  readonly #loop = new Loop(async () => {
    await this.#look();
    return LOOK_MS;
  });
  #looking: Promise<void> | undefined;
  #again = false;
  #closed = false;

  constructor(db: Database, config: pg.ClientConfig, listener: (changes: Changes) => void) {
    this.#db = db;
    this.#config = config;
    this.#listener = listener;
  }

  async start(): Promise<void> {
    this.#seen = (await this.#changes()).changes;
    await this.#listen();
    this.#loop.start(LOOK_MS);
  }

  async #changes(): Promise<{ changes: number; closed: number | null }> {
    return (await this.#db.one<{ changes: number; closed: number | null }>(CHANGES))!;
  }

  /** One look at a time; what is told during one is looked for by the next, however often it is told. */
  #look(): Promise<void> {
    this.#again = true;
    this.#looking ??= this.#lookAll().finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async #lookAll(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      await this.#lookOnce();
    }
  }

  async #lookOnce(): Promise<void> {
    try {
      const old = performance.now() - this.#since > LIFETIME_S * 1000;
      if (!this.#client || old) await this.#listen();
      const { changes, closed } = await this.#changes();
      const changed = changes !== this.#seen;
      this.#seen = changes;
      if (!this.#closed) this.#listener({ changed, closed });
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
      const former = this.#client;
      this.#client = client;
      this.#since = performance.now();
      former?.end().catch(() => undefined);
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
