import type { Clock } from '../../core/contracts/clock.ts';
import type { Destination } from '../../core/contracts/destination.ts';
import type { OutboxPort } from '../../core/contracts/outbox.ts';
import type { Rng } from '../../core/contracts/rng.ts';
import type { Outcome } from '../../core/domain/outcome.ts';
import { axiosTransport } from '../../runtime/delivery/axios-transport.ts';
import { Deliverer } from '../../runtime/delivery/deliverer.ts';
import { AccountLimiter } from '../../runtime/delivery/limiter.ts';

export const wallClock: Clock = { now: () => Date.now(), elapsed: () => performance.now() };

/** The clock of this machine, on which any time can be made to pass at once. */
export function passingClock(): Clock & { pass(ms: number): void } {
  let passed = 0;
  return {
    now: () => wallClock.now() + passed,
    elapsed: () => wallClock.elapsed() + passed,
    pass: (ms) => void (passed += ms),
  };
}

/** Chance that always comes out in the middle. */
export const evenRng: Rng = { uniform: () => 0.5 };

export function outcome(id: string, extra: Partial<Outcome> = {}): Outcome {
  const properties = { decision_id: `d-${id}`, programme: 'welcome', reward: 1.5 };
  return { id, kind: 'reward', aliases: [`user:u-${id}`], at: 1_795_300_000_000, properties, ...extra };
}

/** `prefix-0`, `prefix-1` and so on. */
export function outcomes(count: number, prefix = 'o'): Outcome[] {
  return Array.from({ length: count }, (_, index) => outcome(`${prefix}-${index}`));
}

export interface Rig<Settings> {
  deliverer: Deliverer<Settings>;
  limiter: AccountLimiter;
  logged: string[];
}

/** A deliverer with everything real but chance: network, clock, limiter, destination. */
export function rig<Settings>(
  destination: Destination<Settings>,
  settings: Settings,
  outbox: OutboxPort,
  { timeoutMs = 2000, clock = wallClock } = {},
): Rig<Settings> {
  const logged: string[] = [];
  const log = (level: string, message: string, fields: Record<string, unknown>) => {
    logged.push(`${level} ${message} ${JSON.stringify(fields)}`);
  };
  const limiter = new AccountLimiter({ clock, log, expirationMs: timeoutMs + 5000 });
  const transport = axiosTransport(timeoutMs);
  const parts = { destination, settings, outbox, limiter, transport, clock, rng: evenRng, log };
  return { deliverer: new Deliverer({ ...parts, requestMs: timeoutMs, idleMs: 50 }), limiter, logged };
}

/** Resolves as soon as `holds` does; rejects after `withinMs`. */
export async function until(holds: () => boolean, withinMs = 8000): Promise<void> {
  const end = performance.now() + withinMs;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`still not so after ${withinMs} ms: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
