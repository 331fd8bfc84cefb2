import { Fault } from '../../core/contracts/faults.ts';
import { Loop } from '../loop.ts';
import type { Engine } from './engine.ts';
import type { Spool } from './spool.ts';

export interface DrainerPorts {
  spool: Spool;
  engine: Engine;
  /** Told how many decisions still wait, and how many had been decided otherwise by somebody else in the meantime. */
  observe: (waiting: number, superseded: number) => void;
  /** Told of an error that is no fault of the store's. */
  failed: (error: unknown) => void;
}

/** How often a spool is looked at, in ms. */
const PAUSE_MS = 1_000;
/** Decisions brought to the store at once. */
const HELPING = 200;

/** Empties the spool into the store, oldest first, whenever there is something in it and the store can be reached. */
export class Drainer {
  readonly #ports: DrainerPorts;
  readonly #loop = new Loop(() => this.#tick());

  constructor(ports: DrainerPorts) {
    this.#ports = ports;
  }

  start(): void {
    this.#loop.start();
  }

  async #tick(): Promise<number> {
    try {
      return (await this.step()) === HELPING ? 0 : PAUSE_MS;
    } catch (error) {
      if (!(error instanceof Fault)) this.#ports.failed(error);
      return PAUSE_MS;
    }
  }

  /** Brings one helping to the store; resolves with how many. What is not settled stays in the spool. */
  async step(): Promise<number> {
    const { spool, engine, observe } = this.#ports;
    const helping = spool.oldest(HELPING);
    const stood = await Promise.all(helping.map((spooled) => engine.settle(spooled)));
    if (helping.length > 0) spool.remove(helping.map(({ number }) => number));
    observe(spool.size, stood.filter((stands) => !stands).length);
    return helping.length;
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }
}
