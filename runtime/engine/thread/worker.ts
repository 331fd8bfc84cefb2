import { parentPort, workerData } from 'node:worker_threads';
import type { Funnel } from '../../../core/decide/funnel.ts';
import { addFunnel } from '../../../core/decide/funnel.ts';
import { configuredDestinations, routeTo } from '../../integrations.ts';
import { openStore } from '../../store/open-store.ts';
import type { EngineObserver, LocalRoom } from '../room.ts';
import { openRoom } from '../room.ts';
import { Spool } from '../spool.ts';
import { failureOf } from './failure.ts';
import type { Call, Report, RoomControl, Start } from './protocol.ts';
import { OPENING } from './protocol.ts';

const port = parentPort!;

/** Gathers what is said in one turn of the event loop. */
class Mouth {
  #report: Report | undefined;

  get report(): Report {
    if (!this.#report) {
      this.#report = { replies: [], told: [] };
      process.nextTick(() => this.flush());
    }
    return this.#report;
  }

  flush(): void {
    if (this.#report) port.postMessage(this.#report);
    this.#report = undefined;
  }
}

const mouth = new Mouth();

function reply(id: number, value: unknown): void {
  mouth.report.replies.push(id, true, JSON.stringify(value) ?? 'null');
}

function refuse(id: number, error: unknown): void {
  mouth.report.replies.push(id, false, JSON.stringify(failureOf(error)));
}

function tellOnce(what: 'delivered' | 'changed'): void {
  const { told } = mouth.report;
  if (!told.some(([name]) => name === what)) told.push([what]);
}

/** Decisions of one turn are told together. */
function tellFunnel(funnel: Funnel): void {
  const { told } = mouth.report;
  const known = told.find(([name]) => name === 'funnel');
  if (known) addFunnel(known[1] as Funnel, funnel);
  else told.push(['funnel', funnel]);
}

const observer: EngineObserver = {
  batch: (size, seconds) => void mouth.report.told.push(['batch', size, seconds]),
  shed: (decisions) => void mouth.report.told.push(['shed', decisions]),
  funnel: tellFunnel,
  folded: (entries) => void mouth.report.told.push(['folded', entries]),
  warned: (message) => void mouth.report.told.push(['warned', message]),
  foldFailed: (error) => void mouth.report.told.push(['foldFailed', failureOf(error)]),
  modelRefused: (error) => void mouth.report.told.push(['modelRefused', failureOf(error)]),
  drainFailed: (error) => void mouth.report.told.push(['drainFailed', failureOf(error)]),
  spooled: (drained) => void mouth.report.told.push(['spooled', drained]),
  delivered: () => tellOnce('delivered'),
  changed: () => tellOnce('changed'),
  closed: (table) => void mouth.report.told.push(['closed', table]),
};

type Handler = (...args: unknown[]) => unknown;

/** Functions by `part.name`, so that a call costs one look-up. */
function handlersOf(room: LocalRoom): Map<string, Handler> {
  const { engine, store } = room;
  const control: RoomControl = {
    start: () => room.start(),
    rest: () => room.rest(),
    close: () => room.close(),
  };
  const parts = { engine, store, room: control };
  return new Map(
    Object.entries(parts).flatMap(([part, functions]) =>
      Object.entries(functions).map(([name, run]) => [`${part}.${name}`, run as Handler] as const),
    ),
  );
}

function serve(handlers: ReadonlyMap<string, Handler>): void {
  const answer = async ([id, name, args]: Call): Promise<void> => {
    try {
      reply(id, await handlers.get(name)!(...args));
    } catch (error) {
      refuse(id, error);
    }
  };
  port.on('message', (calls: string) => {
    for (const call of JSON.parse(calls) as Call[]) void answer(call);
  });
}

try {
  const { store, settings } = workerData as Start;
  const route = routeTo(configuredDestinations(settings));
  const parts = {
    store: await openStore(store, (message) => observer.warned(message)),
    route,
    now: Date.now,
  };
  // a store on this machine's disk is away when the disk is, and a spool would be too
  const spool = store.kind === 'postgres' ? new Spool(settings.data) : undefined;
  const own = { closedOldestMs: settings.ladder?.closedListMs, remote: settings.batch };
  const room = await openRoom({ ...parts, ...own, spool }, observer);
  serve(handlersOf(room));
  reply(OPENING, null);
} catch (error) {
  refuse(OPENING, error);
}
