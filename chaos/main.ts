import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { rngFromNumber } from '../core/maths/xoshiro.ts';
import { ownPostgres } from '../test/support/own-postgres.ts';
import { lacks, redisServer } from '../test/support/redis-server.ts';
import { reportOf } from './report.ts';
import { clocks, jump } from './scenarios/clocks.ts';
import { fullDisk, smallDisk } from './scenarios/full-disk.ts';
import { load } from './scenarios/load.ts';
import { manyCopies } from './scenarios/many-copies.ts';
import { oneCopy } from './scenarios/one-copy.ts';
import { withRedis } from './scenarios/redis.ts';
import type { Scenario } from './scenarios/scenario.ts';
import { Stage } from './stage.ts';

interface Options {
  smoke: boolean;
  seed: number;
  only?: string;
  copies?: number;
}

interface Act {
  title: string;
  scenarios: readonly Scenario[];
  /** Undefined where this machine lacks something. */
  open(): Promise<Opened | undefined>;
}

interface Opened {
  stage: Stage;
  close: () => Promise<void>;
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** Where what an act stands on must be had; elsewhere it is left out, and said so. */
const required = process.env.PICKWELL_REQUIRE_SERVICES === '1';

function single({ seed, smoke }: Options): Act {
  const open = async (): Promise<Opened> => {
    const stage = await Stage.open({ copies: 1, seed, smoke });
    return { stage, close: () => stage.close() };
  };
  return { title: 'one copy on SQLite', scenarios: [...load, ...oneCopy, jump], open };
}

function onSmallDisk({ seed, smoke }: Options): Act {
  const open = async (): Promise<Opened | undefined> => {
    const folder = mkdtempSync(join(tmpdir(), 'pickwell-chaos-disk-'));
    const disk = smallDisk(folder);
    if (!disk) return undefined;
    const stage = await Stage.open({ copies: 1, seed, smoke, folder });
    return { stage, close: () => stage.close().then(() => disk.remove()) };
  };
  return { title: 'one copy on SQLite, on a small disk', scenarios: fullDisk, open };
}

function onDatabase(copies: number, { seed, smoke }: Options): Act {
  const open = async (): Promise<Opened | undefined> => {
    if (lacks('binary')) return undefined;
    const [database, redis] = [await ownPostgres(), await redisServer()];
    const stage = await Stage.open({ copies, database, redis, seed, smoke });
    const close = async (): Promise<void> => {
      await stage.close();
      await Promise.all([database.remove(), redis.stop()]);
    };
    return { stage, close };
  };
  const scenarios = [...manyCopies, ...withRedis, ...clocks];
  return { title: `${copies} copies on PostgreSQL and Redis`, scenarios, open };
}

function acts(options: Options): Act[] {
  const { copies, smoke } = options;
  if (copies !== undefined && copies > 1) return [onDatabase(copies, options)];
  const alone = [single(options), onSmallDisk(options)];
  if (copies === 1) return alone;
  return [...alone, onDatabase(2, options), ...(smoke ? [] : [onDatabase(4, options)])];
}

function copiesIn(text: string): number {
  const copies = Number(text);
  if (Number.isInteger(copies) && copies >= 1 && copies <= 8) return copies;
  throw new InvalidArgumentError('expected a whole number from 1 to 8');
}

const nothing = (): Promise<void> => Promise.resolve();
/** Ends what is running, also when somebody loses patience. */
let cleanUp: () => Promise<void> = nothing;

async function play(act: Act, options: Options): Promise<boolean> {
  const scenarios = act.scenarios.filter(({ id, wholeOnly = false }) =>
    options.only === undefined ? !(wholeOnly && options.smoke) : id.split(' ').includes(options.only),
  );
  if (scenarios.length === 0) return true;
  say(`\n${act.title}`);
  const opened = await act.open();
  if (!opened) {
    say('  LEFT OUT: this machine lacks what it stands on');
    return !required;
  }
  const { stage } = opened;
  cleanUp = opened.close;
  try {
    const how = { rng: rngFromNumber(options.seed), smoke: options.smoke };
    for (const scenario of scenarios) {
      const begun = performance.now();
      await scenario.run(stage, how);
      say(
        `  ${scenario.id.padEnd(6)} ${scenario.title} (${Math.round((performance.now() - begun) / 1000)} s)`,
      );
    }
    const checks = await stage.judge();
    say(reportOf(stage.history, checks));
    const held = checks.every(({ wrong }) => wrong.length === 0);
    if (!held) for (const copy of stage.copies) say(`\n${copy.base} said:\n${copy.lastWords()}`);
    return held;
  } finally {
    cleanUp = nothing;
    await opened.close();
  }
}

async function run(options: Options): Promise<void> {
  const abandon = (): void => void cleanUp().finally(() => process.exit(130));
  process.once('SIGINT', abandon).once('SIGTERM', abandon);
  let held = true;
  for (const act of acts(options)) held = (await play(act, options)) && held;
  say(held ? '\nEverything held.' : '\nSomething did not hold: the lines above say what.');
  process.exitCode = held ? 0 : 1;
}

const command = new Command('chaos')
  .description('breaks what a real installation stands on, under load, and checks every promise afterwards')
  .option('--smoke', 'the short form', false)
  .option('--seed <number>', 'of callers and faults', Number, 20_261_122)
  .option('--only <id>', 'one scenario by its id')
  .option('--copies <number>', 'so many copies only: 1 on SQLite, more on PostgreSQL and Redis', copiesIn)
  .action(run);
await command.parseAsync();
process.exit();
