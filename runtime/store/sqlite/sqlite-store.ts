import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Fault } from '../../../core/contracts/faults.ts';
import type { WorkFacts, WorkQuery, WorkWrites } from '../../../core/contracts/records.ts';
import type { Store } from '../../../core/contracts/store.ts';
import { takeTurns } from '../turns.ts';
import type { Operation, Operations } from './operations.ts';
import { toFacts, toQueryRows, toRows } from './rows.ts';
import type { CallResult } from './worker.ts';

type Args<Name extends Operation> =
  Parameters<Operations[Name]> extends [unknown, ...infer Rest] ? Rest : never;
type Result<Name extends Operation> = ReturnType<Operations[Name]>;

interface Waiting {
  resolve: (value: never) => void;
  reject: (error: Error) => void;
}

/** Calls into the worker, matched with their answers. */
class Calls {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;
  #dead: Error | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (result: CallResult) => {
      const waiting = this.#waiting.get(result.id);
      this.#waiting.delete(result.id);
      if (result.ok) waiting?.resolve(result.value as never);
      else waiting?.reject(failureOf(result));
    });
    worker.on('error', (error: Error) => this.#fail(error));
    worker.on('exit', () => this.#fail(new Error('the store was closed')));
  }

  #fail(error: Error): void {
    this.#dead ??= error;
    for (const { reject } of this.#waiting.values())
      reject(new Fault('unavailable', `store: ${error.message}`));
    this.#waiting.clear();
  }

  call<Name extends Operation>(operation: Name, ...args: Args<Name>): Promise<Result<Name>> {
    if (this.#dead) return Promise.reject(new Fault('unavailable', `store: ${this.#dead.message}`));
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      // first, because what cannot be copied throws, and would wait for ever
      this.#worker.postMessage({ id, operation, args });
      this.#waiting.set(id, { resolve, reject });
    });
  }
}

/** Result codes of SQLite that are the machine's or the disk's doing (https://sqlite.org/rescode.html). */
const UNAVAILABLE: ReadonlySet<number> = new Set([5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 22, 23, 26]);

/** Anything but a refusal of the disk is a bug in a statement, and says so. */
function failureOf({ message, code }: { message: string; code?: number }): Error {
  const primary = code === undefined ? undefined : code & 0xff;
  return primary !== undefined && UNAVAILABLE.has(primary)
    ? new Fault('unavailable', `store: ${message}`)
    : new Error(`store: ${message}`);
}

/** The worker's file stands beside this one, as source or built. */
function startWorker(file: string): Worker {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new Worker(new URL(`./worker.${extension}`, import.meta.url), { workerData: file });
}

/**
 * The embedded store: SQLite in a worker thread, write-ahead log, every commit flushed to disk before it is answered. One
 * process owns a data folder. Rejects with Fault `unavailable` when SQLite refuses (disk full, file damaged).
 */
export async function openSqliteStore(folder: string): Promise<Store> {
  mkdirSync(folder, { recursive: true });
  const worker = startWorker(join(folder, 'pickwell.db'));
  const calls = new Calls(worker);
  const inTurn = takeTurns();
  const call: Calls['call'] = (operation, ...args) => calls.call(operation, ...args);
  await call('ping');
  return {
    transact: (query: WorkQuery, work: (facts: WorkFacts) => WorkWrites) =>
      inTurn(async () => call('write', toRows(work(toFacts(await call('load', toQueryRows(query))))))),
    position: () => call('position'),
    readLedger: (after, limit) => call('readLedger', after, limit),
    histories: (persons, signals) => call('histories', persons, signals),
    commitFold: (writes) => call('commitFold', writes),
    models: () => call('models'),
    programmes: () => call('programmes'),
    saveProgramme: (programme, expected, at) => call('saveProgramme', programme, expected, at),
    decision: (id) => call('decision', id),
    person: (alias) => call('person', alias),
    ledger: (from, limit) => call('ledger', from, limit),
    counts: () => call('counts'),
    claim: (destination, now, leaseUntil, limit) => call('claim', { destination, now, leaseUntil, limit }),
    settle: (destination, results) => call('settle', destination, results),
    recoverClaims: () => call('recoverClaims'),
    outboxCounts: () => call('outboxCounts'),
    redrive: (destination, now) => call('redrive', destination, now),
    keys: () => call('keys'),
    saveKey: (key) => call('saveKey', key),
    meta: (name, initial) => call('meta', name, initial),
    own: (token) => call('own', token),
    ping: () => call('ping'),
    close: async () => {
      await call('close');
      await worker.terminate();
    },
  };
}
