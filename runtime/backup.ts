import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { aligned } from './aligned.ts';
import { SettingsError } from './settings.ts';
import { refuseRemains } from './store/sqlite/remains.ts';
import { openSqliteStore } from './store/sqlite/sqlite-store.ts';
import { verifyLedger } from './store/verify-ledger.ts';

export interface Backup {
  bytes: number;
  counts: Record<string, number>;
}

/**
 * Copies the data of a folder, as of one moment, into one file; a Pickwell may be running on it. The file appears under its name
 * once it is flushed to disk, was opened as a start would open it, and its ledger verified.
 * @throws SettingsError when there is nothing to copy, the file exists, or the copy does not verify; Fault `unavailable` when the
 * database was cut off.
 */
export async function backupFolder(folder: string, file: string): Promise<Backup> {
  const source = join(folder, 'pickwell.db');
  if (!existsSync(source)) throw new SettingsError(`${folder}: there is no pickwell.db in this folder`);
  refuseRemains(source);
  if (existsSync(file)) throw new SettingsError(`${file}: this file exists already; name a new one`);
  const part = `${resolve(file)}.part`;
  const copy = join(part, 'pickwell.db');
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  try {
    vacuumInto(source, copy);
    const counts = await verified(part, copy);
    flush(copy);
    renameSync(copy, file);
    flush(dirname(resolve(file)));
    return { bytes: statSync(file).size, counts };
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

/** One read transaction, which holds nobody up: https://sqlite.org/lang_vacuum.html#vacuuminto (read 22 November 2026). */
function vacuumInto(source: string, copy: string): void {
  const db = new DatabaseSync(source, { readOnly: true, timeout: 5_000 });
  try {
    db.prepare('VACUUM INTO ?').run(copy);
  } finally {
    db.close();
  }
}

async function verified(part: string, copy: string): Promise<Record<string, number>> {
  const db = new DatabaseSync(copy, { readOnly: true });
  const { integrity_check: found } = db.prepare('PRAGMA integrity_check').get()!;
  db.close();
  if (found !== 'ok') throw new SettingsError(`The copy is damaged: ${String(found)}`);
  const store = await openSqliteStore(part);
  try {
    const check = await verifyLedger(store);
    if (!check.ok) throw new SettingsError(`The ledger does not verify, from row ${check.brokenAt} on.`);
    return await store.counts();
  } finally {
    await store.close();
  }
}

function flush(path: string): void {
  const descriptor = openSync(path, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}

/** `pickwell backup`. */
export async function backupCommand(
  { data, database }: { data: string; database?: string | undefined },
  { to }: { to: string },
  print: (text: string) => void,
): Promise<void> {
  if (database !== undefined) {
    throw new SettingsError(
      'The data is in PostgreSQL (DATABASE_URL): back it up with pg_dump. docs/backup.md says how.',
    );
  }
  const { bytes, counts } = await backupFolder(data, to);
  const rows = Object.entries(counts).map(([name, count]) => [name, count]);
  print(`${aligned(['in the backup', 'rows'], rows)}\n`);
  print(`The ledger verifies. ${to}: ${(bytes / 1e6).toFixed(1)} MB, flushed to disk.\n`);
  print(`To restore it: copy it into an empty folder as pickwell.db and start Pickwell on that folder.\n`);
}
