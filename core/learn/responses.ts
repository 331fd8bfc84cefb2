import type { Credited } from '../contracts/trial.ts';
import { SIGNAL } from '../domain/event.ts';
import type { GoalSignal, Programme } from '../domain/programme.ts';
import { reactionsTo } from '../guardrails/suppression.ts';
import { schemaHash } from './schema-hash.ts';

/** How long after a message its opens and clicks are taken for responses, in hours. */
const RESPONSE_HOURS = 72;

/** Opens and clicks, by which a programme that plans ahead learns of hours where its goal does not count them: worth nothing. */
function responsesOf({ timing, goal }: Pick<Programme, 'goal' | 'timing'>): GoalSignal[] {
  const names = timing ? [SIGNAL.opened, SIGNAL.clicked] : [];
  return names
    .filter((name) => goal.signals.every(({ signal }) => signal !== name))
    .map((signal) => ({ signal, weight: 0, windowHours: RESPONSE_HOURS, silence: false }));
}

/** Everything that is credited to the decisions of a programme. */
export const creditedBy = (programme: Pick<Programme, 'goal' | 'timing'>): GoalSignal[] => [
  ...programme.goal.signals,
  ...responsesOf(programme),
];

/** Whether what a message is credited with says that the person responded to it. */
export const isResponse = (programme: Programme, credits: Credited): boolean =>
  reactionsTo(programme).some((signal) => (credits[signal]?.worth ?? 0) > 0);

/** The same for goals by which the same signals are responses: hours that were learned by others are made anew. */
export const responseSchema = (programme: Programme): string =>
  schemaHash([...new Set(reactionsTo(programme))].sort());
