import type { Answer } from '../../core/contracts/answer.ts';
import type { Decision } from '../../core/domain/decision.ts';
import type { Asked } from '../history.ts';
import { decisionsIn, personsBehind } from '../ledger.ts';
import type { Check, Evidence } from './check.ts';

export const answersOf = ({ answers }: Asked): Answer[] => answers.map((text) => JSON.parse(text) as Answer);

const byId = ({ rows }: Evidence): Map<string, Decision[]> => Map.groupBy(decisionsIn(rows), ({ id }) => id);

/** A decision that was answered as recorded is there, once, and was answered the same every time. */
export function recorded(evidence: Evidence): Check {
  const ledger = byId(evidence);
  const wrong: string[] = [];
  let of = 0;
  for (const asked of evidence.history.asked) {
    const answers = answersOf(asked);
    const said = asked.answers.filter((_, i) => answers[i]!.decision_recorded === true);
    if (said.length === 0) continue;
    of++;
    const { decision_id: id } = JSON.parse(said[0]!) as Answer;
    const found = ledger.get(id ?? '')?.length ?? 0;
    if (found !== 1) wrong.push(`${asked.send}: ${id} is there ${found} times`);
    if (new Set(said).size > 1) wrong.push(`${asked.send}: answered differently: ${said.join(' | ')}`);
  }
  return { name: 'every answered decision is recorded once and never changes', of, wrong };
}

/** A decision answered as spooled is there, or another copy had decided the send. */
export function spooled(evidence: Evidence): Check {
  const ledger = byId(evidence);
  const sends = new Set(decisionsIn(evidence.rows).map(({ send }) => send));
  const wrong: string[] = [];
  let of = 0;
  for (const asked of evidence.history.asked) {
    for (const { decision_recorded, decision_id: id = '' } of answersOf(asked)) {
      if (decision_recorded !== 'spooled') continue;
      of++;
      if (!ledger.has(id) && !sends.has(asked.send)) wrong.push(`${asked.send}: ${id} is lost`);
    }
  }
  return { name: 'every spooled decision reached the store', of, wrong };
}

export function oncePerSend({ rows }: Evidence): Check {
  const groups = Map.groupBy(decisionsIn(rows), ({ send }) => send);
  const wrong = [...groups].flatMap(([send, all]) =>
    all.length > 1 ? [`${send}: ${all.map(({ id }) => id).join(', ')}`] : [],
  );
  return { name: 'one decision for each send', of: groups.size, wrong };
}

/** What an answer and the record of its decision must say alike: by the field of each. */
const ALIKE = [
  ['programme', 'programme'],
  ['programme_version', 'programmeVersion'],
  ['action', 'action'],
  ['variant', 'variant'],
  ['channel', 'channel'],
  ['content', 'content'],
  ['coupon', 'coupon'],
  ['reason', 'reason'],
  ['guardrail', 'guardrail'],
  ['rung', 'rung'],
] as const satisfies readonly (readonly [keyof Answer, keyof Decision])[];

function differences(asked: Asked, answer: Answer, decision: Decision): string[] {
  const different = ALIKE.filter(([a, d]) => JSON.stringify(answer[a]) !== JSON.stringify(decision[d]));
  const wrong = different.map(
    ([a, d]) => `answered ${a} ${JSON.stringify(answer[a])}, recorded ${JSON.stringify(decision[d])}`,
  );
  if (decision.send !== asked.send) wrong.push(`recorded for ${decision.send}`);
  if (answer.programme !== asked.programme) wrong.push(`answered for ${answer.programme}`);
  return wrong;
}

/**
 * The batch that was waited for too long was written after all, by this copy or another: its decision stands, under the same id if it is of the
 * same moment, and the one of the spool gives way (docs/decisions/0011-what-a-spooled-decision-may-know.md).
 */
const gaveWay = (answer: Answer, decision: Decision): boolean =>
  answer.decision_recorded === 'spooled' && decision.spooled !== true;

/** Smallest difference of sums of probabilities that is none. */
const NEAR = 1e-9;

/** What a decision says of its own chances: those of all options sum to 1, and its own is among them. */
function chances({ action, option, variant, propensity, eligible }: Decision): string[] {
  if (eligible.length === 0) return action === 'send' ? ['sent what was not eligible'] : [];
  const sum = eligible.reduce((total, own) => total + own.propensity, 0);
  const wrong = Math.abs(sum - 1) > NEAR ? [`chances sum to ${sum}`] : [];
  if (action !== 'send') return wrong;
  if (variant !== option) wrong.push(`option ${option} is variant ${variant}`);
  const own = eligible.find((candidate) => candidate.option === option)?.propensity;
  if (own === undefined || Math.abs(own - propensity) > NEAR || propensity <= 0)
    wrong.push(`drawn at ${propensity}, eligible at ${own}`);
  return wrong;
}

/** What was answered is what is recorded, in content, unless it was spooled and gave way; whoever is asked for is one person; chances add up. */
export function content(evidence: Evidence): Check {
  const ledger = byId(evidence);
  const wrong: string[] = [];
  let of = 0;
  for (const asked of evidence.history.asked) {
    for (const answer of answersOf(asked)) {
      const decision = ledger.get(answer.decision_id ?? '')?.[0];
      if (!decision || gaveWay(answer, decision)) continue;
      of++;
      wrong.push(...differences(asked, answer, decision).map((text) => `${asked.send}: ${text}`));
    }
  }
  for (const [person, ids] of personsBehind(evidence)) {
    if (ids.size > 1) wrong.push(`${person} is ${[...ids].join(' and ')}`);
  }
  for (const decision of decisionsIn(evidence.rows))
    wrong.push(...chances(decision).map((text) => `${decision.id}: ${text}`));
  return { name: 'what was answered is what is recorded', of, wrong };
}

/** What is on no record is silence or the default that the programme declares, and says so. */
export function unrecorded({ history, programmes }: Evidence): Check {
  const own = new Map(programmes.map((programme) => [programme.id, programme]));
  const wrong: string[] = [];
  let of = 0;
  for (const asked of history.asked) {
    for (const answer of answersOf(asked)) {
      if (answer.decision_recorded !== false) continue;
      of++;
      const { action, rung, variant, decision_id: id } = answer;
      const declared = own.get(asked.programme)?.fallback;
      const fits = action === 'silence' ? variant === undefined : variant === declared && rung === 'default';
      if (!fits || id !== undefined || rung === 'full' || rung === 'last-model')
        wrong.push(`${asked.send}: ${JSON.stringify(answer)}`);
    }
  }
  return { name: 'what is on no record is the declared default, or silence', of, wrong };
}
