import type { Answer } from '../../core/contracts/answer.ts';
import { Fault } from '../../core/contracts/faults.ts';
import type { InboundRequest } from '../../core/contracts/http.ts';
import type { Store } from '../../core/contracts/store.ts';
import { answerOf } from '../../core/decide/answer.ts';
import type { DecideRequest } from '../../core/domain/decision.ts';
import type { PersonRef } from '../../core/domain/person.ts';
import { ClosedReader } from '../../runtime/engine/closed/reader.ts';
import { Drainer } from '../../runtime/engine/drainer.ts';
import { Spool } from '../../runtime/engine/spool.ts';
import type { DecidePorts } from '../../runtime/http/decide-routes.ts';
import { traceableAnswer } from '../../runtime/http/decide-routes.ts';
import { Metrics } from '../../runtime/metrics.ts';
import { Programmes } from '../../runtime/programmes/service.ts';
import { openMemoryStore } from '../../runtime/store/memory-store.ts';
import type { EngineRig, RigOptions } from './engine-rig.ts';
import { engineRig } from './engine-rig.ts';
import { folder } from './folders.ts';

const NO_HEADERS = { headers: {} } as InboundRequest;

/** An engine with the rungs below it, as a decide route asks them. */
export interface LadderRig extends EngineRig {
  /** What is read where the engine cannot say. */
  reader: ClosedReader;
  metrics: Metrics;
  /** What a call is answered that waits for the full engine for `fullMs`. */
  answer(request: DecideRequest, fullMs: number): Promise<Answer>;
}

export async function ladderRig(options: RigOptions): Promise<LadderRig> {
  const reader = new ClosedReader(() => rig.clock.now);
  const rig = await engineRig({ ...options, closed: (table) => reader.take(table) });
  const { engine, clock } = rig;
  const programmes = new Programmes(rig.store, () => clock.now);
  await programmes.load();
  const metrics = new Metrics();
  const ports: DecidePorts = {
    ...{ programmes, metrics, now: () => clock.now, ladder: {}, closed: reader.standings },
    ...{ degraded: () => undefined, answered: () => undefined },
    engine: {
      answer: async (...asked: Parameters<typeof engine.decide>) => answerOf(await engine.decide(...asked)),
    } as DecidePorts['engine'],
  };
  const answer: LadderRig['answer'] = (request, fullMs) => {
    const now = performance.now();
    return traceableAnswer(request, NO_HEADERS, { full: now + fullMs, lastModel: now + 60_000 }, ports);
  };
  return { ...rig, reader, metrics, answer };
}

/** A ladder whose store can be taken away. */
export interface FragileRig extends LadderRig {
  away(is: boolean): void;
  /** Brings what was spooled to the store. */
  drain(): Promise<void>;
  /** What somebody is sent, and from which rung; each time it is another send. */
  ask(person: PersonRef, programme?: string | string[], more?: Partial<DecideRequest>): Promise<Answer>;
}

export async function fragileRig(options: RigOptions): Promise<FragileRig> {
  const { store = openMemoryStore() } = options;
  let isAway = false;
  const unless = <Args extends unknown[], T>(call: (...args: Args) => Promise<T>) => {
    return (...args: Args): Promise<T> =>
      isAway ? Promise.reject(new Fault('unavailable', 'store: no route')) : call(...args);
  };
  const fragile: Store = {
    ...store,
    transact: unless((...batch: Parameters<Store['transact']>) => store.transact(...batch)),
    closed: unless((...ask: Parameters<Store['closed']>) => store.closed(...ask)),
  };
  const spool = new Spool(await folder());
  const rig = await ladderRig({ spool, ...options, store: fragile });
  const failed = (error: unknown): never => {
    throw error;
  };
  const drainer = new Drainer({ spool, engine: rig.engine, observe: () => undefined, failed });
  let sends = 0;
  const first = rig.catalogue.programmes()[0]!.id;
  return {
    ...rig,
    away(is) {
      isAway = is;
      rig.clock.stopwatch += 60_000;
    },
    drain: async () => void (await drainer.step()),
    ask: (person, programme = first, more = {}) =>
      rig.answer({ programme, person, send: `send ${++sends}`, context: {}, ...more }, 10_000),
  };
}
