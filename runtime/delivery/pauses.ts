/** The gate of every account that asked to wait. Accounts are hashes. */
export class Pauses {
  readonly #elapsed: () => number;
  readonly #until = new Map<string, number>();

  /** `elapsed`: time that passes, in ms; a clock that is set neither opens a gate nor keeps it closed. */
  constructor(elapsed: () => number) {
    this.#elapsed = elapsed;
  }

  /** Closes the account's gate for `ms`. A shorter pause does not shorten a longer one. */
  pause(account: string, ms: number): void {
    this.#until.set(account, Math.max(this.#elapsed() + ms, this.#until.get(account) ?? -Infinity));
  }

  /** How long the gate stays closed yet, in ms; 0 when it is open. */
  left(account: string): number {
    const left = (this.#until.get(account) ?? -Infinity) - this.#elapsed();
    if (left > 0) return left;
    this.#until.delete(account);
    return 0;
  }

  /** Accounts whose gate is closed, and for how many ms yet. */
  remaining(): Map<string, number> {
    const now = this.#elapsed();
    const all = [...this.#until].map(([account, until]) => [account, until - now] as const);
    return new Map(all.filter(([, ms]) => ms > 0));
  }
}
