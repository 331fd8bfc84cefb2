import type { SQLInputValue, StatementSync } from 'node:sqlite';
import { DatabaseSync } from 'node:sqlite';
import { MIGRATIONS } from './migrations.ts';

/** One connection with its prepared statements. Every statement takes its values as parameters. */
export class Database {
  readonly #db: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  /** Opens or creates the file and brings its schema up to date. Throws when the file is from a newer version. */
  constructor(file: string) {
    this.#db = new DatabaseSync(file);
    this.#db.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA busy_timeout = 5000;
      PRAGMA cache_size = -65536;
      -- pages that change in every batch are copied back once in 32 MB of log instead of once in 4
      PRAGMA wal_autocheckpoint = 8000;
      PRAGMA temp_store = MEMORY;
    `);
    this.#migrate();
  }

  #migrate(): void {
    const version = this.one<{ user_version: number }>('PRAGMA user_version')!.user_version;
    if (version > MIGRATIONS.length) {
      throw new Error(
        `The data is of schema ${version}, this Pickwell knows ${MIGRATIONS.length}: upgrade Pickwell.`,
      );
    }
    for (let step = version; step < MIGRATIONS.length; step++) {
      this.transaction(() => {
        this.#db.exec(MIGRATIONS[step]!);
        this.#db.exec(`PRAGMA user_version = ${step + 1}`);
      });
    }
  }

  #statement(sql: string): StatementSync {
    let statement = this.#prepared.get(sql);
    if (!statement) this.#prepared.set(sql, (statement = this.#db.prepare(sql)));
    return statement;
  }

  /** First row, or undefined. */
  one<Row>(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#statement(sql).get(...values) as Row | undefined;
  }

  all<Row>(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#statement(sql).all(...values) as Row[];
  }

  /** Number of rows changed. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#statement(sql).run(...values).changes);
  }

  /** All or nothing: whatever `work` throws is thrown on after everything was undone. */
  transaction<T>(work: () => T): T {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#db.close();
  }
}
