import { readFileSync } from 'node:fs';
import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { Programme } from '../../core/domain/programme.ts';
import { programmeSchema, toProgramme } from '../programmes/schema.ts';
import { ruleErrors, templateErrors } from '../programmes/texts.ts';
import { SettingsError } from '../settings.ts';
import { chartOf } from './chart.ts';
import { leftOut } from './left-out.ts';
import { nextStep } from './next-step.ts';
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
  const issues = data
    ? [...templateErrors(data), ...ruleErrors(data)]
    : error.issues.map(({ path, message }) => ({ path: path.join('.') || 'programme', message }));
  if (data && issues.length === 0) return toProgramme(data);
  const lines = issues.map(({ path, message }) => `  ${path}: ${message}`);
  throw new SettingsError(`${file} cannot be saved as a programme:\n${lines.join('\n')}`);
}

/** A number, or a share as so many percent. */
function numberOf(text: string): number {
  const [, percent] = /^\s*([\d.]+)\s*%\s*$/.exec(text) ?? [];
  if (percent !== undefined) return Number(percent) / 100;
  return text.trim() === '' ? NaN : Number(text);
}

const numberIn =
  (expected: string, fits: (n: number) => boolean) =>
  (text: string): number => {
    const number = numberOf(text);
    if (!Number.isFinite(number) || !fits(number)) throw new InvalidArgumentError(`expected ${expected}`);
    return number;
  };

const whole = (from: number, to: number): ((text: string) => number) =>
  numberIn(`a whole number from ${from} to ${to}`, (n) => Number.isInteger(n) && n >= from && n <= to);

interface Options extends Simulation {
  json?: boolean;
}

function run(file: string, { json, ...options }: Options, print: (text: string) => void): void {
  const programme = programmeIn(file);
  const { baseRate, effect, waves, audience, runs } = options;
  if (baseRate * (1 + effect) > 1) {
    const most = Math.floor((100 * (1 - baseRate)) / baseRate) / 100;
    throw new SettingsError(
      `--effect: base rate x (1 + effect) is at most 1, so ${most} at a base rate of ${baseRate}`,
    );
  }
  if (waves > audience) throw new SettingsError('--waves: at most one for each of the audience');
  // on stderr, and where somebody watches only
  const bar = new SingleBar({ format: '{bar} {percentage} % of {runs} runs', clearOnComplete: true });
  bar.start(audience * runs, 0, { runs });
  const simulated = simulate(programme, options, (people) => bar.increment(people));
  bar.stop();
  const told = {
    leftOut: leftOut(programme, simulated.signal),
    next: nextStep(programme, file, options, simulated),
  };
  if (json)
    print(`${JSON.stringify({ programme: programme.id, ...options, ...simulated, ...told }, null, 2)}\n`);
  else print(chartOf(simulated, told));
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
      numberIn('a share above 0 and below 1, such as 0.03 or 3%', (n) => n > 0 && n < 1),
      0.03,
    )
    .option(
      '--effect <share>',
      'how much likelier after the best, 0.3 for 30 %',
      numberIn('0 or more, such as 0.3 or 30%', (n) => n >= 0),
      0.3,
    )
    .option('--waves <waves>', 'into how many sends the audience is divided', whole(1, 1_000), 20)
    .option('--runs <runs>', 'how often it is repeated with other luck', whole(1, 1_000), 10)
    .option('--seed <seed>', 'equal seeds have equal results', whole(0, 2 ** 31), 1)
    .option('--json', 'print it for a program to read')
    .action((file: string, options: Options) => run(file, options, print));
}
