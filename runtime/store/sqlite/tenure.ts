import { closeSync, fdatasync, openSync } from 'node:fs';
import { promisify } from 'node:util';
import { Fault } from '../../../core/contracts/faults.ts';
import type { Database } from './database.ts';
import { Flusher } from './flusher.ts';
import { endLeases } from './learn.ts';
import { makeOwner, ownerOf } from './owner.ts';

/** Result codes of SQLite that are the machine's or the disk's doing (https://sqlite.org/rescode.html). */
const UNAVAILABLE: ReadonlySet<number> = new Set([5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 22, 23, 26]);

/** What SQLite refuses is a fault where the disk is to blame, else a bug in a statement; whatever else is thrown is not ours. */
function failureOf(error: unknown): Error {
  const { message, errcode } = error as Error & { errcode?: number };
  if (errcode === undefined) return error as Error;
  return UNAVAILABLE.has(errcode & 0xff)
    ? new Fault('unavailable', `store: ${message}`)
    : new Error(`store: ${message}`);
}

/** How the log is put on disk, and who is told that it could not be. */
export interface Flushing {
  /** Given the descriptor of the open log. */
  flush: (log: number) => Promise<void>;
  broken: (error: Error) => void;
}

/**
 * By a thread of libuv. One that fails ends this thread, and with it the process: the next one finds by the log's checksums
 * what the disk has of it.
 */
export const FLUSHING: Flushing = {
  flush: promisify(fdatasync),
  broken: (error) =>
    process.nextTick(() => {
      throw error;
    }),
};

/** A database and the process that may write to it. Nothing is answered before what it saw or wrote is on disk. */
export class Tenure {
  readonly #db: Database;
  /** The log as a file of our own; undefined where every commit is flushed as it is made. */
  readonly #log: number | undefined;
  readonly #flusher: Flusher;
  /** Undefined in a process that only looks after keys. */
  #owner: string | undefined;
  /** Why nothing is answered any more. */
  #ended: Fault | undefined;

  constructor(db: Database, flushing: Flushing) {
    this.#db = db;
    const path = db.flushApart();
    this.#log = path === undefined ? undefined : openSync(path, 'r+');
    this.#flusher = new Flusher(() => this.#flush(flushing));
  }

  async #flush({ flush, broken }: Flushing): Promise<void> {
    if (this.#log === undefined) return;
    try {
      await flush(this.#log);
    } catch (error) {
      this.#ended = new Fault('unavailable', `store: ${(error as Error).message}`);
      broken(error as Error);
      throw this.#ended;
    }
  }

  /**
   * Runs `work` at once: nothing else of this process comes in between. What it saw may still be lost, so this is for whoever tells of nothing
   * before a `change` that follows from it.
   */
  see<T>(work: (db: Database) => T): Promise<T> {
    if (this.#ended) return Promise.reject(this.#ended);
    try {
      return Promise.resolve(work(this.#db));
    } catch (error) {
      return Promise.reject(failureOf(error));
    }
  }

  /** As `see`; resolves once nothing it saw can be lost. */
  async read<T>(work: (db: Database) => T): Promise<T> {
    const [value, flushed] = await this.see((db) => [work(db), this.#flusher.flushed()] as const);
    await flushed;
    return value;
  }

  /** `committed` is told at once, before anybody reads what was written. */
  change<T>(work: (db: Database) => T, committed?: (value: T) => void): Promise<T> {
    return this.read((db) => {
      const value = db.transaction(() => work(db));
      this.#flusher.wrote();
      committed?.(value);
      return value;
    });
  }

  /** A change by the owner alone: two processes on one folder would each decide on facts the other changes. */
  own<T>(work: (db: Database) => T, committed?: (value: T) => void): Promise<T> {
    return this.change((db) => {
      if (this.#owner !== undefined && ownerOf(db) !== this.#owner) {
        throw new Error('another Pickwell has taken over this data folder');
      }
      return work(db);
    }, committed);
  }

  async take(token: string): Promise<void> {
    await this.change((db) => {
      makeOwner(db, token);
      endLeases(db);
    });
    this.#owner = token;
  }

  async close(): Promise<void> {
    if (this.#ended) return;
    this.#ended = new Fault('unavailable', 'store: the store was closed');
    await this.#flusher.flushed();
    this.#db.close();
    if (this.#log !== undefined) closeSync(this.#log);
  }
}
