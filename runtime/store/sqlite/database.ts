import type { SQLInputValue, StatementSync } from 'node:sqlite';
import { DatabaseSync } from 'node:sqlite';
import { MIGRATIONS } from './migrations.ts';
import type { Step, Stepping } from './step.ts';

/** How rows are inserted into a table. One object for each, since statements are kept by it. */
export interface Insertion {
  /** What follows `INSERT`: table and columns. */
  into: string;
  /** Number of the columns. */
  columns: number;
  conflict?: string;
}

/** Rows of one statement: as many as fit at first, then the rest. */
const ROWS_AT_ONCE = [16, 4, 1];

/**
 * One connection with its prepared statements. Every statement takes its values as parameters. A commit is on disk when it
 * returns, until `flushApart` was called.
 */
export class Database implements Stepping {
  readonly #db: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();
  readonly #inserts = new Map<Insertion, Map<number, StatementSync>>();

  /** Opens or creates the file and brings its schema up to date. Throws when the file is from a newer version. */
  constructor(file: string, migrations: readonly Step[] = MIGRATIONS) {
    this.#db = new DatabaseSync(file);
    this.#db.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA busy_timeout = 5000;
      -- what is not in it the system's cache has, and a commit may walk all of its table
      PRAGMA cache_size = -16384;
      -- pages that change in every batch are copied back once in 32 MB of log instead of once in 4
      PRAGMA wal_autocheckpoint = 8000;
      PRAGMA temp_store = MEMORY;
    `);
    this.#migrate(migrations);
  }

  script(sql: string): void {
    this.#db.exec(sql);
  }

  #migrate(migrations: readonly Step[]): void {
    const version = this.one<{ user_version: number }>('PRAGMA user_version')!.user_version;
    if (version > migrations.length) {
      throw new Error(
        `The data is of schema ${version}, this Pickwell knows ${migrations.length}: upgrade Pickwell.`,
      );
    }
    for (let step = version; step < migrations.length; step++) {
      this.transaction(() => {
        const own = migrations[step]!;
        if (typeof own === 'string') this.script(own);
        else own(this);
        this.script(`PRAGMA user_version = ${step + 1}`);
      });
    }
  }

  /**
   * From now on a commit is only written to the log, and whoever commits has the log flushed: returns its path. It stays where
   * it is for as long as the database is open. Undefined where the file system allows no log: nothing changes then.
   */
  flushApart(): string | undefined {
    const { journal_mode: mode } = this.one<{ journal_mode: string }>('PRAGMA journal_mode')!;
    if (mode !== 'wal') return undefined;
    this.#db.exec('PRAGMA synchronous = NORMAL');
    // the log is made by the first statement that reads
    this.one('SELECT 1 FROM sqlite_schema');
    return `${this.#db.location()}-wal`;
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

  /** Rows one after the other, each as a list of its columns: of tables that do not fit into memory. */
  lists<Row extends unknown[]>(sql: string, ...values: SQLInputValue[]): Iterable<Row> {
    const statement = this.#db.prepare(sql);
    statement.setReturnArrays(true);
    return statement.iterate(...values) as Iterable<unknown> as Iterable<Row>;
  }

  /** Number of rows changed. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#statement(sql).run(...values).changes);
  }

  /** Inserts rows in their order: what binding and stepping a statement costs is shared by many. */
  insert(insertion: Insertion, rows: readonly SQLInputValue[][]): void {
    for (let from = 0; from < rows.length;) {
      const many = ROWS_AT_ONCE.find((count) => count <= rows.length - from)!;
      const values: SQLInputValue[] = [];
      // flat() takes several times as long
      for (const end = from + many; from < end; from++) values.push(...rows[from]!);
      this.#insertOf(insertion, many).run(...values);
    }
  }

  #insertOf(insertion: Insertion, many: number): StatementSync {
    let prepared = this.#inserts.get(insertion);
    if (!prepared) this.#inserts.set(insertion, (prepared = new Map<number, StatementSync>()));
    let statement = prepared.get(many);
    if (!statement) {
      const { into, columns, conflict = '' } = insertion;
      const row = `(${Array<string>(columns).fill('?').join()})`;
      const values = Array<string>(many).fill(row).join();
      prepared.set(many, (statement = this.#db.prepare(`INSERT ${into} VALUES ${values} ${conflict}`)));
    }
    return statement;
  }

  /** All or nothing: whatever `work` throws is thrown on after everything was undone. */
  transaction<T>(work: () => T): T {
    this.begin();
    try {
      const result = work();
      this.commit();
      return result;
    } catch (error) {
      this.rollback();
      throw error;
    }
  }

  begin(): void {
    this.#db.exec('BEGIN IMMEDIATE');
  }

  /** Undoes everything when it throws. */
  commit(): void {
    try {
      this.#db.exec('COMMIT');
    } catch (error) {
      this.rollback();
      throw error;
    }
  }

  rollback(): void {
    if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
  }

  close(): void {
    this.#db.close();
  }
}
