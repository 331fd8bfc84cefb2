import pg from 'pg';

/** Where a server may already be running. */
const LOCAL = 'postgresql://postgres@127.0.0.1:5432/postgres';

/** Databases of their own for the measurements, on `DATABASE_URL` or the server of this machine. */
export class Databases {
  readonly #admin: pg.Pool;
  readonly #url: string;
  #made = 0;

  private constructor(admin: pg.Pool, url: string) {
    this.#admin = admin;
    this.#url = url;
  }

  /** Undefined, and said aloud, when there is no server. */
  static async find(environment = process.env): Promise<Databases | undefined> {
    const url = environment.DATABASE_URL ?? LOCAL;
    const admin = new pg.Pool({ connectionString: url, max: 1, connectionTimeoutMillis: 2_000 });
    admin.on('error', () => undefined);
    try {
      await admin.query('SELECT 1');
      return new Databases(admin, url);
    } catch (error) {
      await admin.end();
      process.stdout.write(
        `SKIPPED: PostgreSQL (${(error as Error).message}). DATABASE_URL says where one is.\n`,
      );
      return undefined;
    }
  }

  /** Works on an empty database, which is dropped afterwards. */
  async empty<T>(work: (url: string) => Promise<T>): Promise<T> {
    const name = `pickwell_bench_${process.pid}_${++this.#made}`;
    await this.#admin.query(`CREATE DATABASE ${name}`);
    try {
      return await work(Object.assign(new URL(this.#url), { pathname: `/${name}` }).href);
    } finally {
      await this.#admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    }
  }

  async version(): Promise<string> {
    const { rows } = await this.#admin.query<{ server_version: string }>('SHOW server_version');
    return rows[0]!.server_version;
  }

  close(): Promise<void> {
    return this.#admin.end();
  }
}
