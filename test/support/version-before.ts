import pg from 'pg';
import type { WorkFacts, WorkWrites } from '../../core/contracts/records.ts';
import type { DomainEvent } from '../../core/domain/event.ts';
import type { Alias } from '../../core/domain/person.ts';
import { aliasesIn, applyEvent, eraseAll } from '../../core/ingest/apply-event.ts';
import { WorkingSet } from '../../core/people/working-set.ts';
import { toAliases } from '../../runtime/engine/asked.ts';
import { openPool } from '../../runtime/store/postgres/connection.ts';
import { Database } from '../../runtime/store/postgres/database.ts';
import { emptying } from '../../runtime/store/postgres/erase.ts';
import { load } from '../../runtime/store/postgres/load.ts';
import { migrate } from '../../runtime/store/postgres/migrate.ts';
import { MIGRATIONS } from '../../runtime/store/postgres/migrations.ts';
import { call } from '../../runtime/store/postgres/session.ts';
import { writing } from '../../runtime/store/postgres/write.ts';
import { NOON } from './programmes.ts';
import { query } from './store-writes.ts';

/** Schema of the version that knew no closed list. */
const SCHEMA = 4;

/** Makes a database one that only the version before has used. */
export async function schemaBefore(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('DROP SCHEMA pickwell CASCADE');
  await migrate(client, MIGRATIONS.slice(0, SCHEMA));
  await client.end();
}

let minted = 0;

/** Says nothing of the list on its connection, as the version before does not. */
const SILENT = { name: 'silent', text: `SELECT set_config('pickwell.lists', '', true)` };

/** Writes what copies of the version before do: the same statements but for the closed list, and nothing said of that. */
export class WriterBefore {
  readonly #pool: pg.Pool;
  readonly #db: Database;

  constructor(url: string) {
    this.#pool = openPool({ url, connections: 2 });
    this.#db = new Database(this.#pool, { retryMs: 5_000 });
  }

  async #transact(
    aliases: Alias[][],
    events: readonly DomainEvent[],
    run: (set: WorkingSet) => void,
  ): Promise<void> {
    const asked = query({
      persons: aliases.map((own) => ({ aliases: own, sendKeys: [] })),
      events: events.map(({ source, id }) => ({ source, id })),
    });
    const work = (facts: WorkFacts): WorkWrites => {
      const set = new WorkingSet(facts, () => `pk_before_${++minted}`);
      run(set);
      return set.finish();
    };
    await this.#db.transaction(async (session) => {
      await session.ask(call(SILENT));
      const facts = await load(session, asked, false);
      const writes = work(facts);
      const calls = writing(writes, asked, facts);
      if (writes.erased.length === 0) return { calls, value: undefined };
      await session.ask(...calls);
      return {
        calls: await emptying(
          session,
          writes.erased.map(({ person }) => person),
        ),
        value: undefined,
      };
    });
  }

  /** In one batch. */
  ingest(events: readonly DomainEvent[]): Promise<void> {
    return this.#transact(
      events.map((event) => aliasesIn(event, toAliases)),
      events,
      (set) => {
        for (const event of events) applyEvent(event, set, toAliases);
      },
    );
  }

  erase(aliases: Alias[]): Promise<void> {
    return this.#transact([aliases], [], (set) => eraseAll(set, aliases, NOON));
  }

  close(): Promise<void> {
    return this.#pool.end();
  }
}
