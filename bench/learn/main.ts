import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import type { AllBiases } from './bias/table.ts';
import { biasesOf, shownBiases } from './bias/table.ts';
import { WORLDS } from './bias/worlds.ts';
import type { Job } from './jobs.ts';
import { allJobs } from './jobs.ts';
import type { Measured, Measurements } from './report.ts';
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
    bias: { type: 'boolean', default: false },
  },
});

const DOCS = new URL('../../docs/', import.meta.url);
const RESULTS = new URL('../results/learn.json', import.meta.url);
const BIASES = new URL('learn-bias.json', RESULTS);

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

/** Measures what was chosen; `done` is told of each world and policy when all of its seeds were played. */
async function measure(jobs: readonly Job[], done: (seeds: string, row: Measured) => void): Promise<void> {
  const chosen = jobs.flatMap((own, job) => (new RegExp(values.only).test(nameOf(own)) ? [job] : []));
  const [from, seeds] = [Number(values.from), Number(values.seeds)];
  const queue = chosen.flatMap((job) => Array.from({ length: seeds }, (_, i) => ({ job, seed: from + i })));
  const bar = new SingleBar({ format: ' {bar} {value}/{total} {what} {eta_formatted}' });
  bar.start(queue.length, 0, { what: '' });
  const found = new Map(chosen.map((job) => [job, new Map<number, number>()]));
  const take = ({ job, seed, value }: Answer): void => {
    const { world, policy } = jobs[job]!;
    const own = found.get(job)!.set(seed, value);
    if (own.size === seeds) {
      const all = Array.from({ length: seeds }, (_, i) => own.get(from + i)!);
      done(`${from}-${from + seeds - 1}`, { world, policy, values: all });
    }
    bar.increment(1, { what: nameOf({ world, policy }) });
  };
  const children = Array.from({ length: Number(values.workers) }, () =>
    fork(new URL('worker.ts', import.meta.url)),
  );
  await Promise.all(children.map((child) => serve(child, queue, take)));
  bar.stop();
}

const nameOf = ({ world, policy }: { world: string; policy: string }): string => `${world} | ${policy}`;

/** With one row more, or measured anew; rows in the order of the jobs. */
function withRow(all: Measurements, { seeds, row, order }: NewRow): Measurements {
  const others = (all[seeds] ?? []).filter((own) => nameOf(own) !== nameOf(row));
  const place = (own: Measured): number => order.indexOf(nameOf(own));
  return { ...all, [seeds]: [...others, row].sort((one, other) => place(one) - place(other)) };
}

interface NewRow {
  seeds: string;
  row: Measured;
  order: readonly string[];
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
} else if (values.bias) {
  let all = existsSync(BIASES) ? (JSON.parse(readFileSync(BIASES, 'utf8')) as AllBiases) : {};
  for (const world of Object.keys(WORLDS).filter((name) => new RegExp(values.only).test(name))) {
    all = { ...all, [world]: biasesOf(world, Number(values.from), Number(values.seeds)) };
    writeFileSync(BIASES, `${JSON.stringify(all)}\n`);
  }
  process.stdout.write(shownBiases(all));
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
  let all = existsSync(RESULTS) ? (JSON.parse(readFileSync(RESULTS, 'utf8')) as Measurements) : {};
  if (Number(values.seeds) > 0) {
    // written row by row: whoever stops a long run keeps what it found
    const jobs = allJobs();
    await measure(jobs, (seeds, row) => {
      all = withRow(all, { seeds, row, order: jobs.map(nameOf) });
      writeFileSync(RESULTS, `${JSON.stringify(all)}\n`);
    });
  }
  publish(all);
  process.stdout.write(report(all));
}
