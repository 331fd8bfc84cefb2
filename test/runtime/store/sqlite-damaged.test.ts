import { copyFileSync, existsSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Store } from '../../../core/contracts/store.ts';
import { backupFolder } from '../../../runtime/backup.ts';
import { openSqliteStore } from '../../../runtime/store/sqlite/sqlite-store.ts';
import { verifyLedger } from '../../../runtime/store/verify-ledger.ts';
import { folder } from '../../support/folders.ts';
import { opened } from '../../support/opened.ts';
import { decision, first, put } from '../../support/store-writes.ts';

const FILE = 'pickwell.db';
const LOG = `${FILE}-wal`;
const INDEX = `${FILE}-shm`;
const DECISIONS = 20;

/** The files of a folder whose process was killed after so many decisions: none of them is in the database yet. */
async function killed(): Promise<string> {
  const path = await folder();
  const store = await opened(() => openSqliteStore(path));
  for (let i = 0; i < DECISIONS; i++) await put(store, { decisions: [first(decision(`d${i}`))] });
  const left = await folder();
  for (const name of readdirSync(path)) copyFileSync(join(path, name), join(left, name));
  return left;
}

/** The same after a process that ended by itself: all of it is in the database, and there is no log. */
async function ended(): Promise<string> {
  const path = await killed();
  await (await openSqliteStore(path)).close();
  expect(readdirSync(path)).toEqual([FILE]);
  return path;
}

const found = async (store: Store): Promise<number> => {
  const there = await Promise.all(Array.from({ length: DECISIONS }, (_, i) => store.decision(`d${i}`)));
  return there.filter((one) => one !== null).length;
};

const refused = { kind: 'unavailable' };

describe('D7: a data folder of which something is missing', () => {
  it('is as it was without the index of the log, which is made anew', async () => {
    const path = await killed();
    rmSync(join(path, INDEX));
    const store = await opened(() => openSqliteStore(path));
    expect(await found(store)).toBe(DECISIONS);
    expect(await verifyLedger(store)).toEqual({ ok: true, rows: DECISIONS });
  });

  it('has the first of what was committed where the log was cut off, and its ledger verifies', async () => {
    const path = await killed();
    const { size } = statSync(join(path, LOG));
    for (const share of [0.9, 0.5, 0.2]) {
      const cut = await folder();
      for (const name of [FILE, LOG]) copyFileSync(join(path, name), join(cut, name));
      truncateSync(join(cut, LOG), Math.floor(size * share));
      const store = await opened(() => openSqliteStore(cut));
      const left = await found(store);
      expect(left).toBeLessThan(DECISIONS);
      expect((await store.counts()).decisions).toBe(left);
      for (let i = 0; i < left; i++) expect(await store.decision(`d${i}`)).not.toBeNull();
      expect(await verifyLedger(store)).toEqual({ ok: true, rows: left });
      await put(store, { decisions: [first(decision('next'))] });
    }
  });

  it.each([
    ['the database is empty beside its log', killed, (path: string) => truncateSync(join(path, FILE), 0)],
    ['the database is empty and alone', ended, (path: string) => truncateSync(join(path, FILE), 0)],
    ['the log is there alone', killed, (path: string) => rmSync(join(path, FILE))],
    [
      'the database was cut in half',
      ended,
      (path: string) => truncateSync(join(path, FILE), statSync(join(path, FILE)).size / 2),
    ],
  ])('is refused, left as it is, and never taken for a new one: %s', async (_, made, damage) => {
    const path = await made();
    damage(path);
    const names = readdirSync(path);
    const sizes = (): unknown[] => names.map((name) => [name, statSync(join(path, name)).size]);
    const before = sizes();
    await expect(openSqliteStore(path)).rejects.toMatchObject(refused);
    expect(sizes()).toEqual(before);
    await expect(backupFolder(path, join(await folder(), 'copy.db'))).rejects.toThrow();
  });

  it('is refused where nothing can be written, and again once it can', async () => {
    const path = await ended();
    await chmod(path, 0o755);
    const root = process.geteuid?.() === 0;
    // root may write to anything: somebody else opens it
    if (root) process.seteuid!(65_534);
    onTestFinished(() => void (root && process.seteuid!(0)));
    if (!root) await chmod(join(path, FILE), 0o444);
    await expect(openSqliteStore(path)).rejects.toMatchObject(refused);
    if (root) process.seteuid!(0);
    else await chmod(join(path, FILE), 0o644);
    expect(await found(await opened(() => openSqliteStore(path)))).toBe(DECISIONS);
  });
});

describe('a first start that fails', () => {
  it('leaves no empty database behind, so that the next one is a first start again', async () => {
    const path = await folder();
    // where the log would be
    await mkdir(join(path, LOG));
    await expect(openSqliteStore(path)).rejects.toMatchObject(refused);
    rmSync(join(path, LOG), { recursive: true });
    const store = await opened(() => openSqliteStore(path));
    expect(existsSync(join(path, FILE))).toBe(true);
    await put(store, { decisions: [first(decision('d'))] });
  });
});
