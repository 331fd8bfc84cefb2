import { parentPort, workerData } from 'node:worker_threads';
import { Database } from './database.ts';
import type { Operation, Operations } from './operations.ts';
import { operations } from './operations.ts';

/** One call from the main thread. */
export interface Call {
  id: number;
  operation: Operation;
  args: unknown[];
}

/** Its answer. */
export type CallResult =
  { id: number; ok: true; value: unknown } | { id: number; ok: false; message: string; code?: number };

const port = parentPort!;
const db = new Database(workerData as string);

port.on('message', ({ id, operation, args }: Call) => {
  try {
    const run = operations[operation] as (
      db: Database,
      ...args: unknown[]
    ) => ReturnType<Operations[Operation]>;
    port.postMessage({ id, ok: true, value: run(db, ...args) } satisfies CallResult);
  } catch (error) {
    const { message, errcode: code } = error as Error & { errcode?: number };
    port.postMessage({ id, ok: false, message, code } satisfies CallResult);
  }
});
