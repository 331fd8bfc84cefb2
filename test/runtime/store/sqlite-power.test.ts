import { execFileSync, spawn } from 'node:child_process';
import { closeSync, copyFileSync, fstatSync, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openSqliteStore } from '../../../runtime/store/sqlite/sqlite-store.ts';
import { FLUSHING } from '../../../runtime/store/sqlite/tenure.ts';
import { verifyLedger } from '../../../runtime/store/verify-ledger.ts';
import { folder } from '../../support/folders.ts';
import { opened } from '../../support/opened.ts';
import { freePort } from '../../support/process.ts';
import { required } from '../../support/postgres.ts';
import { ROOT } from '../../support/source-files.ts';
import { decision, first, put } from '../../support/store-writes.ts';

const FILE = 'pickwell.db';
const LOG = `${FILE}-wal`;

const copy = (from: string, to: string): void => {
  for (const name of [FILE, LOG]) copyFileSync(join(from, name), join(to, name));
};

/** A disk of which only that is certain which was there when the last flush that has ended began. */
class Disk {
  readonly #path: string;
  /** What a start finds after a power cut at this moment; undefined before anything was flushed. */
  certain: string | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  readonly flush = async (log: number): Promise<void> => {
    expect(fstatSync(log).ino).toBe(statSync(join(this.#path, LOG)).ino);
    const begun = await folder();
    copy(this.#path, begun);
    await FLUSHING.flush(log);
    this.certain = begun;
  };
}

it('D4: has everything that was answered when the power fails, at whatever moment', async () => {
  const path = await folder();
  const disk = new Disk(path);
  const broken = (error: Error): never => {
    throw error;
  };
  const store = await opened(() => openSqliteStore(path, { flush: disk.flush, broken }));
  const answered: string[] = [];
  const cuts: { found: string; answered: string[] }[] = [];
  const clients = Array.from({ length: 4 }, async (_, client) => {
    for (let i = 0; i < 30; i++) {
      const id = `d${client}-${i}`;
      await put(store, { decisions: [first(decision(id))] });
      answered.push(id);
      if (i % 5 !== 0) continue;
      const found = await folder();
      copy(disk.certain!, found);
      cuts.push({ found, answered: [...answered] });
    }
  });
  await Promise.all(clients);
  expect(cuts).toHaveLength(24);
  for (const cut of cuts) {
    const again = await openSqliteStore(cut.found);
    for (const id of cut.answered) expect(await again.decision(id), id).not.toBeNull();
    expect(await verifyLedger(again)).toMatchObject({ ok: true });
    await again.close();
  }
});

it('flushes by what the system calls fdatasync, on the descriptor it is given', async () => {
  const descriptor = openSync(join(await folder(), 'log'), 'w');
  await FLUSHING.flush(descriptor);
  closeSync(descriptor);
  await expect(FLUSHING.flush(descriptor)).rejects.toMatchObject({ code: 'EBADF', syscall: 'fdatasync' });
});

/** Whether calls of the system can be watched here; says so when not. */
function canTrace(): boolean {
  try {
    execFileSync('strace', ['-o', '/dev/null', 'true'], { stdio: 'ignore' });
    return true;
  } catch (error) {
    if (required()) throw error;
    console.warn('SKIPPED: watching the flushes of the program needs strace.');
    return false;
  }
}

/** Of the answers in a trace, how many were given before a flush had ended that began after a write since the answer before. */
function judge(trace: string): { answers: number; early: number } {
  const found = { answers: 0, early: 0 };
  const flushing = new Map<string, number>();
  let [written, flushed, before] = [0, 0, 0];
  for (const line of trace.split('\n')) {
    const thread = line.slice(0, line.indexOf(' '));
    const ofLog = line.includes(`${LOG}>`);
    if (ofLog && line.includes('pwrite64(')) written++;
    if (ofLog && line.includes('fdatasync(')) flushing.set(thread, written);
    if (/fdatasync(\(.*| resumed>)\) += 0$/.test(line))
      flushed = Math.max(flushed, flushing.get(thread) ?? 0);
    if (!/ writev?\(.*decision_id/.test(line)) continue;
    found.answers++;
    if (flushed <= before) found.early++;
    before = written;
  }
  return found;
}

it.skipIf(!canTrace())(
  'the program flushes its log after it wrote there and before it answers, every time',
  { timeout: 120_000 },
  async () => {
    const data = await folder();
    const trace = join(data, 'trace');
    const port = String(await freePort());
    const key = 'pk_admin_for_the_flush_test';
    const how = ['-f', '-y', '-s', '400', '-e', 'trace=pwrite64,fdatasync,write,writev', '-o', trace];
    const environment = { PICKWELL_DATA: data, PICKWELL_PORT: port, PICKWELL_ADMIN_KEY: key };
    const tracer = spawn('strace', [...how, process.execPath, join(ROOT, 'runtime/main.ts'), 'start'], {
      cwd: data,
      env: { PATH: process.env.PATH, PICKWELL_LOG: 'error', ...environment },
      stdio: 'ignore',
    });
    const ended = new Promise((resolve) => tracer.once('exit', resolve));
    const base = `http://127.0.0.1:${port}`;
    const isReady = (): Promise<boolean> =>
      fetch(`${base}/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
    await expect.poll(isReady, { timeout: 60_000 }).toBe(true);
    const program = Number(/^\d+/.exec(readFileSync(trace, 'utf8'))![0]);
    onTestFinished(() => void (tracer.exitCode === null && process.kill(program, 'SIGKILL')));
    const asked = 20;
    for (let i = 0; i < asked; i++) {
      const headers = { authorization: `Bearer ${key}` };
      const response = await fetch(`${base}/v1/decide?programme=welcome&user=u${i}`, { headers });
      expect(await response.json()).toMatchObject({ rung: 'full' });
    }
    process.kill(program, 'SIGTERM');
    expect(await ended).toBe(0);
    expect(judge(readFileSync(trace, 'utf8'))).toEqual({ answers: asked, early: 0 });
  },
);
