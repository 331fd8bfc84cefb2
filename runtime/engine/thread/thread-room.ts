import { Worker } from 'node:worker_threads';
import type { DeskStore } from '../../../core/contracts/store.ts';
import type { EngineDoor, EngineObserver, Room } from '../room.ts';
import { Calls } from './calls.ts';
import type { CallName, Start } from './protocol.ts';

/**
 * Room for new objects, in MB: three times a semi-space of 8. Left to itself it grows to five times as much under load, which is
 * memory and no time (docs/performance.md). The thread that speaks HTTP is given as much where the process is started.
 */
const YOUNG_MB = 24;

/** The worker's file stands beside this one, as source or built. */
function startWorker(start: Start): Worker {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MB };
  return new Worker(new URL(`./worker.${extension}`, import.meta.url), { workerData: start, resourceLimits });
}

type Names<Part> = Record<keyof Part, true>;

const ENGINE: Names<EngineDoor> = {
  answer: true,
  decide: true,
  ingest: true,
  erase: true,
  explain: true,
  health: true,
  model: true,
};
const STORE: Names<DeskStore> = {
  programmes: true,
  programmeVersion: true,
  saveProgramme: true,
  decision: true,
  decisionsOf: true,
  profiles: true,
  person: true,
  ledger: true,
  counts: true,
  claim: true,
  settle: true,
  recoverClaims: true,
  outboxCounts: true,
  redrive: true,
  keys: true,
  saveKey: true,
  meta: true,
  addCodes: true,
  pools: true,
  taken: true,
  ping: true,
};

const rethrow = (error: Error): never => {
  throw error;
};

/**
 * The room on a thread of its own: the disk holds up the engine, never the network. Calls reject with Fault `unavailable`
 * once the thread is gone. `crashed` is told when it ends by an error that nobody caught, which is thrown here too
 * where nobody wants to know; it does not come back.
 */
export async function openThreadRoom(
  start: Start,
  observer: EngineObserver,
  crashed: (error: Error) => void = rethrow,
): Promise<Room> {
  const worker = startWorker(start);
  const calls = new Calls(worker, observer, crashed);
  const callOf =
    (name: string) =>
    (...args: unknown[]): Promise<unknown> =>
      calls.call(name as CallName, args);
  const proxy = <Part extends object>(part: string, names: Names<Part>): Part =>
    Object.fromEntries(Object.keys(names).map((name) => [name, callOf(`${part}.${name}`)])) as Part;
  try {
    await calls.opened;
  } catch (error) {
    await worker.terminate();
    throw error;
  }
  return {
    engine: proxy<EngineDoor>('engine', ENGINE),
    store: proxy<DeskStore>('store', STORE),
    start: async () => void (await calls.call('room.start', [])),
    rest: async () => void (await calls.call('room.rest', [])),
    close: async () => {
      await calls.call('room.close', []);
      await worker.terminate();
    },
  };
}
