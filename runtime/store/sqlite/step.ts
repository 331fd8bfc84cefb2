import type { SQLInputValue } from 'node:sqlite';

/** What a step of the schema may ask and do; the database is it. */
export interface Stepping {
  /** Runs statements that have no values. */
  script(sql: string): void;
  run(sql: string, ...values: SQLInputValue[]): number;
  one<Row>(sql: string, ...values: SQLInputValue[]): Row | undefined;
  all<Row>(sql: string, ...values: SQLInputValue[]): Row[];
  lists<Row extends unknown[]>(sql: string, ...values: SQLInputValue[]): Iterable<Row>;
}

/** One step of a schema: statements, or what makes it out of what is there. */
export type Step = string | ((db: Stepping) => void);
