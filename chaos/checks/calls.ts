import { during } from '../disturbance.ts';
import type { Broken, Disturbance } from '../disturbance.ts';
import type { Call, CallKind, Cause } from '../history.ts';
import { CAUSES } from '../history.ts';
import type { Check, Evidence } from './check.ts';

/** How soon each is answered, in ms: what a decide call is given (docs/running.md), a probe and a scrape wait for. */
const DUE_MS: Record<CallKind, number> = {
  decide: 1_500,
  ready: 2_000,
  metrics: 10_000,
  events: Infinity,
  codes: Infinity,
};

/** By how much later all of it may come on a machine of two cores on which copies are started meanwhile, in ms. */
export const SLACK_MS = 1_500;

/** Why a copy that something was done to may owe an answer. */
const OWED: Partial<Record<Broken, readonly Cause[]>> = {
  killed: ['refused', 'cut off', 'no answer'],
  held: ['no answer'],
  // what reached it is answered; what finds it gone is not accepted
  stopping: ['refused'],
};

/** How long after it was told to stop everything is accepted, in ms: balancers have noticed by then, and callers here never do. */
const NOTICED_MS = 400;

const owes = (call: Call, { of, from }: Disturbance): boolean =>
  isCause(call.outcome) &&
  ((OWED[of]?.includes(call.outcome) ?? false) ||
    (of === 'stopping' && call.outcome === 'cut off' && call.at >= from + NOTICED_MS));

const spanOf = ({ at, ms }: Call): readonly [number, number] => [at, at + ms];
const isCause = (outcome: Call['outcome']): outcome is Cause => CAUSES.includes(outcome as Cause);

/** What was done to the copy during a call. */
const doneTo = (call: Call, disturbances: readonly Disturbance[]): Disturbance[] =>
  disturbances.filter((own) => own.copy === call.copy && during(own, spanOf(call)));

const what = ({ kind, copy, at }: Call): string => `${kind} at ${copy}, ${new Date(at).toISOString()}`;

/** Statuses that are answers: a decide call is never refused, and whoever delivers events repeats what was. */
const STATUSES: Record<CallKind, readonly number[]> = {
  decide: [200],
  events: [200, 503],
  codes: [200, 503],
  ready: [200],
  metrics: [200],
};

/** Whoever is answered at all is answered with something a platform can use. */
export function statuses({ history: { calls }, disturbances }: Evidence): Check {
  const answered = calls.filter(({ outcome }) => !isCause(outcome));
  const wrong = answered.flatMap((call) => {
    if (STATUSES[call.kind].includes(call.outcome as number)) return [];
    // before it has read everything, and once it was told to stop, a copy says that it is not ready
    const away = doneTo(call, disturbances).some(({ of }) => of === 'killed' || of === 'stopping');
    return call.kind === 'ready' && call.outcome === 503 && away ? [] : [`${what(call)}: ${call.outcome}`];
  });
  return { name: 'every answer is one that a platform can use', of: answered.length, wrong };
}

/** What makes events wait, for longer than callers do: they are not refused for it. */
const HOLD_UP: readonly Broken[] = ['store', 'disk', 'load'];

/** Only a copy that was killed, held or told to stop owes an answer; to what the store is needed for, while that is away or busy, all do. */
export function unanswered({ history: { calls }, disturbances }: Evidence): Check {
  const wrong = calls.flatMap((call) => {
    const { outcome, kind } = call;
    if (!isCause(outcome)) return [];
    const needsStore = kind === 'events' || kind === 'codes';
    const waits = disturbances.some((own) => HOLD_UP.includes(own.of) && during(own, spanOf(call)));
    if (needsStore && waits && outcome === 'no answer') return [];
    if (doneTo(call, disturbances).some((own) => owes(call, own))) return [];
    return [`${what(call)}: ${outcome} after ${Math.round(call.ms)} ms`];
  });
  return { name: 'only a copy that is down owes an answer', of: calls.length, wrong };
}

const lateBy = ({ kind, ms, held }: Call): number => ms - held - DUE_MS[kind];

/** Answers that came late at all, by what was called. */
export const late = (calls: readonly Call[]): Call[] =>
  calls.filter((call) => !isCause(call.outcome) && lateBy(call) > 0);

/** In a burst the callers, which share the machine, come to read their answers later, too. */
function slackOf(call: Call, disturbances: readonly Disturbance[]): number {
  const busy = disturbances.some((own) => own.of === 'load' && during(own, spanOf(call)));
  return busy ? 2 * SLACK_MS : SLACK_MS;
}

/** Every answer comes in its time, unless the process itself could not run: from no copy, whatever else is broken. */
export function inTime({ history: { calls }, disturbances }: Evidence): Check {
  const timed = calls.filter(({ kind, outcome }) => Number.isFinite(DUE_MS[kind]) && !isCause(outcome));
  const wrong = timed.flatMap((call) => {
    if (lateBy(call) <= slackOf(call, disturbances) || doneTo(call, disturbances).length > 0) return [];
    return [`${what(call)}: after ${Math.round(call.ms)} ms, ${Math.round(call.held)} of them our own`];
  });
  return { name: 'every answer comes in time', of: timed.length, wrong };
}
