import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import Table from 'cli-table3';
import { hasWrk } from './load.ts';
import type { Tail } from './under-load/generators.ts';
import { closedLoop, CONNECTIONS, openLoop } from './under-load/generators.ts';
import { Databases } from './under-load/database.ts';
import { filled } from './under-load/filling.ts';
import type { Inserts } from './under-load/inserts.ts';
import { measureInserts } from './under-load/inserts.ts';
import { inFolder, KEY, withCopies } from './under-load/rig.ts';
import type { Place, Round } from './under-load/runs.ts';
import { CASES, oneRound, SHARE, summary } from './under-load/runs.ts';
import { soak } from './under-load/soak.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '2' },
    persons: { type: 'string', default: '1000000' },
    soak: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '10' },
  },
});
const [SECONDS, ROUNDS, PERSONS] = [Number(values.seconds), Number(values.rounds), Number(values.persons)];
const MINUTES = values.soak ? Number(values.minutes) : 0;
/** What was asked for. */
const ASKED = { insertRatio: 0.5, p99Ms: 100, rssMb: 400 };
/** Share of the people the store is filled with who were decided for: each has a person and an id. */
const DECIDED = 0.1;

const databases = await Databases.find();
const place: Place = (kind, work) =>
  kind === 'sqlite'
    ? inFolder((folder) => work({ kind, folder }))
    : databases!.empty((url) => work({ kind, url }));

async function measureRates(): Promise<{ name: string; copies: number; round: Round }[]> {
  const cases = CASES.filter(({ store }) => store !== 'postgres' || databases !== undefined);
  const rounds = cases.map((): Round[] => []);
  const bar = new SingleBar({ format: ' {bar} {value}/{total} {what}' });
  bar.start(ROUNDS * cases.length, 0, { what: '' });
  for (let number = 0; number < ROUNDS; number++) {
    for (const [i, own] of cases.entries()) {
      bar.update({ what: `${own.name} x ${own.copies}` });
      rounds[i]!.push(await oneRound(own, number, { seconds: SECONDS, place }));
      bar.increment();
    }
  }
  bar.stop();
  return cases.map(({ name, copies }, i) => ({ name, copies, round: summary(rounds[i]!) }));
}

interface Memory {
  persons: number;
  fillSeconds: number;
  /** MB: right after the start, and the most under load. */
  rss: { idle: number; loaded: number };
  open: Tail;
}

/** A serving copy on a store of many people: what it takes at rest and under load. */
async function measureMemory(rate: number): Promise<Memory> {
  return place('sqlite', async (store) => {
    const { persons, seconds } = await filled({ store, persons: PERSONS, decided: DECIDED });
    return withCopies(store, 1, async ([copy]) => {
      const idle = (await copy!.usage()).rss / 1e6;
      const load = { ports: [copy!.port], key: KEY, seconds: 2 * SECONDS };
      await closedLoop({ ...load, round: 'mw' });
      const open = await openLoop({ ...load, rate, round: 'm', connections: CONNECTIONS, seed: 2 });
      return { persons, fillSeconds: seconds, rss: { idle, loaded: (await copy!.usage()).rss / 1e6 }, open };
    });
  });
}

const fixed = (x: number, digits = 0): string => x.toFixed(digits);
const say = (text: string): void => void process.stdout.write(text);
const judged = (value: string, good: boolean, asked: string): string =>
  `${value} (asked ${asked}${good ? '' : ': MISSED'})`;

function ratesTable(rates: Awaited<ReturnType<typeof measureRates>>): string {
  const head = [
    'server',
    'copies',
    'most/s',
    'ratio',
    'CPU us',
    'open/s',
    'p50 ms',
    'p99',
    'p99.9',
    'RSS MB',
    'failed',
  ];
  const table = new Table({
    style: { head: [], border: [] },
    head,
    colAligns: head.map((_, i) => (i === 0 ? 'left' : 'right')),
  });
  const bare = rates[0]!.round.rps;
  for (const { name, copies, round } of rates) {
    const { open, rps, cpuUs, rss, failed } = round;
    const times = [open.p50, open.p99, open.p999].map((ms) => fixed(ms, 1));
    table.push([
      name,
      copies,
      fixed(rps),
      fixed(rps / bare, 2),
      fixed(cpuUs),
      fixed(open.rps),
      ...times,
      fixed(rss),
      failed,
    ]);
  }
  return table.toString();
}

function insertsLine({ bare, transact, ratio }: Inserts): string {
  const good = judged(fixed(ratio, 2), ratio >= ASKED.insertRatio, `>= ${ASKED.insertRatio}`);
  return `Batches of 64 on one connection: bare insert ${fixed(bare)} decisions/s, store.transact ${fixed(transact)}; ratio ${good}\n`;
}

function memoryLine({ persons, fillSeconds, rss }: Memory): string {
  const good = judged(`${fixed(rss.loaded)} MB`, rss.loaded < ASKED.rssMb, `< ${ASKED.rssMb}`);
  return `A copy on SQLite with ${persons} people (filled in ${fixed(fillSeconds)} s): ${fixed(rss.idle)} MB at rest, under load ${good}\n`;
}

const started = { at: new Date().toISOString(), loadavg: loadavg() };
const rates = await measureRates();
const served = rates.filter(({ name }) => !name.startsWith('bare'));
const inserts = databases && (await databases.empty((url) => measureInserts(url, SECONDS / 4)));
const most = rates.find(({ name }) => name === 'SQLite')!.round.rps;
const memory = PERSONS > 0 ? await measureMemory(SHARE * most) : undefined;
const soaked =
  MINUTES > 0
    ? await place('sqlite', (store) => withCopies(store, 1, ([copy]) => soak(copy!, SHARE * most, MINUTES)))
    : undefined;

const generator = hasWrk
  ? 'wrk'
  : 'autocannon (wrk is not installed; it leaves more of the machine to the server)';
say(
  `\n3 decisions to 1 event, ${CONNECTIONS} connections, ${ROUNDS} interleaved rounds of ${SECONDS} s; most/s by ${generator};\n`,
);
say(
  `times from an open loop at ${SHARE * 100} % of that, counted from when a request was due\n${ratesTable(rates)}\n`,
);
const worst = Math.max(...served.map(({ round }) => round.open.p99));
const tails = judged(`${fixed(worst, 1)} ms`, worst < ASKED.p99Ms, `< ${ASKED.p99Ms}`);
const bareP99 = fixed(rates[0]!.round.open.p99, 1);
say(`Worst p99 at ${SHARE * 100} %: ${tails}; bare node:http in the same run: ${bareP99} ms\n`);
if (inserts) say(insertsLine(inserts));
if (memory) say(memoryLine(memory));
if (soaked) {
  const { rss, rps, p50, p99, p999, failed } = soaked;
  say(
    `Soak, ${soaked.minutes} min at ${fixed(rps)}/s on SQLite: p50 ${fixed(p50, 1)}, p99 ${fixed(p99, 1)}, p99.9 ${fixed(p999, 1)} ms, `,
  );
  say(
    `${failed} failed; memory ${fixed(rss.first)} to ${fixed(rss.last)} MB, ${fixed(rss.slope, 2)} MB a minute\n`,
  );
}
const machine = {
  node: process.version,
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  postgres: await databases?.version(),
};
// how busy the machine was with anything else can be read off the load before the first run
const results = {
  started,
  machine,
  generator,
  seconds: SECONDS,
  rounds: ROUNDS,
  rates,
  inserts,
  memory,
  soak: soaked,
};
mkdirSync(new URL('results/', import.meta.url), { recursive: true });
writeFileSync(new URL('results/load.json', import.meta.url), `${JSON.stringify(results, null, 2)}\n`);
say('\nWritten to bench/results/load.json. How to read it: docs/performance.md\n');
await databases?.close();
process.exit(0);
