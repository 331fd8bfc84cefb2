/** Runs a task again and again until it is stopped, each time after the pause the task asked for, in ms. */
export class Loop {
  readonly #task: () => Promise<number>;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = true;

  /** `task` must not reject: what it does about a failure is its own to decide. */
  constructor(task: () => Promise<number>) {
    this.#task = task;
  }

  /** Begins after `ms`. */
  start(ms = 0): void {
    this.#stopped = false;
    this.#later(ms);
  }

  #later(ms: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#running = this.#task().then((pause) => this.#later(pause));
    }, ms);
  }

  /** Resolves once the task that is under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }
}
