import type { Worker } from 'node:worker_threads';
import { Fault } from '../../../core/contracts/faults.ts';
import type { EngineObserver } from '../room.ts';
import type { Failure } from './failure.ts';
import { errorOf } from './failure.ts';
import type { Call, CallName, Report } from './protocol.ts';
import { OPENING } from './protocol.ts';

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

/** Calls to the engine's thread, matched with their replies. */
export class Calls {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #outgoing: Call[] = [];
  #next = 0;
  #dead: Fault | undefined;
  /** Resolves when the room is open; rejects with what kept it from opening. */
  readonly opened: Promise<unknown>;

  /** `crashed` is told of an error nobody caught: the thread has ended, and every call is refused. */
  constructor(worker: Worker, observer: EngineObserver, crashed: (error: Error) => void) {
    this.#worker = worker;
    this.opened = new Promise((resolve, reject) => this.#waiting.set(OPENING, { resolve, reject }));
    worker.on('message', ({ replies, told }: Report) => {
      for (let i = 0; i < replies.length; i += 3) {
        this.#settle(replies[i] as number, replies[i + 1] as boolean, replies[i + 2] as string);
      }
      for (const [name, ...args] of told) tell(observer, name, args);
    });
    worker.on('error', (error: Error) => {
      this.#fail(error.message);
      crashed(error);
    });
    worker.on('exit', () => this.#fail('the store was closed'));
  }

  #settle(id: number, succeeded: boolean, text: string): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (succeeded) waiting?.resolve(JSON.parse(text));
    else waiting?.reject(errorOf(JSON.parse(text) as Failure));
  }

  #fail(reason: string): void {
    this.#dead ??= new Fault('unavailable', `engine: ${reason}`);
    for (const { reject } of this.#waiting.values()) reject(this.#dead);
    this.#waiting.clear();
  }

  call(name: CallName, args: unknown[]): Promise<unknown> {
    if (this.#dead) return Promise.reject(this.#dead);
    const id = this.#next++;
    if (this.#outgoing.push([id, name, args]) === 1) setImmediate(() => this.#flush());
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #flush(): void {
    const calls = this.#outgoing;
    this.#outgoing = [];
    try {
      this.#worker.postMessage(JSON.stringify(calls));
    } catch {
      // what no text can be made of (nested too deeply) fails alone
      for (const call of calls) this.#send(call);
    }
  }

  #send(call: Call): void {
    try {
      this.#worker.postMessage(JSON.stringify([call]));
    } catch (error) {
      this.#waiting.get(call[0])?.reject(error as Error);
      this.#waiting.delete(call[0]);
    }
  }
}

function tell(observer: EngineObserver, name: keyof EngineObserver, args: unknown[]): void {
  if (name === 'foldFailed' || name === 'modelRefused' || name === 'drainFailed')
    observer[name](errorOf(args[0] as Failure));
  else (observer[name] as (...told: unknown[]) => void)(...args);
}
