import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import { allJobs } from './jobs.ts';
import type { Measurements } from './report.ts';
import { regretChart } from './chart.ts';
import { markdown, withTables } from './markdown.ts';
import { report } from './report.ts';
import { costs, printCosts } from './perf.ts';
import { runQuick } from './quick.ts';
import type { Answer, Ask } from './worker.ts';
import { dataFolder } from './worlds/public-data.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '30' },
    from: { type: 'string', default: '0' },
    workers: { type: 'string', default: String(Math.max(1, cpus().length)) },
    only: { type: 'string', default: '' },
    quick: { type: 'boolean', default: false },
    perf: { type: 'boolean', default: false },
  },
});

const DOCS = new URL('../../docs/', import.meta.url);
const RESULTS = new URL('../results/learn.json', import.meta.url);

/** Asks one worker after another until nothing is left; resolves when it has answered last. */
function serve(child: ChildProcess, queue: Ask[], take: (answer: Answer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const next = (): void => {
      const ask = queue.shift();
      if (ask) child.send(ask);
      else {
        child.disconnect();
        resolve();
      }
    };
    child.on('message', (answer: Answer) => {
      take(answer);
      next();
    });
    child.on('error', reject);
    child.on('exit', (code) => (code ? reject(new Error(`a worker ended with ${code}`)) : undefined));
    next();
  });
}

async function measure(): Promise<Measurements> {
  const jobs = allJobs();
  const chosen = jobs.flatMap(({ world, policy }, job) =>
    new RegExp(values.only).test(`${world} | ${policy}`) ? [job] : [],
  );
  const [from, seeds] = [Number(values.from), Number(values.seeds)];
  const queue = chosen.flatMap((job) => Array.from({ length: seeds }, (_, i) => ({ job, seed: from + i })));
  const bar = new SingleBar({ format: ' {bar} {value}/{total} {what} {eta_formatted}' });
  bar.start(queue.length, 0, { what: '' });
  const found = new Map(chosen.map((job) => [job, new Array<number>(seeds)]));
  const take = ({ job, seed, value }: Answer): void => {
    found.get(job)![seed - from] = value;
    bar.increment(1, { what: `${jobs[job]!.world} | ${jobs[job]!.policy}` });
  };
  const children = Array.from({ length: Number(values.workers) }, () =>
    fork(new URL('worker.ts', import.meta.url)),
  );
  await Promise.all(children.map((child) => serve(child, queue, take)));
  bar.stop();
  const name = `${from}-${from + seeds - 1}`;
  return {
    [name]: chosen.map((job) => ({
      world: jobs[job]!.world,
      policy: jobs[job]!.policy,
      values: found.get(job)!,
    })),
  };
}

/** New measurements beside those of earlier runs: same seeds, world and policy are replaced. */
function merged(before: Measurements, now: Measurements): Measurements {
  const all = { ...before };
  for (const [name, rows] of Object.entries(now)) {
    const isNew = ({ world, policy }: { world: string; policy: string }): boolean =>
      rows.some((row) => row.world === world && row.policy === policy);
    all[name] = [...(before[name] ?? []).filter((row) => !isNew(row)), ...rows];
  }
  return all;
}

mkdirSync(new URL('.', RESULTS), { recursive: true });
/** Chart and tables of docs/learning.md. */
function publish(all: Measurements): void {
  const page = new URL('learning.md', DOCS);
  writeFileSync(page, withTables(readFileSync(page, 'utf8'), markdown(all)));
  const main = all['0-29'];
  if (main) writeFileSync(new URL('learning.svg', DOCS), regretChart(main));
}

if (values.quick) {
  process.exitCode = runQuick() ? 0 : 1;
} else if (values.perf) {
  const measured = costs();
  printCosts(measured);
  writeFileSync(new URL('learn-costs.json', RESULTS), `${JSON.stringify(measured, null, 2)}\n`);
} else {
  if (!existsSync(dataFolder())) {
    process.stdout.write(
      `No public data in ${dataFolder()}: R2, R2ctr and R3 are left out (PICKWELL_BENCH_DATA).\n`,
    );
  }
  const before = existsSync(RESULTS) ? (JSON.parse(readFileSync(RESULTS, 'utf8')) as Measurements) : {};
  const all = Number(values.seeds) > 0 ? merged(before, await measure()) : before;
  writeFileSync(RESULTS, `${JSON.stringify(all)}\n`);
  publish(all);
  process.stdout.write(report(all));
}
