import { randomBytes, randomFillSync, randomUUID } from 'node:crypto';
import type { Answer } from '../../core/contracts/answer.ts';
import type { DeskStore, Store } from '../../core/contracts/store.ts';
import { answerOf } from '../../core/decide/answer.ts';
import type { Funnel } from '../../core/decide/funnel.ts';
import type { Contribution } from '../../core/domain/contribution.ts';
import type { Decision, DecideRequest } from '../../core/domain/decision.ts';
import type { DomainEvent } from '../../core/domain/event.ts';
import type { Alias } from '../../core/domain/person.ts';
import type { Outcome } from '../../core/domain/outcome.ts';
import type { ProgrammeId } from '../../core/domain/programme.ts';
import type { ModelState } from '../../core/learn/model.ts';
import { machineClock } from '../clock.ts';
import { personIds } from '../person-ids.ts';
import type { Remote } from './batcher.ts';
import { Catalogue } from './catalogue.ts';
import { ClosedList } from './closed/list.ts';
import type { SharedTable } from './closed/table.ts';
import type { Drained } from './drainer.ts';
import { Drainer } from './drainer.ts';
import { Engine } from './engine.ts';
import { Folder } from './folder.ts';
import type { EngineHealth } from './health.ts';
import { healthOf } from './health.ts';
import { News } from './news.ts';
import type { Spool } from './spool.ts';

/** What the engine is asked, wherever it runs. */
export interface EngineDoor {
  /**
   * As `decide`, in the form in which it is answered. The full engine is waited for no longer than `fullMs` where the last model can
   * answer; nobody waits for longer than `wholeMs`. Both from now on.
   */
  answer(request: DecideRequest, fullMs?: number, wholeMs?: number): Promise<Answer>;
  /** The decision of a send, with all that is on record about it; times as those of `answer`. */
  decide(request: DecideRequest, fullMs?: number, wholeMs?: number): Promise<Decision>;
  /** Resolves once every event is durable; says of each whether it is new. */
  ingest(events: readonly DomainEvent[]): Promise<boolean[]>;
  erase(aliases: readonly Alias[], at: number): Promise<void>;
  /** What the scores of a decision's options are the sum of, by the newest model; undefined where no context is used. */
  explain(decision: Decision): Promise<Explanation | undefined>;
  /** How the engine is doing. */
  health(): Promise<EngineHealth>;
  /** The model a programme is decided on; version 0 before anything was learned. */
  model(programme: ProgrammeId): Promise<{ version: number; state: ModelState }>;
}

export interface Explanation {
  /** The model it is by. The scores of the decision are those of the model it names, which may be an older one. */
  modelVersion: number;
  /** By option. */
  contributions: Record<string, Contribution[]>;
}

/** What the engine tells of its own accord. */
export interface EngineObserver {
  /** A batch of `size` jobs was durable after `seconds`. */
  batch(size: number, seconds: number): void;
  /** So many decisions were not made because nobody would have waited for them. */
  shed(decisions: number): void;
  /** What became of the options of some decisions. */
  funnel(funnel: Funnel): void;
  /** So many entries of the ledger were learned from. */
  folded(entries: number): void;
  /** Something that an operator should mend. */
  warned(message: string): void;
  /** Learning pauses, of one programme or of all; the last good model goes on deciding. */
  foldFailed(error: unknown): void;
  /** The newest model of a programme cannot be decided on; the last good one goes on deciding. Told once until it can again. */
  modelRefused(error: unknown): void;
  /** Another copy changed a programme. */
  changed(): void;
  /** Where the closed list is in memory from now on. */
  closed(table: SharedTable): void;
  /** Outcomes wait in an outbox. */
  delivered(): void;
  /** The spool was looked at, and what could be was brought to the store. */
  spooled(drained: Drained): void;
  /** The store would not take a decision that was spooled, or the spool could not be read. */
  drainFailed(error: unknown): void;
}

/** The engine and everything it shares a thread with: store, catalogue, folder. */
export interface Room {
  engine: EngineDoor;
  store: DeskStore;
  /** Begins to learn, and to hear of what other copies change. */
  start(): Promise<void>;
  /** Stops learning, and brings what was spooled to the store where it can; what is asked of the store is still answered. */
  rest(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a room that tells `observer`. */
export type OpenRoom = (observer: EngineObserver) => Promise<Room>;

export interface RoomParts {
  store: Store;
  /** Destinations that are told of an outcome. */
  route: (outcome: Outcome) => string[];
  /** ms since 1970 */
  now: () => number;
  /** Where decisions go while the store is away; the room closes it. */
  spool?: Spool | undefined;
  /** How old the closed list may become while the store is away, in ms. */
  closedOldestMs?: number | undefined;
  /** What is otherwise than usual about a store on another machine. */
  remote?: Partial<Remote> | undefined;
}

/** A room on this thread. */
export interface LocalRoom extends Room {
  folder: Folder;
  drainer: Drainer | undefined;
}

/** Bound on emptying the spool when stopping, in ms. */
const SPOOL_STOP_MS = 3_000;

const leftIn = (decisions: number): string =>
  `${decisions} decisions stay in the spool, on this disk only: start Pickwell on it again once the store is back`;

/** Seed of all draws of this installation: made once, kept for ever. */
const installationSeed = (store: Store): Promise<string> =>
  store.meta('seed', randomBytes(16).toString('hex'));

const { elapsed: stopwatch } = machineClock;

/** Makes this process the one that writes to the store, and the engine on it. */
export async function openRoom(parts: RoomParts, observer: EngineObserver): Promise<LocalRoom> {
  const { store, route, now, spool, remote, closedOldestMs: oldestMs } = parts;
  await store.own(randomUUID());
  const catalogue = new Catalogue({ now, refused: (error) => observer.modelRefused(error) });
  await catalogue.load(store);
  const startedAt = stopwatch();
  const closed = new ClosedList({ store, stopwatch, oldestMs, share: (table) => observer.closed(table) });
  const news = new News({
    ...{ store, catalogue, stopwatch },
    closed: (place) => closed.heard(place),
    changed: () => observer.changed(),
  });
  const shared = { store, catalogue, now, stopwatch, route, delivered: () => observer.delivered() };
  const folder = new Folder({
    ...shared,
    observe: (entries) => observer.folded(entries),
    failed: (error) => observer.foldFailed(error),
  });
  const engine = new Engine({
    ...shared,
    mintPersonId: personIds(now, randomFillSync),
    seed: await installationSeed(store),
    observeBatch: (size, seconds) => observer.batch(size, seconds),
    shed: (decisions) => observer.shed(decisions),
    funnel: (funnel) => observer.funnel(funnel),
    behind: () => news.old,
    closed,
    spool,
    remote,
  });
  const drainer = spool && drainerOf(spool, engine, observer);
  return {
    engine: {
      ...doorOf(engine, catalogue),
      health: () => Promise.resolve(healthOf({ engine, catalogue, folder, news }, startedAt, stopwatch())),
    },
    store: deskOf(store, catalogue),
    folder,
    drainer,
    async start() {
      await news.start();
      // until all of it is read nothing is sent below the full rung
      await closed.read();
      folder.start();
      drainer?.start();
    },
    async rest() {
      await Promise.all([news.stop(), folder.stop(), drainer?.stop(SPOOL_STOP_MS)]);
      if (spool && spool.size > 0) observer.warned(leftIn(spool.size));
    },
    async close() {
      await store.close();
      spool?.close();
    },
  };
}

const drainerOf = (spool: Spool, engine: Engine, observer: EngineObserver): Drainer =>
  new Drainer({
    spool,
    engine,
    observe: (drained) => observer.spooled(drained),
    failed: (error) => observer.drainFailed(error),
  });

function explanationOf(
  catalogue: Catalogue,
  { programme, eligible, context, at, fatigue }: Decision,
): Explanation | undefined {
  const live = catalogue.live(programme);
  const { contributions } = live?.policy ?? {};
  if (!live || !contributions) return undefined;
  const asked = { context, at, fatigue };
  const parts = eligible.map(({ option }) => [option, contributions(option, asked)] as const);
  return { modelVersion: live.modelVersion, contributions: Object.fromEntries(parts) };
}

function doorOf(engine: Engine, catalogue: Catalogue): Omit<EngineDoor, 'health'> {
  return {
    answer: async (...asked) => answerOf(await engine.decide(...asked)),
    decide: (...asked) => engine.decide(...asked),
    ingest: (events) => engine.ingest(events),
    erase: (aliases, at) => engine.erase(aliases, at),
    explain: (decision) => Promise.resolve(explanationOf(catalogue, decision)),
    model: (programme) => Promise.resolve(catalogue.model(programme)),
  };
}

/** The store, telling the catalogue of every programme that is saved: the next decision is made on it. */
function deskOf(store: Store, catalogue: Catalogue): DeskStore {
  return {
    ...store,
    saveProgramme: async (programme, expected, at) => {
      const saved = await store.saveProgramme(programme, expected, at);
      if (saved) catalogue.put({ ...programme, version: expected + 1 });
      return saved;
    },
  };
}
