import type { Contender } from '../../domain/decision.ts';
import type { ProgrammeId } from '../../domain/programme.ts';
import { inOrder } from '../arbitrate.ts';
import { round, roundedUp } from './words.ts';

/** What a programme lacked that wanted the same send and was not asked, because one with a higher score sent. */
export interface Outscored {
  programme: ProgrammeId;
  score: number;
  /** How far that is below the score of the programme that sent; 0 where something else decided. */
  short: number;
  /** With a score so much higher it would have been asked before that one, to three digits. */
  by: number;
  text: string;
}

/** Where scores are equal: a little more, of the score and at least, in what the score is counted in. */
const MORE = { share: 1e-3, least: 1e-6 };
/** A step further, where what is missing is told exactly by three digits and makes the two equal. */
const STEP = 1.001;

/** What each programme lacked that was outscored, by putting all of them in order again with it. */
export function outscoredOf(contenders: readonly Contender[] = []): Outscored[] {
  const won = contenders.find(({ reason }) => reason === 'won');
  if (won?.score === undefined) return [];
  const { programme: winner, score: most } = won;
  return contenders.flatMap((one): Outscored[] => {
    const { programme, reason, score } = one;
    if (reason !== 'outscored' || score === undefined) return [];
    const short = most - score;
    const before = (by: number): boolean => {
      const order = inOrder(contenders.map((own) => (own === one ? { ...own, score: score + by } : own)));
      const at = (id: ProgrammeId): number => order.findIndex((own) => own.programme === id);
      return at(programme) < at(winner);
    };
    const least = roundedUp(short > 0 ? short : Math.max(MORE.least, MORE.share * score));
    const by = [least, roundedUp(STEP * least)].find(before);
    if (by === undefined) return [];
    const lacked =
      short > 0 ? `${round(score)} was ${round(short)} short of ${round(most)}` : `both had ${round(score)}`;
    const text = `${programme} would have been asked before ${winner} with a score ${by} higher: ${lacked}`;
    return [{ programme, score, short, by, text }];
  });
}
