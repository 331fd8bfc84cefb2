const RESOLVED = Promise.resolve();

/**
 * Puts what was written on disk without holding up the thread that writes: one flush for everything written since the last
 * one began, one flush at a time. After one that failed nobody can know what the disk has, so all later ones fail too
 * (Rebello et al., "Can Applications Recover from fsync Failures?", USENIX ATC 2020).
 */
export class Flusher {
  readonly #flush: () => Promise<void>;
  #unflushed = false;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(flush: () => Promise<void>) {
    this.#flush = flush;
  }

  /** Told of everything that is written, once it is. */
  wrote(): void {
    this.#unflushed = true;
  }

  /** Resolves once everything written so far is on disk. */
  flushed(): Promise<void> {
    if (!this.#unflushed) return this.#running ?? RESOLVED;
    this.#next ??= (this.#running ?? RESOLVED).then(() => this.#begin());
    return this.#next;
  }

  #begin(): Promise<void> {
    this.#next = undefined;
    this.#unflushed = false;
    const running = this.#flush().then(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return running;
  }
}
