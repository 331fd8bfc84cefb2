import type { Store } from '../../core/contracts/store.ts';
import { TIMED_OUT, within } from '../within.ts';

/** How long the store has to say that it is there, in ms: less than any probe waits. */
const HERE_MS = 500;

/** The promise's value, or undefined where it has none or takes too long. */
export async function inPassing<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  const value = await within(promise, ms).catch(() => undefined);
  return value === TIMED_OUT ? undefined : value;
}

/** Whether the store answers. It is asked once at a time: one that is silent holds up one connection, however many want to know. */
export class StoreProbe {
  readonly #store: Pick<Store, 'ping'>;
  #asked: Promise<boolean> | undefined;

  constructor(store: Pick<Store, 'ping'>) {
    this.#store = store;
  }

  /** Resolves in time for whoever probes. */
  async reachable(): Promise<boolean> {
    this.#asked ??= this.#ask();
    return (await inPassing(this.#asked, HERE_MS)) ?? false;
  }

  async #ask(): Promise<boolean> {
    try {
      await this.#store.ping();
      return true;
    } catch {
      return false;
    } finally {
      this.#asked = undefined;
    }
  }
}
