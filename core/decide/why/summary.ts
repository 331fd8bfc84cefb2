import type { Contribution } from '../../domain/contribution.ts';
import type { Decision } from '../../domain/decision.ts';
import type { Programme } from '../../domain/programme.ts';
import { clockOf, placeOf } from '../../guardrails/place.ts';
import { knownFrom } from '../../guardrails/readings.ts';
import type { Funnel } from '../funnel.ts';
import type { Where } from './words.ts';
import { percent, piecesWords, plannedWords, signed, timeWords } from './words.ts';

/** By whose clock times are told: the person's, as far as the programme looks at it. */
export const whereOf = (decision: Decision, programme: Programme): Where =>
  placeOf(clockOf(programme), { ...knownFrom(decision.read ?? {}, decision), context: decision.context });

/** Features that are named in a summary. */
const NAMED = 2;

/** What set this decision apart from any other. */
function mostly(because: readonly Contribution[]): string {
  const own = because.filter(({ feature }) => feature !== 'constant').slice(0, NAMED);
  const parts = own.map(({ feature, contribution }) => `${feature} (${signed(contribution)})`);
  return parts.length === 0 ? '' : `; to its score added most ${parts.join(', ')}`;
}

/** Why guardrails left nothing to send. */
function refusedWords({ guardrail, pin, dropped, retryAt }: Decision, gone: string, where: Where): string {
  if (guardrail === 'unknown-variant') return 'nothing: no variant has the id that was asked for';
  const own = dropped.find(({ option }) => option === pin);
  if (own) return `nothing: ${pin} was asked for by name, and ${own.rule} is against it (${own.detail})`;
  if (retryAt !== undefined) return `nothing yet: put off until ${timeWords(retryAt, where)}${gone}`;
  return `nothing: no variant could be sent${gone}`;
}

/** How the policy came to it. */
function drawnWords({ eligible: { length }, propensity, because = [] }: Decision, gone: string): string {
  if (length > 1)
    return `drawn with a chance of ${percent(propensity)} among ${length} options${mostly(because)}`;
  return gone === '' ? 'it is all there is to choose from' : `nothing else was left${gone}`;
}

/** Why somebody got what they got, in a sentence. */
export function summaryOf(decision: Decision, funnel: Funnel, where: Where): string {
  const { action, option, channel, reason } = decision;
  const sent = `${option} on ${channel ?? 'its channel'}${plannedWords(decision)}`;
  const what = action === 'send' ? sent : 'nothing';
  const rules = Object.entries(funnel.dropped).map(([rule, count]) => `${count} by ${rule}`);
  const gone = rules.length === 0 ? '' : ` (dropped: ${rules.join(', ')})`;
  switch (reason) {
    case 'guardrail':
      return refusedWords(decision, gone, where);
    case 'policy':
      return `${what}: ${drawnWords(decision, gone)}${piecesWords(decision)}`;
    case 'fallback':
      return `${what}: every variant is beyond a limit of the goal, and this is the fallback`;
    case 'holdout':
      return `${what}: the person is in the holdout`;
    case 'pinned':
      return `${what}: it was asked for by name`;
    default:
      return what;
  }
}
