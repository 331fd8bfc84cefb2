import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { toText } from './cells.ts';

/** A statement by name, planned once for each connection. Values are always parameters. */
export interface Statement {
  name: string;
  text: string;
}

export type Value = string | number | boolean | null | Buffer;

/** A statement with its values. */
export interface Call {
  statement: Statement;
  values: readonly Value[];
}

export const call = (statement: Statement, ...values: Value[]): Call => ({ statement, values });

export function toQuery({ statement, values }: Call): pg.QueryConfig {
  return { ...statement, values: values.map((value) => (typeof value === 'string' ? toText(value) : value)) };
}

/** Everything is settled before the first failure is thrown: no answer is left behind on the connection. */
export async function all<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(promises);
  const failed = settled.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  return settled.map((result) => (result as PromiseFulfilledResult<T>).value);
}

/** Thrown when the facts turn out to be of yesterday: the whole transaction is to be repeated. */
export class Conflict extends Error {
  readonly code = '40001';
}

/** Thrown when COMMIT was sent and no answer came. */
export class Unanswered extends Error {}

/** Written with everything else: whoever finds it knows that the transaction was committed. */
const PROOF = { name: 'proof', text: 'INSERT INTO pickwell.commits (token, written) VALUES ($1, true)' };

/**
 * Says that this transaction writes the closed list where it changes who is on it; what others change is marked by triggers. For
 * one transaction, so that nobody who is given the connection later says it unawares.
 */
export const LISTS = `set_config('pickwell.lists', 'on', true)`;

/** Each statement sees what was committed before it, which is what reading after locking needs. */
const BEGIN = `BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_current_xact_id()::text AS xid, ${LISTS}`;

/** One transaction on one connection. Statements go out at once, answers come back in order. */
export class Session {
  readonly #client: pg.ClientBase;
  readonly #waitMs: number | undefined;
  #begun: Promise<unknown> | undefined;
  #open = false;
  /** What the server calls this transaction, once it has begun. After a crash it may call another one the same. */
  xid: string | undefined;
  /** Names this transaction and no other, ever. */
  readonly token = randomUUID();

  /** `waitMs` bounds each wait before COMMIT; absent: as for any statement. */
  constructor(client: pg.ClientBase, waitMs?: number) {
    this.#client = client;
    this.#waitMs = waitMs;
  }

  /** Whether the connection is inside a transaction that has to be rolled back. */
  get open(): boolean {
    return this.#open;
  }

  #begin(): Promise<unknown>[] {
    if (this.#begun) return [];
    this.#open = true;
    this.#begun = this.#client.query(BEGIN).then((results) => {
      const [, { rows }] = results as unknown as [unknown, pg.QueryResult<{ xid: string }>];
      this.xid = rows[0]!.xid;
    });
    return [this.#begun];
  }

  #bounded(each: Call): pg.QueryConfig {
    const query = toQuery(each);
    return this.#waitMs === undefined ? query : ({ ...query, query_timeout: this.#waitMs } as pg.QueryConfig);
  }

  /** Sends all, waits for all: one round trip. */
  async ask<Rows extends object[][]>(...calls: Call[]): Promise<Rows> {
    const begun = this.#begin();
    const answers = calls.map(
      async (each) => (await this.#client.query(this.#bounded(each))).rows as object[],
    );
    const [rows] = await Promise.all([all(answers), all(begun)]);
    return rows as Rows;
  }

  /**
   * Sends all and COMMIT behind it: one round trip. Each goes out as soon as it is made, so that the server has begun while
   * the rest is being made. When a statement fails the server takes COMMIT for ROLLBACK, so nothing
   * can be written in part.
   * @throws Unanswered when the connection was lost before the server said what became of it.
   */
  async commit(calls: Iterable<Call>): Promise<void> {
    if (!this.#begun) await this.ask();
    const answers: Promise<unknown>[] = [];
    try {
      answers.push(this.#client.query(toQuery(call(PROOF, this.token))));
      for (const each of calls) answers.push(this.#client.query(toQuery(each)));
    } catch (error) {
      await Promise.allSettled(answers);
      throw error;
    }
    const end = this.#client.query('COMMIT');
    const [written, ended] = await Promise.allSettled([all(answers), end]);
    if (ended.status === 'rejected') throw new Unanswered((ended.reason as Error).message);
    this.#open = false;
    if (written.status === 'rejected') throw written.reason;
    if (ended.value.command !== 'COMMIT') throw new Error('the transaction was rolled back');
  }

  async rollback(): Promise<void> {
    await this.#client.query('ROLLBACK');
    this.#open = false;
  }
}
