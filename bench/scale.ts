import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { CONSTANTS } from './scale/constants.ts';
import { batchCost, postgresBytes, recordBytes, sqliteBytes } from './scale/measure.ts';
import type { Cell, Simulated } from './scale/simulate.ts';
import { simulate } from './scale/simulate.ts';
import { Databases } from './under-load/database.ts';
import { inFolder } from './under-load/rig.ts';

const { values } = parseArgs({
  options: {
    measure: { type: 'boolean', default: false },
    records: { type: 'boolean', default: false },
    persons: { type: 'string', default: '200000' },
    seconds: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
  },
});
const say = (text: string): void => void process.stdout.write(text);
const of = (name: keyof typeof CONSTANTS): number => CONSTANTS[name].value;

/** An installation: cells of equal size, each with a database and copies of its own. */
interface Layout {
  name: string;
  rate: number;
  cells: number;
  copies: number;
  cores: number;
}

const LAYOUTS: readonly Layout[] = [
  { name: '1,000/s, 10 million people', rate: 1_000, cells: 1, copies: 2, cores: 2 },
  { name: '10,000/s, 100 million', rate: 10_000, cells: 1, copies: 4, cores: 8 },
  { name: '50,000/s, 1,000 million', rate: 50_000, cells: 8, copies: 3, cores: 8 },
  { name: 'the same, a zone of three lost', rate: 50_000, cells: 8, copies: 2, cores: 8 },
  { name: 'the same in 4 cells', rate: 50_000, cells: 4, copies: 6, cores: 8 },
  { name: 'the same in 2 cells', rate: 50_000, cells: 2, copies: 12, cores: 8 },
];

const cellOf = ({ rate, cells, copies, cores }: Layout): Cell => ({
  ...{ rate: rate / cells, copies, cores, maxBatch: of('maxBatch') },
  ...{ httpMs: of('httpUs') / 1_000, engineMs: of('engineUs') / 1_000 },
  ...{ batchFixedMs: of('batchFixedUs') / 1_000, batchDecisionMs: of('batchDecisionUs') / 1_000 },
  ...{ flushMs: of('flushMs'), tripsMs: 2 * of('roundTripMs') + of('standbyMs') },
});

function row({ name, cells, copies, cores, rate }: Layout, found: Simulated): (string | number)[] {
  const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
  const ms = (time: number): string => time.toFixed(1);
  const parts = [found.http, found.engine, found.database].flatMap((part) => [
    percent(part.used),
    ms(part.p99),
  ]);
  const late = found.waiting > (0.1 * rate) / cells ? 'NO' : 'yes';
  const shape = [name, `${cells} x ${copies} x ${cores}`];
  return [...shape, ...parts, found.batch.toFixed(0), ms(found.p50), ms(found.p99), ms(found.p999), late];
}

/** What a recorded decision takes, by kind of programme, and which of its fields are the largest. */
async function measureRecords(): Promise<void> {
  const databases = await Databases.find();
  const found = await recordBytes(databases);
  await databases?.close();
  const table = new Table({
    style: { head: [], border: [] },
    head: ['a decision of a programme with', 'JSON', 'SQLite', 'PostgreSQL', 'largest fields'],
  });
  for (const [kind, { json, sqlite, postgres, fields }] of Object.entries(found)) {
    const largest = fields.map(([name, characters]) => `${name} ${characters}`).join(', ');
    table.push([kind, json, Math.round(sqlite), postgres === undefined ? '' : Math.round(postgres), largest]);
  }
  say(`${table.toString()}\n`);
}

async function measure(): Promise<void> {
  const persons = Number(values.persons);
  say(
    `SQLite, ${persons} people: ${JSON.stringify(await inFolder((folder) => sqliteBytes(folder, persons)))}\n`,
  );
  const databases = await Databases.find();
  if (!databases) return;
  say(`PostgreSQL: ${JSON.stringify(await databases.empty((url) => postgresBytes(url, persons)))}\n`);
  say(`a batch: ${JSON.stringify(await databases.empty((url) => batchCost(url)))}\n`);
  await databases.close();
  say('These go into bench/scale/constants.ts, with their date.\n');
}

if (values.measure) await measure();
if (values.measure || values.records) await measureRecords();
const head = [
  ...['', 'cells x copies x cores', 'HTTP', 'p99 ms', 'engine', 'p99 ms', 'database', 'p99 ms'],
  ...['batch', 'p50 ms', 'p99', 'p99.9', 'keeps up'],
];
const colAligns = head.map((_, i): 'left' | 'right' => (i === 0 ? 'left' : 'right'));
const table = new Table({ style: { head: [], border: [] }, head, colAligns });
const results = LAYOUTS.map((layout) => {
  const found = simulate(cellOf(layout), Number(values.seconds), Number(values.seed));
  table.push(row(layout, found));
  return { ...layout, found };
});
say(`${table.toString()}\n`);
for (const [name, { value, unit, source }] of Object.entries(CONSTANTS)) {
  say(`${name.padEnd(20)} ${String(value).padStart(6)} ${unit}; ${source}\n`);
}
mkdirSync(new URL('results/', import.meta.url), { recursive: true });
const text = JSON.stringify({ constants: CONSTANTS, results }, null, 2);
writeFileSync(new URL('results/scale.json', import.meta.url), `${text}\n`);
say('\nWritten to bench/results/scale.json. How to read it: docs/scale.md\n');
