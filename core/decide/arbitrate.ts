import type { Contender, Decision, DecideRequest } from '../domain/decision.ts';
import { SILENCE } from '../domain/decision.ts';
import type { Factor, Programme } from '../domain/programme.ts';
import { FACTORS } from '../domain/programme.ts';
import { assign } from './assign.ts';
import type { DecideFacts, LiveProgramme } from './decide.ts';
import { decide } from './decide.ts';
import { candidatesOf } from './funnel.ts';
import { passedKey } from './send-key.ts';

/** What became of a send that several programmes wanted. */
export interface Verdict {
  answer: Decision;
  /** Silences of programmes that were asked before the one that sent: theirs to measure and to learn from. */
  passed: Decision[];
}

/** What one programme has to offer. Neither chance nor the person's arm has a part in it. */
interface Bid {
  live: LiveProgramme;
  /** Its decision were the person in no holdout. */
  treated: Decision;
  /** Absent where guardrails left it nothing to send. */
  factors?: Partial<Record<Factor, number>> | undefined;
  score: number;
}

const product = (numbers: readonly number[]): number => numbers.reduce((all, x) => all * x, 1);

/**
 * `propensity` is the expected reward of the best variant that may be sent to this person, and 0 where that is negative: a
 * priority or a lever would turn around what it multiplies.
 */
function factorsOf({ arbitration = {} }: Programme, propensity: number): Partial<Record<Factor, number>> {
  const { priority = 1, value = 1, lever = 0, factors } = arbitration;
  // one division is as exact as the number can be: 55 % is 1.55
  const all: Record<Factor, number> = { priority, value, propensity, lever: (100 + lever) / 100 };
  return Object.fromEntries(
    FACTORS.filter((name) => factors?.[name] !== false).map((name) => [name, all[name]]),
  );
}

function bidOf(request: DecideRequest, facts: DecideFacts, live: LiveProgramme, seed: string): Bid {
  const { person } = facts;
  const arms = { ...person.arms, [live.programme.id]: 'treated' as const };
  const treated = decide(request, { ...facts, person: { ...person, arms } }, live, seed);
  const scores = treated.eligible.filter(({ option }) => option !== SILENCE).map(({ score }) => score);
  if (scores.length === 0) return { live, treated, score: -Infinity };
  const factors = factorsOf(live.programme, Math.max(0, ...scores));
  return { live, treated, factors, score: product(Object.values(factors)) };
}

type Rated = Pick<Contender, 'score' | 'factors'>;

/** Where nothing good is expected of either, what the marketer says of them still holds. */
function higherFirst(a: Rated, b: Rated): number {
  const [said, other] = [a, b].map(({ factors }) => product(Object.values({ ...factors, propensity: 1 })));
  return b.score! - a.score! || other! - said!;
}

/** Those with something to send, in the order in which they are asked. */
export const inOrder = <T extends Rated>(some: readonly T[]): T[] =>
  some.filter(({ factors }) => factors).sort(higherFirst);

/** Where nobody has anything to send: the first that is only put off, of those the soonest, or else the first. */
function soonest(bids: readonly Bid[]): LiveProgramme {
  const retryAt = ({ treated }: Bid): number => treated.retryAt ?? Infinity;
  return bids.reduce((best, bid) => (retryAt(bid) < retryAt(best) ? bid : best)).live;
}

function contender({ live, treated, factors, score }: Bid, asked: Decision | undefined): Contender {
  const programme = live.programme.id;
  const { dropped } = treated;
  if (!factors) return { programme, reason: 'guardrail', dropped };
  if (!asked) return { programme, reason: 'outscored', score, factors, dropped };
  const silent = asked.arm === 'holdout' ? 'held-out' : 'silent';
  return { programme, reason: asked.action === 'send' ? 'won' : silent, score, factors };
}

/**
 * One answer for a send that several programmes want. Those with something to send are asked in the order of their scores
 * until one sends; with equal ones the other factors decide, then the list. One that stays silent, because the person is held
 * out or its policy chose to, has decided as if it had been asked alone. Who is asked depends on no draw and no arm of its
 * own, so that among the decisions of a programme propensities stay what they say, and its arms comparable.
 */
export function arbitrate(
  request: DecideRequest,
  facts: DecideFacts,
  lives: readonly LiveProgramme[],
  seed: string,
): Verdict {
  const alone = (live: LiveProgramme): Decision => decide(request, facts, live, seed);
  if (lives.length === 1) return { answer: alone(lives[0]!), passed: [] };
  const bids = lives.map((live) => bidOf(request, facts, live, seed));
  const asked = new Map<LiveProgramme, Decision>();
  for (const { live, treated } of inOrder(bids)) {
    const decision = assign(live.programme, facts.person) === 'treated' ? treated : alone(live);
    asked.set(live, decision);
    if (decision.action === 'send') break;
  }
  const all = [...asked.values()];
  const answer = all.find(({ action }) => action === 'send') ?? all[0] ?? alone(soonest(bids));
  const arbitration = bids.map((bid) => contender(bid, asked.get(bid.live)));
  const counted = arbitration.map((one, i) => {
    const { programme } = bids[i]!.live;
    return asked.has(bids[i]!.live) || programme.id === answer.programme
      ? one
      : { ...one, candidates: candidatesOf(programme) };
  });
  const passed = all
    .filter((decision) => decision !== answer)
    .map((decision) => ({ ...decision, sendKey: passedKey(facts.sendKey, decision.programme), arbitration }));
  return { answer: { ...answer, arbitration: counted }, passed };
}
