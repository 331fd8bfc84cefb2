import { SILENCE } from '../domain/decision.ts';
import type { Programme } from '../domain/programme.ts';
import type { Answering } from '../domain/answering.ts';
import { favoured } from '../guardrails/frequency.ts';
import type { ModelState } from '../learn/model.ts';
import { optionTotals } from '../learn/model.ts';

/** What is known before the first message: one answer to thirty, as decision 4 has it. */
const PRIOR = { answers: 1, messages: 30 };

/**
 * How readily everybody answers messages of a programme: by the signal that most of them had of those that the goal counts in
 * favour. Undefined where it counts none.
 */
export function answeringOf(programme: Programme, state: ModelState): Answering | undefined {
  const totals = Object.entries(optionTotals(state)).filter(([option]) => option !== SILENCE);
  const messages = totals.reduce((sum, [, { trials }]) => sum + trials, PRIOR.messages);
  const answering = favoured(programme).map((goal) => {
    const answers = totals.reduce(
      (sum, [, { signals }]) => sum + (signals[goal.signal]?.count ?? 0),
      PRIOR.answers,
    );
    return { goal, rate: Math.min(1, answers / messages) };
  });
  return answering.reduce<Answering | undefined>(
    (most, own) => (!most || own.rate > most.rate ? own : most),
    undefined,
  );
}
