import type { Credited } from '../contracts/trial.ts';
import { isAbout, reactionsOn } from '../domain/contact-signals.ts';
import type { GoalSignal, Programme } from '../domain/programme.ts';
import { reactionsTo } from '../guardrails/suppression.ts';
import { schemaHash } from './schema-hash.ts';

/** How long after a message its opens and clicks are taken for responses, in hours. */
const RESPONSE_HOURS = 72;

type Crediting = Pick<Programme, 'goal' | 'timing' | 'variants'>;

/** Opens and clicks, by which a programme that plans ahead learns of hours where its goal does not count them: worth nothing. */
function responsesOf({ timing, goal, variants }: Crediting): GoalSignal[] {
  const names = timing ? reactionsOn(variants.map(({ channel }) => channel)) : [];
  return names
    .filter((name) => goal.signals.every(({ signal }) => signal !== name))
    .map((signal) => ({ signal, weight: 0, windowHours: RESPONSE_HOURS, silence: false }));
}

/** Everything that is credited to the decisions of a programme. */
export const creditedBy = (programme: Crediting): GoalSignal[] => [
  ...programme.goal.signals,
  ...responsesOf(programme),
];

/** The same for goals that credit the same, and make the same rewards of it. */
export const goalSchema = (programme: Crediting): string =>
  schemaHash(
    creditedBy(programme).map(({ signal, value, cap, weight, windowHours, silence }) => {
      return [signal, value, cap, weight, windowHours, silence === false];
    }),
  );

/** Whether what a message on a channel is credited with says that the person responded to it. */
export const isResponse = (programme: Programme, credits: Credited, channel: string): boolean =>
  reactionsTo(programme).some((signal) => isAbout(signal, channel) && (credits[signal]?.worth ?? 0) > 0);

/** The same for goals by which the same signals are responses: hours that were learned by others are made anew. */
export const responseSchema = (programme: Programme): string =>
  schemaHash([...new Set(reactionsTo(programme))].sort());
