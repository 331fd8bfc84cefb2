import type { Logger } from 'pino';
import { Fault } from '../../core/contracts/faults.ts';
import type { Rung } from '../../core/domain/decision.ts';
import type { Metrics } from '../metrics.ts';

interface Ports {
  metrics: Metrics;
  logger: Logger;
  /** Time that passes, in ms. */
  elapsed: () => number;
}

/** Least time between two log lines about one cause, in ms: a blast against a store that is away must not fill the disk. */
const QUIET_MS = 1_000;

/** Counts every decision that left the full rung, and logs each cause and rung at most once a second, with how many it was. */
export function degradedReporter({ metrics, logger, elapsed }: Ports): (error: unknown, rung: Rung) => void {
  const seen = new Map<string, { loggedAt: number; since: number }>();
  return (error, rung) => {
    const fault = error instanceof Fault ? error : undefined;
    const cause = fault?.kind ?? 'bug';
    metrics.degraded(cause, rung);
    const key = `${cause} ${rung}`;
    const last = seen.get(key);
    const decisions = (last?.since ?? 0) + 1;
    if (last && elapsed() - last.loggedAt < QUIET_MS) {
      last.since = decisions;
      return;
    }
    seen.set(key, { loggedAt: elapsed(), since: 0 });
    logger.warn(
      { cause, rung, detail: fault?.detail, decisions, err: fault ? undefined : error },
      'decision degraded',
    );
  };
}
