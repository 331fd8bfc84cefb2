import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import type { Programme } from '../../core/domain/programme.ts';
import { readSendLog } from '../../core/learn/send-log.ts';
import { optionsOf } from '../../core/policies/policy.ts';
import type { ServerOptions } from '../programme-server.ts';
import { ProgrammeServer } from '../programme-server.ts';
import { SettingsError } from '../settings.ts';
import type { Fields } from './read-log.ts';
import { readLog } from './read-log.ts';
import { badLines, told } from './told.ts';

export interface WarmStart extends Fields, ServerOptions {
  dryRun?: boolean | undefined;
}

/** @throws SettingsError for a file, a server or a programme that cannot be used, and for a log that says nothing. */
export async function warmStart(
  id: string,
  file: string,
  { options, now, print }: { options: WarmStart; now: number; print: (text: string) => void },
): Promise<void> {
  const size = statSync(file, { throwIfNoEntry: false })?.size;
  if (size === undefined) throw new SettingsError(`${file}: no such file`);
  const server = new ProgrammeServer(options, id, 'read and write');
  const programme = await server.ask<Programme>('GET');
  // drawn where somebody watches only
  const bar = new SingleBar({ format: '{bar} {percentage} % of the log', clearOnComplete: true });
  bar.start(size, 0);
  const { sends, bad } = await readLog(file, programme, {
    fields: options,
    taken: (bytes) => bar.increment(bytes),
  });
  bar.stop();
  const reading = readSendLog(programme, optionsOf(programme, programme.variants), sends);
  print(badLines(bad) + told(reading));
  if (reading.refused) throw new SettingsError('Nothing was changed.');
  if (options.dryRun) return print('\nNothing was changed. Leave out --dry-run to begin with this.\n');
  const priorLog = { source: basename(file), at: new Date(now).toISOString(), options: reading.prior };
  const { version } = await server.ask<Programme>('PUT', '', {
    headers: { 'if-match': `"${programme.version}"` },
    body: JSON.stringify({ ...programme, policy: { ...programme.policy, priorLog } }),
  });
  print(
    `\n${id} begins with this from version ${version} on. Next: pickwell report ${id} says how far it still goes by it.\n`,
  );
}

/** Adds `warm-start` to the program. */
export function addWarmStart(root: Command, print: (text: string) => void): void {
  root
    .command('warm-start')
    .description('let a programme begin with what a send log says; Pickwell has to be running')
    .argument('<programme>', 'its id')
    .argument(
      '<log>',
      'a table (.csv), or one JSON object a line: action, reward, propensity and context where known',
    )
    .option('--url <url>', 'where Pickwell answers', 'http://127.0.0.1:8787')
    .option(
      '--key <key>',
      'a key that may read and write; absent: PICKWELL_ADMIN_KEY',
      process.env.PICKWELL_ADMIN_KEY,
    )
    .option('--action <name>', 'field with the option that was sent', 'action')
    .option('--reward <name>', 'field with what came of it, as the goal counts it', 'reward')
    .option('--propensity <name>', 'field with how likely it was sent', 'propensity')
    .option(
      '--context <name>',
      'field with the features that were known; of a table, what stands before the names of columns',
      'context',
    )
    .option('--dry-run', 'say what it says and change nothing')
    .action((id: string, file: string, options: WarmStart) =>
      warmStart(id, file, { options, now: Date.now(), print }),
    );
}
