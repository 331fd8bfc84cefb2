import { PARTS } from '../../core/domain/resource.ts';
import { totalsIn } from '../../test/support/resource-ledger.ts';
import { during } from '../disturbance.ts';
import type { Disturbance } from '../disturbance.ts';
import type { Unrecorded } from '../ledger.ts';
import { capBreaches, decisionsIn, personsBehind } from '../ledger.ts';
import type { Check, Evidence } from './check.ts';
import { answersOf } from './decisions.ts';

/** Messages that were answered on no record, of programmes that did not say that caps are waived then. */
function sentOnNoRecord(evidence: Evidence): Unrecorded[] {
  const persons = personsBehind(evidence);
  const waived = new Set(
    evidence.programmes.flatMap(({ id, whenAway }) => (whenAway === 'fallback-uncapped' ? [id] : [])),
  );
  return evidence.history.asked.flatMap((asked) => {
    const sent = answersOf(asked).some(
      ({ action, decision_recorded }) => action === 'send' && decision_recorded === false,
    );
    if (!sent || waived.has(asked.programme)) return [];
    // whoever is on no record at all is somebody of their own
    const [person = asked.person] = persons.get(asked.person) ?? [];
    return [{ programme: asked.programme, person, at: asked.firstAt }];
  });
}

/** The caps of persons, counted anew over all copies and ids, and over what was answered on no record. */
export function caps(evidence: Evidence): Check {
  const { rows, programmes } = evidence;
  const wrong: string[] = [];
  let of = 0;
  for (const { id, guardrails } of programmes) {
    const own = (guardrails?.caps ?? []).filter(({ per }) => per.startsWith('person'));
    if (own.length === 0) continue;
    of += decisionsIn(rows).filter(({ programme }) => programme === id).length;
    const sent = sentOnNoRecord(evidence).filter(({ programme }) => programme === id);
    for (const cap of own) wrong.push(...capBreaches(rows, id, cap, sent));
  }
  return { name: 'the caps hold for every person, over all copies and ids', of, wrong };
}

/** What a programme may take of each resource that all persons share. */
function limitsOf({ programmes }: Evidence): Record<string, number> {
  return Object.fromEntries(
    programmes.flatMap(({ id, guardrails }): [string, number][] => {
      const shared = (guardrails?.caps ?? []).filter(({ per }) => per === 'programme');
      const total = guardrails?.budget?.total;
      return [
        ...shared.map(({ channel = '*', hours, count }): [string, number] => [
          `cap/${id}/*/${channel}/${hours}`,
          count,
        ]),
        ...(total === undefined ? [] : [[`budget/${id}/total`, total * PARTS] as [string, number]]),
      ];
    }),
  );
}

const POOL = 'pool/';

/** What all persons share is never taken beyond its limit, a code is handed out once, and what is free is what nobody has. */
export function shared(evidence: Evidence): Check {
  const { rows, pools, history } = evidence;
  const limits = limitsOf(evidence);
  const { breaches, takers, most } = totalsIn(rows, limits);
  const wrong = breaches.map((own) => `${own.id} took of ${own.resource} what was not there`);
  for (const resource of [...Object.keys(limits), ...pools.map(({ pool }) => POOL + pool)])
    if (takers[resource] === undefined) wrong.push(`nothing was taken of ${resource}`);
  for (const { pool, codes, free } of pools) {
    const taken = most[POOL + pool] ?? 0;
    if (codes - free !== taken) wrong.push(`${pool}: ${free} of ${codes} are free, and ${taken} are taken`);
    const stocked = history.stocked.flatMap((own) => own.codes);
    const sure = history.stocked.flatMap((own) => (own.accepted ? own.codes : []));
    if (codes < sure.length || codes > stocked.length)
      wrong.push(`${pool}: ${codes} codes, ${sure.length} to ${stocked.length} were put in`);
  }
  const of = Object.values(takers).reduce((sum, count) => sum + count, 0);
  return {
    name: 'budgets, pools of codes and caps over all persons are exact',
    of,
    wrong: [...wrong, ...handedOut(evidence)],
  };
}

/** Codes in answers: each was put in, and is one decision's. */
function handedOut({ history }: Evidence): string[] {
  const stocked = new Set(history.stocked.flatMap(({ codes }) => codes));
  const holders = new Map<string, Set<string>>();
  for (const { coupon, decision_id: id = 'no decision' } of history.asked.flatMap(answersOf)) {
    if (!coupon) continue;
    holders.set(coupon.code, (holders.get(coupon.code) ?? new Set()).add(id));
  }
  return [...holders].flatMap(([code, ids]) => [
    ...(stocked.has(code) ? [] : [`${code} was never put in`]),
    ...(ids.size === 1 ? [] : [`${code} was handed out with ${[...ids].join(' and ')}`]),
  ]);
}

/** How soon a copy hears of what another one acknowledged, in ms. */
const SPREAD_MS = 1_000;

/** How long after a disturbance copies may be without the connection they hear by, so that they find out by looking. */
const DEAF_MS = 5_000;

/** Redis and clocks have no part in who hears what. */
const deafens = ({ of }: Disturbance): boolean => of !== 'redis' && of !== 'clock';

function calmBefore(at: number, disturbances: readonly Disturbance[]): string {
  const ended = Math.max(...disturbances.filter(({ to }) => to <= at).map(({ to }) => to));
  return Number.isFinite(ended) ? `${at - ended} ms after a disturbance` : 'before any disturbance';
}

/**
 * Nobody is sent anything they are first asked for after it was acknowledged that they left. A copy that cannot reach the store
 * goes by what it heard before, so only what is acknowledged while something is broken, or just before, excuses it; or just after,
 * for as long as it takes to look.
 */
export function consent({ history: { asked, left }, disturbances }: Evidence): Check {
  const wrong: string[] = [];
  let of = 0;
  for (const own of asked) {
    const leftAt = left.get(own.person) ?? Infinity;
    if (own.firstAt <= leftAt) continue;
    const since = own.firstAt - leftAt;
    const deaf = since <= SPREAD_MS ? DEAF_MS : 0;
    const excused = disturbances.some(
      (one) => deafens(one) && during(one, [leftAt - deaf, leftAt + SPREAD_MS]),
    );
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
