import type { Command } from 'commander';
import type { Report } from '../http/report-answer.ts';
import type { ServerOptions } from '../programme-server.ts';
import { ProgrammeServer } from '../programme-server.ts';
import { told } from './told.ts';

export interface ReportOptions extends ServerOptions {
  json?: boolean | undefined;
}

/** @throws SettingsError where the server cannot be asked, or knows no such programme */
export async function report(
  id: string,
  { options, print }: { options: ReportOptions; print: (text: string) => void },
): Promise<void> {
  const known = await new ProgrammeServer(options, id, 'read').ask<Report>('GET', '/report');
  print(options.json ? `${JSON.stringify(known, null, 2)}\n` : told(known));
}

/** Adds `report` to the program. */
export function addReport(root: Command, print: (text: string) => void): void {
  root
    .command('report')
    .description('show how a programme is doing; Pickwell has to be running')
    .argument('<programme>', 'its id')
    .option('--url <url>', 'where Pickwell answers', 'http://127.0.0.1:8787')
    .option('--key <key>', 'a key that may read; absent: PICKWELL_ADMIN_KEY', process.env.PICKWELL_ADMIN_KEY)
    .option('--json', 'print it for a program to read')
    .action((id: string, options: ReportOptions) => report(id, { options, print }));
}
