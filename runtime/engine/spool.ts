import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../../core/contracts/faults.ts';
import type { Decision } from '../../core/domain/decision.ts';
import type { Alias } from '../../core/domain/person.ts';
import { Database } from '../store/sqlite/database.ts';

/** A decision that was answered while the store was away, and whom it was asked for. */
export interface Spooled {
  decision: Decision;
  aliases: Alias[];
}

export interface SpoolLimits {
  /** Bytes on disk. */
  bytes: number;
  /** Age of the oldest decision in it, in ms. */
  ageMs: number;
}

/** A day of decisions: after that, answers are better given from the approved default. */
export const SPOOL_LIMITS: SpoolLimits = { bytes: 10 * 2 ** 30, ageMs: 24 * 3_600_000 };

const MIGRATIONS = [
  `CREATE TABLE spooled (
     number INTEGER PRIMARY KEY, at INTEGER NOT NULL, aliases TEXT NOT NULL, record TEXT NOT NULL
   );
   CREATE TABLE sends (
     alias TEXT NOT NULL, send_key TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (alias, send_key)
   ) WITHOUT ROWID;
   CREATE INDEX sends_by_number ON sends (number);`,
  `ALTER TABLE spooled ADD COLUMN refused INTEGER NOT NULL DEFAULT 0;
   -- what is counted every second is read from it, and not from gigabytes of records
   CREATE INDEX spooled_refused ON spooled (refused);`,
];

interface Waiting {
  decision: Decision;
  resolve: (decision: Decision) => void;
  reject: (error: unknown) => void;
}

/**
 * A bounded place on this machine's disk for decisions that the store could not take. Every one is flushed before it is
 * answered, all of one turn of the event loop together; it stays until the store has it.
 */
export class Spool {
  readonly #db: Database;
  readonly #limits: SpoolLimits;
  #waiting: Waiting[] = [];
  #open = false;

  constructor(folder: string, limits: SpoolLimits = SPOOL_LIMITS) {
    mkdirSync(folder, { recursive: true });
    this.#db = new Database(join(folder, 'spool.db'), MIGRATIONS);
    this.#limits = limits;
  }

  /**
   * The decision spooled before for this send of any of these ids, or the one `make` returns, once it is flushed. Rejects
   * with Fault `unavailable` when the spool is full or its disk is.
   */
  record(aliases: readonly Alias[], sendKey: string, make: () => Decision): Promise<Decision> {
    return new Promise((resolve, reject) => {
      try {
        this.#begin();
        const known = this.#sharing(() => this.#find(aliases, sendKey));
        const decision = known ?? this.#insert(make(), aliases, sendKey);
        this.#waiting.push({ decision, resolve, reject });
      } catch (error) {
        reject(asFault(error));
      }
    });
  }

  /** Opens the transaction that everything of this turn shares. */
  #begin(): void {
    if (this.#open) return;
    this.#db.begin();
    this.#open = true;
    setImmediate(() => this.#flush());
  }

  /**
   * Does something in the transaction that others share. Some errors, a full disk for one, undo all of it: then nobody is told
   * that it is kept, and whoever comes next begins another one.
   */
  #sharing<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      this.#db.rollback();
      for (const { reject } of this.#end()) reject(asFault(error));
      throw error;
    }
  }

  /** Whoever waited for the end of the transaction. */
  #end(): Waiting[] {
    this.#open = false;
    return this.#waiting.splice(0);
  }

  #flush(): void {
    if (!this.#open) return;
    const waiting = this.#end();
    try {
      this.#db.commit();
      for (const { decision, resolve } of waiting) resolve(decision);
    } catch (error) {
      for (const { reject } of waiting) reject(asFault(error));
    }
  }

  #find(aliases: readonly Alias[], sendKey: string): Decision | undefined {
    for (const alias of aliases) {
      const row = this.#db.one<{ record: string }>(
        'SELECT record FROM sends JOIN spooled USING (number) WHERE alias = ? AND send_key = ?',
        ...[alias, sendKey],
      );
      if (row) return JSON.parse(row.record) as Decision;
    }
    return undefined;
  }

  #insert(decision: Decision, aliases: readonly Alias[], sendKey: string): Decision {
    if (this.#sharing(() => this.#full(decision.at))) throw new Fault('unavailable', 'spool: full');
    this.#sharing(() => this.#write(decision, aliases, sendKey));
    return decision;
  }

  #write(decision: Decision, aliases: readonly Alias[], sendKey: string): void {
    this.#db.run(
      'INSERT INTO spooled (at, aliases, record) VALUES (?, ?, ?)',
      ...[decision.at, JSON.stringify(aliases), JSON.stringify(decision)],
    );
    for (const alias of aliases) {
      this.#db.run(
        'INSERT OR REPLACE INTO sends (alias, send_key, number) VALUES (?, ?, last_insert_rowid())',
        ...[alias, sendKey],
      );
    }
  }

  #full(now: number): boolean {
    const oldest = this.#db.one<{ at: number }>(
      'SELECT at FROM spooled WHERE refused = 0 ORDER BY number LIMIT 1',
    );
    if (oldest && oldest.at < now - this.#limits.ageMs) return true;
    const { page_count: pages } = this.#db.one<{ page_count: number }>('PRAGMA page_count')!;
    const { freelist_count: free } = this.#db.one<{ freelist_count: number }>('PRAGMA freelist_count')!;
    const { page_size: size } = this.#db.one<{ page_size: number }>('PRAGMA page_size')!;
    return (pages - free) * size >= this.#limits.bytes;
  }

  /** How many decisions wait for the store. */
  get size(): number {
    return this.#db.one<{ count: number }>('SELECT count(*) AS count FROM spooled')!.count;
  }

  /** How many of them the store would not take. */
  get refused(): number {
    return this.#db.one<{ count: number }>('SELECT count(*) AS count FROM spooled WHERE refused = 1')!.count;
  }

  /** The oldest decisions that were not refused, at most `limit` of them. They stay until they are removed. */
  oldest(limit: number): (Spooled & { number: number })[] {
    return this.#db
      .all<{ number: number; aliases: string; record: string }>(
        'SELECT number, aliases, record FROM spooled WHERE refused = 0 ORDER BY number LIMIT ?',
        limit,
      )
      .map(({ number, aliases, record }) => ({
        number,
        aliases: JSON.parse(aliases) as Alias[],
        decision: JSON.parse(record) as Decision,
      }));
  }

  /** Lets go of what the store has, and puts aside what it would not take: that stays, and holds up nobody. */
  settle({ recorded, refused }: { recorded: readonly number[]; refused: readonly number[] }): void {
    this.#flush();
    this.#db.transaction(() => {
      for (const number of recorded) {
        this.#db.run('DELETE FROM sends WHERE number = ?', number);
        this.#db.run('DELETE FROM spooled WHERE number = ?', number);
      }
      for (const number of refused) this.#db.run('UPDATE spooled SET refused = 1 WHERE number = ?', number);
    });
  }

  /** What was refused is among the oldest again. */
  tryAgain(): void {
    this.#flush();
    this.#db.run('UPDATE spooled SET refused = 0 WHERE refused = 1');
  }

  close(): void {
    this.#flush();
    this.#db.close();
  }
}

const asFault = (error: unknown): Fault =>
  error instanceof Fault ? error : new Fault('unavailable', `spool: ${(error as Error).message}`);
