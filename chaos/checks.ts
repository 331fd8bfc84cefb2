import type { LedgerRow } from '../core/contracts/ledger-row.ts';
import type { Answer } from '../core/contracts/answer.ts';
import type { Decision } from '../core/domain/decision.ts';
import type { Asked, History } from './history.ts';
import { capBreaches, decisionsIn } from './ledger.ts';
import type { Recorder } from './recorder.ts';

/** One thing that must hold, and what is wrong with it; nothing, when it does. */
export interface Check {
  name: string;
  /** How many were looked at: a check of nothing proves nothing. */
  of: number;
  wrong: string[];
}

/** Cap of the sample programme. */
const CAP = { programme: 'welcome', count: 3, windowMs: 168 * 3_600_000 };

/** When something was broken on purpose, ms since 1970. */
export interface Disturbance {
  from: number;
  to: number;
}

const answersOf = ({ answers }: Asked): Answer[] => answers.map((text) => JSON.parse(text) as Answer);

/** A decision that was answered as recorded is there, once, and was answered the same every time. */
function answered(history: History, byId: ReadonlyMap<string, Decision[]>): Check {
  const wrong: string[] = [];
  let of = 0;
  for (const asked of history.asked) {
    const recorded = asked.answers.filter((_, i) => answersOf(asked)[i]!.decision_recorded === true);
    if (recorded.length === 0) continue;
    of++;
    const { decision_id: id } = JSON.parse(recorded[0]!) as Answer;
    const found = byId.get(id ?? '')?.length ?? 0;
    if (found !== 1) wrong.push(`${asked.send}: ${id} is there ${found} times`);
    if (new Set(recorded).size > 1)
      wrong.push(`${asked.send}: answered differently: ${recorded.join(' | ')}`);
  }
  return { name: 'every answered decision is recorded once and never changes', of, wrong };
}

/** Whoever is answered at all is answered with something a platform can use. */
function statuses({ statuses }: History): Check {
  const answers = [...statuses].filter(([status]) => status !== 'none');
  return {
    name: 'every answer to a decide call is a 200',
    of: answers.reduce((sum, [, count]) => sum + count, 0),
    wrong: answers.flatMap(([status, count]) => (status === '200' ? [] : [`${count} x ${status}`])),
  };
}

/** A decision answered as spooled is there, or another copy had decided the send. */
function spooled(history: History, byId: ReadonlyMap<string, Decision[]>, sends: ReadonlySet<string>): Check {
  const wrong: string[] = [];
  let of = 0;
  for (const asked of history.asked) {
    for (const { decision_recorded, decision_id: id = '' } of answersOf(asked)) {
      if (decision_recorded !== 'spooled') continue;
      of++;
      if (!byId.has(id) && !sends.has(asked.send)) wrong.push(`${asked.send}: ${id} is lost`);
    }
  }
  return { name: 'every spooled decision reached the store', of, wrong };
}

function oncePerSend(decisions: readonly Decision[]): Check {
  const groups = Map.groupBy(decisions, ({ send }) => send);
  const wrong = [...groups].flatMap(([send, all]) =>
    all.length > 1 ? [`${send}: ${all.map(({ id }) => id).join(', ')}`] : [],
  );
  return { name: 'one decision for each send', of: groups.size, wrong };
}

function events(history: History, rows: readonly LedgerRow[]): Check {
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

function caps(rows: readonly LedgerRow[]): Check {
  const of = decisionsIn(rows).filter(({ programme }) => programme === CAP.programme).length;
  return {
    name: 'the cap holds for every person, over all copies and ids',
    of,
    wrong: capBreaches(rows, CAP),
  };
}

/** How soon a copy hears of what another one acknowledged, in ms. */
const SPREAD_MS = 1_000;

function calmBefore(at: number, disturbances: readonly Disturbance[]): string {
  const ended = Math.max(...disturbances.filter(({ to }) => to <= at).map(({ to }) => to));
  return Number.isFinite(ended) ? `${at - ended} ms after a disturbance` : 'before any disturbance';
}

/** How long after a disturbance copies may be without the connection they hear by, so that they find out by looking. */
const DEAF_MS = 5_000;

/**
 * Nobody is sent anything they are first asked for after it was acknowledged that they left. A copy that cannot reach the store
 * goes by what it heard before, so only what is acknowledged while something is broken, or just before, excuses it; or just after,
 * for as long as it takes to look.
 */
function consent({ asked, left }: History, disturbances: readonly Disturbance[]): Check {
  const wrong: string[] = [];
  let of = 0;
  for (const own of asked) {
    const leftAt = left.get(own.person) ?? Infinity;
    if (own.firstAt <= leftAt) continue;
    const since = own.firstAt - leftAt;
    const deaf = since <= SPREAD_MS ? DEAF_MS : 0;
    const excused = disturbances.some(({ from, to }) => leftAt >= from - SPREAD_MS && leftAt <= to + deaf);
    for (const { action, rung } of answersOf(own)) {
      of++;
      if (action === 'send' && (rung === 'full' || !excused))
        wrong.push(
          `${own.send}: sent from ${rung} to ${own.person}, who had left ${since} ms before, ${calmBefore(leftAt, disturbances)}`,
        );
    }
  }
  return { name: 'nothing is sent to who left, from no rung', of, wrong };
}

/** How long after a disturbance something may still be sent again: what was in hand waits for its lease. */
const AFTERMATH_MS = 90_000;

function delivered(
  decisions: readonly Decision[],
  { acknowledged }: Recorder,
  disturbances: readonly Disturbance[],
): Check {
  const wrong = decisions.flatMap(({ id }) => (acknowledged.has(id) ? [] : [`${id}: never arrived`]));
  for (const [id, times] of acknowledged) {
    for (const [i, at] of times.entries()) {
      if (i === 0) continue;
      const excused = disturbances.some(({ from, to }) => at > from && times[i - 1]! < to + AFTERMATH_MS);
      if (!excused) wrong.push(`${id}: sent again ${at - times[i - 1]!} ms after it was acknowledged`);
    }
  }
  return {
    name: 'every decision reached the destination, none again without cause',
    of: decisions.length,
    wrong,
  };
}

export interface Evidence {
  history: History;
  rows: readonly LedgerRow[];
  recorder: Recorder;
  disturbances: readonly Disturbance[];
}

/** Everything that must hold whatever was broken, from what callers and the destination saw and what the ledger says. */
export function checkAll({ history, rows, recorder, disturbances }: Evidence): Check[] {
  const decisions = decisionsIn(rows);
  const byId = Map.groupBy(decisions, ({ id }) => id);
  const sends = new Set(decisions.flatMap(({ send }) => send ?? []));
  return [
    statuses(history),
    answered(history, byId),
    spooled(history, byId, sends),
    oncePerSend(decisions),
    caps(rows),
    consent(history, disturbances),
    events(history, rows),
    delivered(decisions, recorder, disturbances),
  ];
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
