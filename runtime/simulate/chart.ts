import type { Simulated, Wave } from './simulate.ts';
import { percent } from './world.ts';

const WIDTH = 40;
/** Blocks of an eighth to seven eighths of a column. */
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

function bar(share: number): string {
  const eighths = Math.round(share * WIDTH * 8);
  return '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8]!;
}

const grouped = (n: number): string => Math.round(n).toLocaleString('en');

function row({ people, share }: Wave, i: number): string {
  const text = `${String(i + 1).padStart(4)} ${grouped(people).padStart(10)}  ${bar(share).padEnd(WIDTH)}`;
  return `${text} ${String(Math.round(100 * share)).padStart(3)} %`;
}

/** Number of the first wave from which on most people got the best option; 0 when there is none. */
export function mostFrom(waves: readonly Wave[]): number {
  const last = waves.findLastIndex(({ share }) => share <= 0.5);
  return last === waves.length - 1 ? 0 : last + 2;
}

function verdict(waves: readonly Wave[]): string {
  const first = mostFrom(waves);
  const all = grouped(waves.at(-1)!.people);
  if (first === 0)
    return `The best option never came to have most of the traffic: ${all} people are too few for it.`;
  if (first === 1) return 'The best option had most of the traffic from the first wave on.';
  const before = grouped(waves[first - 2]!.people);
  return `The best option had most of the traffic from wave ${first} on, after ${before} of ${all} people.`;
}

/** What came of a simulation, for a terminal. */
export function chartOf({ truth, signal, waves, expected, even, decided }: Simulated): string {
  const lines = [
    'Planted:',
    ...truth.map((line) => `  ${line}`),
    '',
    'wave     people  share that got the best option for them',
    ...waves.map(row),
    '',
    verdict(waves),
    `${signal}: ${grouped(expected)} expected of the ${grouped(decided)} people the policy decided for; ` +
      `${grouped(even)} had every option been sent to equally many (${percent(expected / even - 1)} more).`,
  ];
  return `${lines.join('\n')}\n`;
}
