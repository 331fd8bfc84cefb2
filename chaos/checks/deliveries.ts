import { during } from '../disturbance.ts';
import type { Broken } from '../disturbance.ts';
import { decisionsIn } from '../ledger.ts';
import type { Arrival } from '../recorder.ts';
import { RECORDER_LIMIT } from '../recorder.ts';
import type { Check, Evidence } from './check.ts';

/** Every acknowledged event is in the ledger once. */
export function events({ history, rows }: Evidence): Check {
  const counted = new Map<string, number>();
  for (const { kind, body } of rows) {
    if (kind !== 'signal') continue;
    const { id } = JSON.parse(body!) as { id: string };
    counted.set(id, (counted.get(id) ?? 0) + 1);
  }
  const wrong = [...counted].flatMap(([id, times]) => (times > 1 ? [`${id}: counted ${times} times`] : []));
  const due = history.told.filter(({ signal, accepted }) => signal && accepted);
  for (const { id } of due) if (!counted.has(id)) wrong.push(`${id}: acknowledged and lost`);
  return { name: 'every acknowledged event is counted once', of: due.length, wrong };
}

/** How long it takes to write down that something was delivered, and how long until that works after a fault, in ms. */
const SETTLING_MS = 5_000;
const RECOVERY_MS = 10_000;

/** What can keep a copy from writing down what it heard. */
const FORGETS: readonly Broken[] = ['killed', 'held', 'store', 'disk'];

/** When something was known to have been delivered: a copy that dies before the answer does not know. */
const knownAt = ({ at, acknowledgedAt = at }: Arrival): number => acknowledgedAt;

/**
 * Every decision arrived. What arrived twice did so because a fault came between its first delivery and the note of it; where the
 * database has that note, nothing arrives after it, but for what a copy that was held had in hand.
 */
export function delivered({ rows, recorder, disturbances, testimony }: Evidence): Check {
  const decisions = decisionsIn(rows);
  const wrong = decisions.flatMap(({ id }) => (recorder.received.has(id) ? [] : [`${id}: never arrived`]));
  for (const [id, arrivals] of recorder.received) {
    for (const [i, arrival] of arrivals.entries()) {
      const before = arrivals[i - 1];
      if (!before) continue;
      const known = knownAt(before);
      const excused = disturbances.some(
        ({ of, from, to }) =>
          FORGETS.includes(of) &&
          from < arrival.at &&
          during({ of, from, to: to + RECOVERY_MS }, [known, known + SETTLING_MS]),
      );
      if (!excused) wrong.push(`${id}: sent again ${arrival.at - known} ms after it was acknowledged`);
      const noted = testimony?.delivered.get(id) ?? Infinity;
      const held = disturbances.some((own) => own.of === 'held' && during(own, [noted, arrival.at]));
      if (arrival.at > noted && !held)
        wrong.push(`${id}: sent again ${arrival.at - noted} ms after it was on record as delivered`);
    }
  }
  return {
    name: 'every decision reached the destination, none again without cause',
    of: decisions.length,
    wrong,
  };
}

/** Most arrivals in any window of `windowMs`. */
export function mostInWindow(arrivals: readonly number[], windowMs: number): number {
  let [first, most] = [0, 0];
  for (const [i, at] of arrivals.entries()) {
    while (arrivals[first]! <= at - windowMs) first++;
    most = Math.max(most, i - first + 1);
  }
  return most;
}

export function limit({ recorder: { arrivals } }: Evidence): Check {
  const { requests, windowMs } = RECORDER_LIMIT;
  const most = mostInWindow(arrivals, windowMs);
  const wrong = most > requests ? [`${most} in ${windowMs} ms`] : [];
  return { name: 'the destination is never asked above its limit', of: arrivals.length, wrong };
}
