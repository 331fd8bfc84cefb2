import { Command, InvalidArgumentError } from 'commander';
import { play } from './play.ts';
import { Stage } from './stage.ts';

const LEAST_PEOPLE = 500;

function whole(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`a whole number from ${least}`);
  };
}

/** Plays the campaign and returns the exit code. Nothing stays behind, however it ends. */
async function run(options: { seed: number; people: number }): Promise<number> {
  const stage = await Stage.open();
  process.once('exit', () => stage.abandon());
  const end = (): never => process.exit(130);
  process.once('SIGINT', end).once('SIGTERM', end);
  try {
    return await play(stage, options);
  } catch (error) {
    const said = stage.server.lastWords();
    process.stderr.write(`\n${(error as Error).stack}\n${said && `The server said:\n${said}\n`}`);
    return 1;
  } finally {
    await stage.close();
  }
}

const command = new Command('demo')
  .description('a whole campaign in a minute, over HTTP, against a server of its own; every count is checked')
  .option('--seed <number>', 'people and what they do', whole(0), 20_261_122)
  .option(
    '--people <number>',
    'below 10,000 the best variant may lose by chance',
    whole(LEAST_PEOPLE),
    20_000,
  )
  .action(async (options: { seed: number; people: number }) => {
    process.exitCode = await run(options);
  });
await command.parseAsync();
