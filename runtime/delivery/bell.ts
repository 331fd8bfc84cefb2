/** Longest wait that a timer of Node can measure, in ms. */
const LONGEST_MS = 2 ** 31 - 1;

/** A sleep that ends early when somebody rings. A ring that finds nobody asleep ends the next sleep at once. */
export class Bell {
  #rung = false;
  #wakeUp: (() => void) | undefined;

  ring(): void {
    this.#rung = true;
    this.#wakeUp?.();
  }

  /** Sleeps for `ms` at most. The timer does not keep the process alive. */
  async wait(ms: number): Promise<void> {
    if (!this.#rung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(ms, LONGEST_MS)).unref();
        this.#wakeUp = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#rung = false;
    this.#wakeUp = undefined;
  }
}
