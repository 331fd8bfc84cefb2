import type { LogReading } from '../../core/learn/send-log.ts';
import { aligned } from '../aligned.ts';
import type { BadLine } from './read-log.ts';

/** Lines that are told one by one. */
const MOST_BAD = 10;

const whole = (n: number): string => Math.round(n).toLocaleString('en');

/** The lines that were left out. */
export function badLines(bad: readonly BadLine[]): string {
  if (bad.length === 0) return '';
  const some = bad.slice(0, MOST_BAD).map(({ line, problem }) => `  line ${line}: ${problem}\n`);
  const more = bad.length > MOST_BAD ? `  and ${whole(bad.length - MOST_BAD)} more\n` : '';
  const left = bad.length === 1 ? '1 line is' : `${whole(bad.length)} lines are`;
  return `${left} left out:\n${some.join('')}${more}\n`;
}

/** What a log says, and what it does not. */
export function told({ sends, options, guessed, clipped, refused }: LogReading): string {
  const rows = options.map(({ option, sends: own, effective, mean, unknown }) => [
    option,
    whole(own),
    whole(effective),
    unknown ? '' : mean.toPrecision(3),
    unknown ? `nothing: ${unknown}` : 'what it earns on average',
  ]);
  const notes = [
    guessed
      ? "Not every line has a propensity: those are taken from how often each option was sent in the same context (by the programme's declared features, numbers cut in the middle). Whatever else decided what was sent to whom is not corrected."
      : 'Every line has its propensity: what was sent to whom is corrected for.',
    ...(clipped > 0
      ? [
          `${whole(clipped)} sends were less likely than 2 % and count as if they had been as likely: their options are a little off.`,
        ]
      : []),
    'It says what options earned then, on average. It does not say what suits whom, nor that it is still so: the programme finds out, and goes by the log as far as its own outcomes bear it out.',
  ];
  const head = ['option', 'sends', 'count as', 'reward', 'what may be concluded'];
  const verdict = refused ? `\nRefused: ${refused}.\n` : '';
  return `${whole(sends)} sends\n\n${aligned(head, rows, { indent: '  ', words: true })}\n${notes.map((note) => `${note}\n`).join('')}${verdict}`;
}
