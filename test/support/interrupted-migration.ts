import pg from 'pg';
import { migrate } from '../../runtime/store/postgres/migrate.ts';
import { Database } from '../../runtime/store/sqlite/database.ts';

/*
 * A process of its own that changes a schema and is killed while it does: `sqlite <file> <steps as JSON>` or
 * `postgres <url> <steps as JSON>`.
 */
const [kind, where, steps] = process.argv.slice(2) as [string, string, string];
process.stdout.write('began\n');
if (kind === 'sqlite') new Database(where, JSON.parse(steps) as string[]);
else {
  const client = new pg.Client({ connectionString: where, application_name: 'interrupted' });
  await client.connect();
  await migrate(client, JSON.parse(steps) as Parameters<typeof migrate>[1]);
}
process.stdout.write('finished\n');
