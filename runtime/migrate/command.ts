import { SingleBar } from 'cli-progress';
import { aligned } from '../aligned.ts';
import { SettingsError } from '../settings.ts';
import type { CopyObserver, CopyResult } from './copy.ts';
import { copyFolder } from './copy.ts';

export interface MigrateOptions {
  from: string;
  to?: string;
}

/** Server and database of a URL, without who logs in and how. */
function placeOf(url: string): string {
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) {
    throw new SettingsError('--to: expected postgresql://user:password@host:port/database');
  }
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

/** What people read of a copy. */
export function reportOf({ tables, ledger }: CopyResult): string {
  const rows = tables.map(({ table, source, target }) => [
    table,
    source,
    target,
    source === target ? 'equal' : 'DIFFERENT',
  ]);
  const chain = ledger.ok
    ? `The ledger verifies on the target: ${ledger.rows.toLocaleString('en-US')} rows, the same last chain value.\n`
    : `THE LEDGER DOES NOT VERIFY ON THE TARGET, from row ${ledger.brokenAt ?? ledger.rows + 1} on.\n`;
  return `${aligned(['table', 'source', 'target', ''], rows)}\n${chain}`;
}

/** A bar for the rows, and another for reading the ledger back; silent where nobody looks. */
function barObserver(): CopyObserver & { stop(): void } {
  const bar = new SingleBar({ format: ' {bar} {value}/{total} {what}', clearOnComplete: true });
  return {
    began: (rows, there) => bar.start(rows, there, { what: '' }),
    done: (rows, what) => bar.update(rows, { what }),
    verified: (rows) => bar.update({ what: `ledger: ${rows.toLocaleString('en-US')} rows verified` }),
    stop: () => bar.stop(),
  };
}

/** `pickwell migrate`. @throws SettingsError when something is not as it has to be. */
export async function migrateCommand(
  { from, to }: MigrateOptions,
  database: string | undefined,
  print: (text: string) => void,
): Promise<void> {
  const url = to ?? database;
  if (url === undefined) throw new SettingsError('--to: which database? Give it here, or in DATABASE_URL.');
  const place = placeOf(url);
  print(
    `Copying ${from} to ${place}. First it is made sure, for 8 s, that no Pickwell runs on the folder.\n`,
  );
  const bar = barObserver();
  const result = await copyFolder(from, url, bar).finally(() => bar.stop());
  print(`\n${reportOf(result)}\n`);
  if (!result.ok) {
    throw new SettingsError(
      `The copy is not right and cannot be used. ${from} is as it was. Empty the database with DROP SCHEMA pickwell CASCADE and
run this again; if it ends like this again, please report it with the table above.`,
    );
  }
  print(
    `A Pickwell that hung on ${from} can write no more. Start nothing on it again; keep it as a backup.\n`,
  );
  print(`Next: start Pickwell with DATABASE_URL set to ${place}.\n`);
}
