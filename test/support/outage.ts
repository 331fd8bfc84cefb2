import { Fault } from '../../core/contracts/faults.ts';
import type { Store } from '../../core/contracts/store.ts';
import type { Programme } from '../../core/domain/programme.ts';
import { Drainer } from '../../runtime/engine/drainer.ts';
import type { SpoolLimits } from '../../runtime/engine/spool.ts';
import { Spool } from '../../runtime/engine/spool.ts';
import { openMemoryStore } from '../../runtime/store/memory-store.ts';
import type { EngineRig } from './engine-rig.ts';
import { engineRig } from './engine-rig.ts';
import { folder } from './folders.ts';

/** An engine with a spool, and a store that can be taken away. */
export interface Outage extends EngineRig {
  spool: Spool;
  drainer: Drainer;
  /** Takes the store away or brings it back. */
  away(is: boolean): void;
  superseded: number;
  /** Why the store would not take something. */
  failures: unknown[];
}

export async function outage(
  options: { programmes?: Programme[]; limits?: SpoolLimits; path?: string; store?: Store } = {},
): Promise<Outage> {
  const store = options.store ?? openMemoryStore();
  let isAway = false;
  const fragile: Store = {
    ...store,
    transact: (query, work) =>
      isAway ? Promise.reject(new Fault('unavailable', 'store: no route')) : store.transact(query, work),
  };
  const spool = new Spool(options.path ?? (await folder()), options.limits);
  const rig = await engineRig({ store: fragile, programmes: options.programmes, spool });
  const found: Outage = {
    ...rig,
    spool,
    drainer: undefined as never,
    superseded: 0,
    failures: [],
    away(is) {
      isAway = is;
      rig.clock.stopwatch += 60_000;
    },
  };
  found.drainer = new Drainer({
    spool,
    engine: rig.engine,
    observe: ({ superseded }) => void (found.superseded += superseded),
    failed: (error) => void found.failures.push(error),
  });
  return found;
}
