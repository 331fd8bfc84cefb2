import type { Clock } from '../../core/contracts/clock.ts';

/** The gate of every account that asked to wait; times in ms since 1970. Accounts are hashes. */
export class Pauses {
  readonly #clock: Clock;
  readonly #until = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Closes the account's gate. A shorter pause does not shorten a longer one. */
  pause(account: string, untilMs: number): void {
    this.#until.set(account, Math.max(untilMs, this.#until.get(account) ?? 0));
  }

  /** When the gate opens; undefined when it is open. */
  until(account: string): number | undefined {
    const until = this.#until.get(account);
    if (until === undefined || until > this.#clock.now()) return until;
    this.#until.delete(account);
    return undefined;
  }

  /** Accounts whose gate is closed, and for how many ms yet. */
  remaining(): Map<string, number> {
    const now = this.#clock.now();
    const all = [...this.#until].map(([account, until]) => [account, until - now] as const);
    return new Map(all.filter(([, ms]) => ms > 0));
  }
}
