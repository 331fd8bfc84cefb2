import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import Table from 'cli-table3';
import { measureCore } from './core.ts';
import { measureRules } from './core-rules.ts';
import { closedLoop, CONNECTIONS, hasWrk, openLoop } from './load.ts';
import type { Measured } from './load.ts';
import type { Kind, Ready } from './server.ts';
import { median, spread } from './statistics.ts';
import { shown } from './timed.ts';

const KINDS: readonly Kind[] = ['bare', 'bare-json', 'memory', 'sqlite'];
/** Share of the bare server's requests per second that is asked of each store. */
const TARGET: Partial<Record<Kind, number>> = { memory: 0.6, sqlite: 0.35 };
const P99_TARGET_MS = 50;
const CORE_TARGET_US = 20;
const RULES_TARGET_US = 100;

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, seconds: { type: 'string', default: '4' } },
});
const ROUNDS = Number(values.rounds);
const SECONDS = Number(values.seconds);
const WARM_UP = 2;
/** How Node is started with the program (package.json, Dockerfile). */
const AS_STARTED = ['--max-semi-space-size=8'];

/** An answer of Pickwell, for the bare servers to repeat. */
const ANSWER = JSON.stringify({
  decision_id: 'dec_01M80VBPFKXWAR63RNTC3FCZ8N',
  programme: 'welcome',
  programme_version: 6,
  action: 'send',
  variant: 'three-things',
  channel: 'email',
  send_at: '2026-11-22T05:23:44.755Z',
  content: {
    subject: 'Three things to try first',
    preheader: 'Most people start with one of these.',
    body: '<p>Most people start with one of these.</p>',
    cta: 'Show me',
  },
  reason: 'policy',
  rung: 'full',
  link: 'did=dec_01M80VBPFKXWAR63RNTC3FCZ8N',
  decision_recorded: true,
});

interface Serving extends Ready {
  /** CPU time of the server so far, all threads, in microseconds. */
  cpu(): Promise<number>;
}

/** Runs a server of its own for every measurement, on an empty folder. */
async function withServer<T>(kind: Kind, work: (server: Serving) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'pickwell-bench-'));
  const execArgv = kind.startsWith('bare') ? [] : AS_STARTED;
  const child = fork(new URL('server.ts', import.meta.url), [kind, folder, ANSWER], { execArgv });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const message = <M>(): Promise<M> =>
    new Promise((resolve) => child.once('message', (m) => resolve(m as M)));
  const cpu = (): Promise<number> => {
    const answer = message<number>();
    child.send('cpu');
    return answer;
  };
  try {
    return await work({ ...(await message<Ready>()), cpu });
  } finally {
    child.kill('SIGTERM');
    await exited;
    rmSync(folder, { recursive: true, force: true });
  }
}

async function rowsPerFlush(port: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const value = (name: string): number =>
    Number(new RegExp(`^pickwell_batch_size_${name} (\\S+)`, 'm').exec(text)?.[1]);
  return value('sum') / value('count');
}

interface Round extends Measured {
  /** CPU time of the server per request, all threads, in microseconds. */
  cpuUs: number;
  rowsPerFlush?: number;
}

/** One warm-up and one measured run against a fresh server. */
function round(kind: Kind, number: number): Promise<Round> {
  return withServer(kind, async (server) => {
    // longer than the run itself: in the first 50,000 requests the compiler takes as much time as a thread
    await closedLoop({ ...server, seconds: WARM_UP * SECONDS, round: `w${number}` });
    const before = await server.cpu();
    const measured = await closedLoop({ ...server, seconds: SECONDS, round: `r${number}` });
    const cpuUs = ((await server.cpu()) - before) / (measured.rps * SECONDS);
    if (kind.startsWith('bare')) return { ...measured, cpuUs };
    return { ...measured, cpuUs, rowsPerFlush: await rowsPerFlush(server.port) };
  });
}

async function measureAll(): Promise<Record<Kind, Round[]>> {
  const rounds: Record<Kind, Round[]> = { bare: [], 'bare-json': [], memory: [], sqlite: [] };
  const bar = new SingleBar({ format: ' {bar} {value}/{total} {what}' });
  bar.start(ROUNDS * KINDS.length, 0, { what: '' });
  for (let number = 0; number < ROUNDS; number++) {
    for (const kind of KINDS) {
      bar.update({ what: kind });
      rounds[kind].push(await round(kind, number));
      bar.increment();
    }
  }
  bar.stop();
  return rounds;
}

const fixed = (x: number, digits = 0): string => x.toFixed(digits);

const rounds = await measureAll();
const bare = rounds.bare.map(({ rps }) => rps);
const rates = KINDS.map((kind) => {
  const rps = rounds[kind].map((measured) => measured.rps);
  const ratios = rps.map((own, i) => own / bare[i]!);
  const flushes = rounds[kind].flatMap((measured) => measured.rowsPerFlush ?? []);
  return {
    kind,
    rps: median(rps),
    spread: spread(rps),
    ratio: median(ratios),
    ratioSpread: spread(ratios),
    target: TARGET[kind],
    cpuUs: median(rounds[kind].map((measured) => measured.cpuUs)),
    rowsPerFlush: flushes.length > 0 ? median(flushes) : undefined,
    failed: rounds[kind].reduce((sum, { failed }) => sum + failed, 0),
  };
});
const half = rates.find(({ kind }) => kind === 'sqlite')!.rps / 2;
const open = await withServer('sqlite', async (ready) => {
  await openLoop({ ...ready, seconds: 2, round: 'ow' }, half);
  return openLoop({ ...ready, seconds: 2 * SECONDS, round: 'o' }, half);
});
const core = measureCore(10);
const rules = measureRules();

const table = new Table({
  style: { head: [], border: [] },
  head: ['server', 'requests/s', 'spread', 'ratio', 'spread', 'asked', 'CPU us', 'rows/flush', 'failed'],
});
for (const row of rates) {
  table.push([
    row.kind,
    fixed(row.rps),
    row.spread.map((x) => fixed(x)).join('-'),
    fixed(row.ratio, 2),
    row.ratioSpread.map((x) => fixed(x, 2)).join('-'),
    row.target === undefined ? '' : `>= ${row.target}`,
    fixed(row.cpuUs),
    row.rowsPerFlush === undefined ? '' : fixed(row.rowsPerFlush, 1),
    row.failed,
  ]);
}
const generator = hasWrk
  ? 'wrk'
  : 'autocannon (wrk is not installed; it leaves more of the machine to the server)';
process.stdout.write(
  `\n${CONNECTIONS} connections, ${ROUNDS} interleaved rounds of ${SECONDS} s, ${generator}\n`,
);
process.stdout.write(`${table.toString()}\n`);
process.stdout.write(
  [
    `Open loop at half of the SQLite rate (${fixed(half)}/s): p50 ${open.p50} ms, p99 ${open.p99} ms (asked < ${P99_TARGET_MS})`,
    'Core alone, normalised by a loop that tells how fast the machine is, then as measured:',
    `10 variants, a decision: ${shown(core.decision)} (asked < ${CORE_TARGET_US})`,
    `10 variants, probabilities of a new set of options, once for each model: ${shown(core.probabilities)}`,
    `50 options, 20 features, 10 guardrails, a decision: ${shown(rules.earned)} (asked < ${RULES_TARGET_US})`,
    `of it guardrails: ${shown(rules.guardrails)}`,
    `the same where auto learns from the features, each context a new one: ${shown(rules.inContext)} (asked < ${RULES_TARGET_US})`,
    '',
  ].join('\n'),
);
const results = {
  node: process.version,
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  generator,
  rates,
  open,
  core,
  rules,
};
writeFileSync(new URL('results.json', import.meta.url), `${JSON.stringify(results, null, 2)}\n`);
process.stdout.write('\nWritten to bench/results.json. How to read it: docs/performance.md\n');
process.exit(0);
