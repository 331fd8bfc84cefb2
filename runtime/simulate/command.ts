import { readFileSync } from 'node:fs';
import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { Programme } from '../../core/domain/programme.ts';
import { programmeSchema, toProgramme } from '../programmes/schema.ts';
import { SettingsError } from '../settings.ts';
import { chartOf } from './chart.ts';
import type { Simulation } from './simulate.ts';
import { simulate } from './simulate.ts';

/** @throws SettingsError naming the file, or every field of it that cannot be used. */
function programmeIn(file: string): Programme {
  let input: unknown;
  try {
    input = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new SettingsError(`${file}: ${(error as Error).message}`);
  }
  const { data, error } = programmeSchema.safeParse(input);
  if (data) return toProgramme(data);
  const issues = error.issues.map(({ path, message }) => `  ${path.join('.') || 'programme'}: ${message}`);
  throw new SettingsError(`${file} is no programme:\n${issues.join('\n')}`);
}

const numberIn =
  (expected: string, fits: (n: number) => boolean) =>
  (text: string): number => {
    const number = text.trim() === '' ? NaN : Number(text);
    if (!Number.isFinite(number) || !fits(number)) throw new InvalidArgumentError(`expected ${expected}`);
    return number;
  };

const whole = (from: number, to: number): ((text: string) => number) =>
  numberIn(`a whole number from ${from} to ${to}`, (n) => Number.isInteger(n) && n >= from && n <= to);

async function run(file: string, options: Simulation, print: (text: string) => void): Promise<void> {
  const programme = programmeIn(file);
  if (options.baseRate * (1 + options.effect) > 1) {
    throw new SettingsError('--effect: base rate x (1 + effect) is at most 1');
  }
  if (options.waves > options.audience)
    throw new SettingsError('--waves: at most one for each of the audience');
  // drawn where somebody watches only
  const bar = new SingleBar({ format: '{bar} {value} of {total} people', clearOnComplete: true });
  bar.start(options.audience, 0);
  const simulated = await simulate(programme, options, (people) => bar.increment(people));
  bar.stop();
  print(chartOf(simulated));
}

/** Adds `simulate` to the program. */
export function addSimulate(root: Command, print: (text: string) => void): void {
  root
    .command('simulate')
    .description(
      'show how traffic would shift on a made-up audience; nothing is sent, guardrails are left out',
    )
    .argument('<programme.json>', 'a programme, as it is saved')
    .option('--audience <people>', 'how many people', whole(1, 10_000_000), 10_000)
    .option(
      '--base-rate <share>',
      'how likely the goal is after any option but the best',
      numberIn('a share above 0 and below 1, such as 0.03', (n) => n > 0 && n < 1),
      0.03,
    )
    .option(
      '--effect <share>',
      'how much likelier after the best, 0.3 for 30 %',
      numberIn('0 or more, such as 0.3', (n) => n >= 0),
      0.3,
    )
    .option('--waves <waves>', 'into how many sends the audience is divided', whole(1, 1_000), 20)
    .option('--seed <seed>', 'equal seeds have equal results', whole(0, 2 ** 31), 1)
    .action((file: string, options: Simulation) => run(file, options, print));
}
