import pg from 'pg';
import { SettingsError } from '../../settings.ts';
import type { Cell, CopiedTable, Ends, Kind } from '../copied-tables.ts';
import { COPIED } from '../copied-tables.ts';
import { booleans, numbers, texts } from './cells.ts';
import { clientConfig } from './connection.ts';
import { errorOf } from './failures.ts';
import { LISTS } from './session.ts';

/** Counting and indexing take longer than anything a running copy asks, in ms. */
const STATEMENT_MS = 600_000;
/** Advisory lock of whoever copies into this database; any number, as long as it is always the same. */
const LOCK = 7_061_635_100_002;

/** The table that says that a copy is not finished, and how many rows of each table have come. */
const MARK = 'CREATE TABLE pickwell.copying (source text NOT NULL, done text NOT NULL)';
const MARKED = `SELECT to_regclass('pickwell.copying') IS NOT NULL AS marked`;

const TYPE: Record<Kind, string> = { text: 'text[]', number: 'float8[]', boolean: 'bool[]' };
/** How a column is made of what crosses, where that is not the same. */
const MADE: Record<string, string> = {
  members: 'CASE WHEN members IS NOT NULL THEN ARRAY(SELECT json_array_elements_text(members::json)) END',
};

/** Names come from the constant list of tables, values are parameters. */
function insertOf({ name, columns }: CopiedTable): string {
  const names = columns.map(([column]) => column).join(', ');
  const made = columns.map(([column]) => MADE[column] ?? column).join(', ');
  const parameters = columns.map(([, kind], i) => `$${i + 1}::${TYPE[kind]}`).join(', ');
  return `INSERT INTO pickwell.${name} (${names}) OVERRIDING SYSTEM VALUE
    SELECT ${made} FROM unnest(${parameters}) AS r(${names})`;
}

/** Rows that follow from others: who a decision was made for, by its id alone. */
const DECIDERS =
  'INSERT INTO pickwell.deciders (decision, person) SELECT * FROM unnest($1::text[], $2::text[])';

function column(kind: Kind, cells: readonly Cell[]): Buffer {
  if (kind === 'text') return texts(cells as (string | null)[]);
  if (kind === 'number') return numbers(cells as (number | null)[]);
  return booleans(cells.map((cell) => (cell === null ? null : cell !== 0)));
}

function columnsOf({ columns }: CopiedTable, rows: readonly Cell[][]): Buffer[] {
  return columns.map(([, kind], i) =>
    column(
      kind,
      rows.map((row) => row[i]!),
    ),
  );
}

/** A database that another store is copied into, on one connection. Everything rejects with Fault `unavailable` or the bug. */
export class PostgresImport {
  readonly #client: pg.Client;
  #done: Record<string, number> = {};

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  /**
   * Opens a database that has our schema. `source` tells one state of a source from every other.
   * @throws SettingsError when it holds anything but an unfinished copy of the same source.
   */
  static async open(url: string, source: string): Promise<PostgresImport> {
    const client = new pg.Client(clientConfig({ url, statementMs: STATEMENT_MS }));
    client.on('error', () => undefined);
    try {
      await client.connect();
      const made = new PostgresImport(client);
      await made.#begin(source);
      return made;
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error instanceof SettingsError ? error : errorOf(error);
    }
  }

  async #begin(source: string): Promise<void> {
    const [free] = await this.#rows<{ free: boolean }>('SELECT pg_try_advisory_lock($1) AS free', [LOCK]);
    if (!free!.free) throw new SettingsError('Another copy into this database is under way.');
    const [row] = await this.#rows<{ marked: boolean }>(MARKED);
    if (row!.marked) return this.#resume(source);
    for (const { name } of COPIED) {
      const [found] = await this.#rows<{ any: boolean }>(
        `SELECT EXISTS (SELECT 1 FROM pickwell.${name}) AS any`,
      );
      if (found!.any) throw new SettingsError(NOT_EMPTY);
    }
    await this.#together(
      [MARK],
      ['INSERT INTO pickwell.copying (source, done) VALUES ($1, $2)', [source, '{}']],
    );
  }

  async #resume(source: string): Promise<void> {
    const [mark] = await this.#rows<{ source: string; done: string }>(
      'SELECT source, done FROM pickwell.copying',
    );
    if (mark?.source !== source) throw new SettingsError(ANOTHER);
    this.#done = JSON.parse(mark.done) as Record<string, number>;
  }

  async #rows<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.#client.query<Row>(text, values)).rows;
  }

  /** Some statements in one transaction: all or none. */
  async #together(
    ...statements: readonly (readonly [text: string, values?: readonly unknown[]])[]
  ): Promise<void> {
    try {
      await this.#client.query(`BEGIN; SELECT ${LISTS}`);
      for (const [text, values = []] of statements) await this.#client.query(text, [...values]);
      await this.#client.query('COMMIT');
    } catch (error) {
      await this.#client.query('ROLLBACK').catch(() => undefined);
      throw errorOf(error);
    }
  }

  /** How many rows of a table are here already. */
  done({ name }: CopiedTable): number {
    return this.#done[name] ?? 0;
  }

  /** The next rows of a table, in one transaction with how many there are now. */
  async add(table: CopiedTable, rows: readonly Cell[][]): Promise<void> {
    const done = { ...this.#done, [table.name]: this.done(table) + rows.length };
    const columns = columnsOf(table, rows);
    const at = (name: string): Buffer => columns[table.columns.findIndex(([own]) => own === name)]!;
    const further = table.name === 'decisions' ? [[DECIDERS, [at('id'), at('person')]] as const] : [];
    await this.#together([insertOf(table), columns], ...further, [
      'UPDATE pickwell.copying SET done = $1',
      [JSON.stringify(done)],
    ]);
    this.#done = done;
  }

  async count({ name }: CopiedTable): Promise<number> {
    const [row] = await this.#rows<{ n: number }>(`SELECT count(*) AS n FROM pickwell.${name}`);
    return row!.n;
  }

  /** Where the ledger and the fold go on, and which numbers the next outcome and the next code have. */
  async continueAt({ seq, chain, position }: Ends): Promise<void> {
    await this.#together(
      ['UPDATE pickwell.ledger_head SET seq = $1, chain = $2', [seq, chain]],
      ['UPDATE pickwell.closed_head SET number = (SELECT coalesce(max(number), 0) FROM pickwell.closed)'],
      ['DELETE FROM pickwell.unlisted'],
      ['UPDATE pickwell.progress SET position = $1, changes = changes + 1', [position]],
      [
        `SELECT setval(pg_get_serial_sequence('pickwell.outbox', 'number'), greatest(max(number), 1), max(number) IS NOT NULL)
         FROM pickwell.outbox`,
      ],
      [
        `SELECT setval(pg_get_serial_sequence('pickwell.codes', 'number'), greatest(max(number), 1), max(number) IS NOT NULL)
         FROM pickwell.codes`,
      ],
    );
  }

  /** The copy is complete: from now on a Pickwell may use it. */
  async finish(): Promise<void> {
    await this.#together(['DROP TABLE pickwell.copying']);
  }

  async close(): Promise<void> {
    await this.#client.end().catch(() => undefined);
  }
}

const EMPTY_IT = 'or, if nothing in it is needed, empty it with: DROP SCHEMA pickwell CASCADE';
const NOT_EMPTY = `This database is in use by a Pickwell already. Choose an empty one, ${EMPTY_IT}`;
const ANOTHER = `This database holds an unfinished copy of another folder, or of this one before it was used again: it cannot be
continued. Choose an empty one, ${EMPTY_IT}`;
const UNFINISHED =
  'This database holds a copy that is not finished. Run the same pickwell migrate again: it goes on where it stopped.';

/**
 * Says whether a Pickwell may use a database.
 * @throws SettingsError when a copy into it was begun and never finished.
 */
export async function refuseUnfinished(url: string): Promise<void> {
  const client = new pg.Client(clientConfig({ url }));
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ marked: boolean }>(MARKED);
    if (rows[0]!.marked) throw new SettingsError(UNFINISHED);
  } catch (error) {
    throw error instanceof SettingsError ? error : errorOf(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}
