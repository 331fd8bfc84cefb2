import type { Store } from '../../core/contracts/store.ts';
import type { Funnel } from '../../core/decide/funnel.ts';
import type { Decision, DecideRequest } from '../../core/domain/decision.ts';
import type { Outcome } from '../../core/domain/outcome.ts';
import type { PersonRef } from '../../core/domain/person.ts';
import type { Programme } from '../../core/domain/programme.ts';
import { Catalogue } from '../../runtime/engine/catalogue.ts';
import { ClosedList } from '../../runtime/engine/closed/list.ts';
import type { SharedTable } from '../../runtime/engine/closed/table.ts';
import { Engine } from '../../runtime/engine/engine.ts';
import type { Spool } from '../../runtime/engine/spool.ts';
import { Folder } from '../../runtime/engine/folder.ts';
import { openMemoryStore } from '../../runtime/store/memory-store.ts';
import { NOON, programme } from './programmes.ts';

export interface RigOptions {
  store?: Store;
  programmes?: Programme[] | undefined;
  route?: (outcome: Outcome) => string[];
  spool?: Spool | undefined;
  funnel?: (funnel: Funnel) => void;
  /** Told of decisions that nobody waited for any more. */
  shed?: (decisions: number) => void;
  behind?: boolean;
  /** Told of folds that failed, of one programme or of all. */
  failed?: (error: unknown) => void;
  /** Told of models that cannot be decided on. */
  refused?: (error: Error) => void;
  /** The closed list is not read. */
  unread?: boolean;
  /** Told where the closed list is in memory. */
  closed?: (table: SharedTable) => void;
  /** So many persons have been minted on this store before. */
  minted?: number;
}

/** Engine and folder as a process has them, on a clock that stands still until it is moved. */
export interface EngineRig {
  store: Store;
  catalogue: Catalogue;
  engine: Engine;
  folder: Folder;
  closed: ClosedList;
  /** `stopwatch` is monotonic; both in ms. */
  clock: { now: number; stopwatch: number };
  /** Sizes of the batches that were made durable. */
  batches: number[];
  decide(person: PersonRef, request?: Partial<DecideRequest>): Promise<Decision>;
}

const unexpected = (error: unknown): never => {
  throw error;
};

export async function engineRig(options: RigOptions = {}): Promise<EngineRig> {
  const { store = openMemoryStore(), programmes = [programme()], route = () => [], spool } = options;
  const clock = { now: NOON, stopwatch: 0 };
  await store.own('rig');
  for (const own of programmes) await store.saveProgramme(own, 0, NOON);
  const catalogue = new Catalogue({ now: () => clock.now, refused: options.refused ?? unexpected });
  await catalogue.load(store);
  const batches: number[] = [];
  let { minted = 0 } = options;
  const told = {
    delivered: () => undefined,
    funnel: options.funnel ?? (() => undefined),
    shed: options.shed ?? (() => undefined),
    behind: () => options.behind ?? false,
  };
  const closed = new ClosedList({
    store,
    stopwatch: () => clock.now,
    share: (table) => options.closed?.(table),
  });
  // a store that fails at random may have to be asked more than once
  for (let unread = options.unread !== true; unread;) {
    unread = await closed.read().then(
      () => false,
      () => true,
    );
  }
  const [now, stopwatch] = [() => clock.now, () => clock.stopwatch];
  const shared = { store, catalogue, now, stopwatch, route, ...told };
  const engine = new Engine({
    ...shared,
    closed,
    spool,
    mintPersonId: () => `per_${(++minted).toString().padStart(6, '0')}`,
    seed: 'seed of the installation',
    observeBatch: (size) => void batches.push(size),
  });
  const folder = new Folder({ ...shared, observe: () => undefined, failed: options.failed ?? unexpected });
  const first = programmes[0]?.id ?? '';
  const decide = (person: PersonRef, request: Partial<DecideRequest> = {}): Promise<Decision> =>
    engine.decide({ programme: first, person, context: {}, ...request });
  return { store, catalogue, engine, folder, closed, clock, batches, decide };
}
