import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { Connections } from './connections.ts';
import { errorOf, failureOf, onlyReads } from './failures.ts';
import type { Call } from './session.ts';
import { all, call, Session, toQuery, Unanswered } from './session.ts';

export interface Patience {
  /** How long something that can be repeated is repeated after it first failed, in ms. */
  retryMs?: number;
  /** How long it is asked what became of a COMMIT whose answer was lost, in ms. */
  askMs?: number;
}

const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 250;
const RETRY_MS = 400;
const ASK_MS = 10_000;

/**
 * Takes the place of the transaction's proof, so that it cannot be committed any more; says what stands there. Waits while it
 * runs, so it is ended first: its connection is lost, and nobody will ever hear from it.
 */
const DENY = {
  name: 'deny',
  text: `WITH ended AS (SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE backend_xid = $2::xid8::xid)
    INSERT INTO pickwell.commits AS c (token, written) SELECT $1::uuid, false FROM ended
    ON CONFLICT (token) DO UPDATE SET written = c.written RETURNING written`,
};

/** What a transaction found, and what is to be written. */
export interface Prepared<T> {
  calls: Iterable<Call>;
  value: T;
}

type Attempt<T> = { value: T } | { error: unknown };

/** Carries what the caller's own code threw past everything that repeats. */
export class Thrown extends Error {
  constructor(cause: unknown) {
    super('thrown by the work of a batch', { cause });
  }
}

/** When a repetition is due, and when there is none any more. */
class Repetition {
  readonly #retryMs: number;
  #until: number | undefined;
  #pause = FIRST_PAUSE_MS;

  constructor(retryMs: number) {
    this.#retryMs = retryMs;
  }

  /** Waits before the next attempt. @throws what failed when it is no use or too late. */
  async after(error: unknown): Promise<void> {
    if (error instanceof Thrown) throw error.cause;
    const now = performance.now();
    this.#until ??= now + this.#retryMs;
    if (failureOf(error) !== 'repeat' || now + this.#pause > this.#until) throw errorOf(error);
    await sleep(this.#pause);
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS);
  }
}

/** The pool with what is done about connections that break and transactions that have to be repeated. */
export class Database {
  readonly #connections: Connections;
  readonly #retryMs: number;
  readonly #askMs: number;

  constructor(pool: pg.Pool, { retryMs = RETRY_MS, askMs = ASK_MS }: Patience = {}) {
    this.#connections = new Connections(pool);
    this.#retryMs = retryMs;
    this.#askMs = askMs;
  }

  /** Rows of one statement that may be run twice without harm. Rejects with Fault `unavailable` or the bug. */
  async rows<Row extends object>(...parts: Parameters<typeof call>): Promise<Row[]> {
    const [rows] = await this.read<[Row[]]>(call(...parts));
    return rows;
  }

  /** The same for several, sent at once; each sees what was committed before it. */
  async read<Rows extends object[][]>(...calls: Call[]): Promise<Rows> {
    const queries = calls.map(toQuery);
    const repetition = new Repetition(this.#retryMs);
    for (;;) {
      try {
        return (await this.#send(queries)) as Rows;
      } catch (error) {
        await repetition.after(error);
      }
    }
  }

  async #send(queries: readonly pg.QueryConfig[]): Promise<object[][]> {
    const client = await this.#connections.take();
    try {
      const rows = await all(queries.map(async (query) => (await client.query<object>(query)).rows));
      this.#connections.give(client);
      return rows;
    } catch (error) {
      this.#connections.after(error, client);
      throw error;
    }
  }

  async one<Row extends object>(...parts: Parameters<typeof call>): Promise<Row | undefined> {
    return (await this.rows<Row>(...parts))[0];
  }

  /**
   * Runs `prepare` in a transaction, then what it says is to be written, until that succeeds; `prepare` may run more than
   * once. `waitMs` bounds each wait before COMMIT. Rejects with Fault `unavailable` when nothing was written, with what
   * `prepare` threw of its own, or with an Error that says nobody knows.
   */
  async transaction<T>(prepare: (session: Session) => Promise<Prepared<T>>, waitMs?: number): Promise<T> {
    const repetition = new Repetition(this.#retryMs);
    for (;;) {
      const done = await this.#attempt(prepare, waitMs);
      if ('value' in done) return done.value;
      await repetition.after(done.error);
    }
  }

  async #attempt<T>(
    prepare: (session: Session) => Promise<Prepared<T>>,
    waitMs: number | undefined,
  ): Promise<Attempt<T>> {
    let client: pg.PoolClient;
    try {
      client = await this.#connections.take();
    } catch (error) {
      return { error };
    }
    const session = new Session(client, waitMs);
    let prepared: Prepared<T> | undefined;
    try {
      prepared = await prepare(session);
      await session.commit(prepared.calls);
      this.#connections.give(client);
      return { value: prepared.value };
    } catch (error) {
      if (error instanceof Unanswered) {
        this.#connections.drop(client, error);
        return (await this.#committed(session)) ? { value: prepared!.value } : { error };
      }
      await this.#rollBack(client, session, error);
      return { error };
    }
  }

  /** What became of a transaction whose connection was lost. @throws Error when that cannot be found out. */
  async #committed({ token, xid }: Session): Promise<boolean> {
    const until = performance.now() + this.#askMs;
    for (
      let pause = FIRST_PAUSE_MS;
      performance.now() < until;
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
    ) {
      try {
        const [rows] = await this.#send([toQuery(call(DENY, token, xid!))]);
        return (rows as [{ written: boolean }])[0].written;
      } catch (error) {
        if (failureOf(error) === 'bug') throw errorOf(error);
      }
      await sleep(pause);
    }
    throw new Error(
      'store: the connection was lost while a batch was committed; whether it was written is not known',
    );
  }

  /** Leaves a connection as it was before the transaction; one that cannot even roll back is not used again. */
  async #rollBack(client: pg.PoolClient, session: Session, error: unknown): Promise<void> {
    if (onlyReads(error)) return this.#connections.drop(client, error);
    try {
      if (session.open) await session.rollback();
      this.#connections.give(client);
    } catch {
      this.#connections.drop(client, error);
    }
  }
}
