import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../../core/contracts/faults.ts';
import { Loop } from '../loop.ts';
import { within } from '../within.ts';
import type { Engine } from './engine.ts';
import type { Spool, Spooled } from './spool.ts';

export interface DrainerPorts {
  spool: Spool;
  engine: Engine;
  observe: (drained: Drained) => void;
  /** Told of an error that is no fault of the store's. */
  failed: (error: unknown) => void;
}

export interface Drained {
  /** Decisions that are still in the spool. */
  waiting: number;
  /** How many of them the store would not take. */
  refused: number;
  /** How many had been decided otherwise by somebody else in the meantime. */
  superseded: number;
}

/** How often a spool is looked at, in ms. */
const PAUSE_MS = 1_000;
/** Decisions brought to the store at once. */
const HELPING = 200;
/** How soon a store that was away is asked again by whoever is about to stop, in ms. */
const AGAIN_MS = 100;
/** So many looks in a row that find nothing, and what was refused is tried again: whatever was in its way may be mended. */
const LOOKS = 600;

/** What became of a decision that was brought to the store. */
type End = { kind: 'stands' | 'superseded' } | { kind: 'away' | 'refused'; error: unknown };

/** Empties the spool into the store, oldest first, whenever there is something in it and the store can be reached. */
export class Drainer {
  readonly #ports: DrainerPorts;
  readonly #loop = new Loop(() => this.#tick());
  #looks = 0;

  constructor(ports: DrainerPorts) {
    this.#ports = ports;
  }

  start(): void {
    this.#loop.start();
  }

  async #tick(): Promise<number> {
    try {
      const brought = await this.step();
      this.#looks = brought > 0 ? 0 : this.#looks + 1;
      if (this.#looks % LOOKS === LOOKS - 1) this.#ports.spool.tryAgain();
      return brought === HELPING ? 0 : PAUSE_MS;
    } catch (error) {
      if (!(error instanceof Fault)) this.#ports.failed(error);
      return PAUSE_MS;
    }
  }

  /**
   * Brings one helping to the store; resolves with how many, and rejects where the store is away. Whatever it does not take stays in
   * the spool, and does not keep the others there.
   */
  async step(): Promise<number> {
    const { spool, observe, failed } = this.#ports;
    const helping = spool.oldest(HELPING);
    const ends = await Promise.all(helping.map((spooled) => this.#bring(spooled)));
    const numbers = (kind: End['kind']): number[] =>
      helping.flatMap(({ number }, i) => (ends[i]!.kind === kind ? [number] : []));
    const superseded = numbers('superseded');
    const settled = { recorded: [...numbers('stands'), ...superseded], refused: numbers('refused') };
    if (helping.length > 0) spool.settle(settled);
    observe({ waiting: spool.size, refused: spool.refused, superseded: superseded.length });
    const errors = (kind: End['kind']): unknown[] =>
      ends.flatMap((end) => (end.kind === kind && 'error' in end ? [end.error] : []));
    // one stands for all: they tend to have the same cause
    for (const error of errors('refused').slice(0, 1)) failed(error);
    for (const error of errors('away')) throw error;
    return helping.length;
  }

  async #bring(spooled: Spooled): Promise<End> {
    try {
      return { kind: (await this.#ports.engine.settle(spooled)) ? 'stands' : 'superseded' };
    } catch (error) {
      const away = error instanceof Fault && error.kind === 'unavailable';
      return { kind: away ? 'away' : 'refused', error };
    }
  }

  /** Stops, once the spool is empty or after `ms` at the latest: what this machine's disk has alone may go with it. */
  async stop(ms: number): Promise<void> {
    await within(this.#loop.stop(), ms);
    const until = performance.now() + ms;
    for (let left = ms; left > 0; left = until - performance.now()) {
      try {
        // nothing is left that the store would take, or nobody waits for it any more
        if (!(await within(this.step(), left))) return;
      } catch {
        await sleep(AGAIN_MS);
      }
    }
  }
}
