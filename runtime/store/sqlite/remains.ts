import { existsSync, rmSync, statSync } from 'node:fs';
import { Fault } from '../../../core/contracts/faults.ts';

const sizeOf = (file: string): number | undefined => statSync(file, { throwIfNoEntry: false })?.size;

const HELP = 'Restore a backup; where there never was anything to lose, remove it.';

/**
 * SQLite makes a new database out of an empty file, and out of nothing beside the log of one that is gone. What is left of a data
 * folder must not pass for a new one, with new keys, another seed and nobody known.
 * @throws Fault `unavailable`
 */
export function refuseRemains(file: string): void {
  const size = sizeOf(file);
  if (size === 0) throw new Fault('unavailable', `store: ${file} is empty, so it was cut off. ${HELP}`);
  const log = `${file}-wal`;
  if (size === undefined && existsSync(log)) {
    throw new Fault('unavailable', `store: ${log} is the log of a database that is not there. ${HELP}`);
  }
}

/** Makes something of a file, and leaves none that is empty where there was none before: the next start would refuse it. */
export function making<T>(file: string, make: () => T): T {
  const before = sizeOf(file);
  try {
    return make();
  } catch (error) {
    if (before === undefined && sizeOf(file) === 0) rmSync(file);
    throw error;
  }
}
