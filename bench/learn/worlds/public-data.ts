import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import type { Field, World } from './world.ts';
import { shuffle } from './world.ts';

const DEFAULT = new URL('../../../../shared/data', import.meta.url).pathname;

/** Rows of a public data set, ready to be shuffled into worlds. */
export interface Rows {
  features: number;
  classes: number;
  fields: readonly Field[];
  /** rows x features, the constant first */
  contexts: Float64Array;
  labels: Int32Array;
}

/** Folder of the public data: `PICKWELL_BENCH_DATA`, or `shared/data` beside the project. */
export const dataFolder = (): string => process.env.PICKWELL_BENCH_DATA ?? DEFAULT;

/** Rows of a file, or undefined where the file is absent. */
function linesOf(file: string): string[][] | undefined {
  const path = join(dataFolder(), file);
  if (!existsSync(path)) return undefined;
  const lines = readFileSync(path, 'utf8').split(/\r?\n/);
  return lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.split(','));
}

/** The nth name met is class n. */
function labelsOf(names: readonly string[]): { labels: Int32Array; classes: number } {
  const known = [...new Set(names)].sort();
  return { labels: Int32Array.from(names, (name) => known.indexOf(name)), classes: known.length };
}

/** The file spells three classes in two ways. */
const spelling = (name: string): string =>
  name
    .replace('Radiator', 'Rad')
    .replace('Flow Proportioning Valve', 'Fpv')
    .replace('Bipropellant Valve', 'Bpv');

/** Statlog shuttle (UCI, CC BY 4.0): nine numbers, standardised over the file and held within 5, and seven classes. */
export function shuttleRows(): Rows | undefined {
  const lines = linesOf('shuttle.trn');
  if (!lines) return undefined;
  const features = 10;
  const contexts = new Float64Array(lines.length * features);
  for (let j = 0; j < features; j++) {
    const column = lines.map((line) => (j === 0 ? 1 : Number(line[j - 1])));
    const mean = column.reduce((sum, x) => sum + x, 0) / column.length;
    const spread = Math.sqrt(column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / column.length);
    for (const [i, x] of column.entries()) {
      contexts[i * features + j] = j === 0 ? 1 : Math.min(5, Math.max(-5, (x - mean) / spread));
    }
  }
  const fields = Array.from({ length: 9 }, (_, j): Field => ({ kind: 'number', columns: [j + 1] }));
  return { features, fields, contexts, ...labelsOf(lines.map((line) => spelling(line[9]!))) };
}

/** Mushroom (UCI, CC BY 4.0): 22 categories as yes-or-no features, edible or poisonous. */
export function mushroomRows(): Rows | undefined {
  const lines = linesOf('mushroom.csv');
  if (!lines) return undefined;
  const [head, ...rows] = lines as [string[], ...string[][]];
  const outcome = head.findIndex((name) => /poisonous|class|edible/i.test(name));
  const columns = head.keys().filter((j) => j !== outcome);
  const levels = [...columns].flatMap((j) => {
    const names = [...new Set(rows.map((row) => row[j]!))].sort();
    // a column of one level says nothing that the constant does not
    return names.length > 1 ? names.map((name) => ({ j, name })) : [];
  });
  const features = 1 + levels.length;
  const contexts = new Float64Array(rows.length * features);
  for (const [i, row] of rows.entries()) {
    contexts[i * features] = 1;
    for (const [n, { j, name }] of levels.entries()) {
      if (row[j] === name) contexts[i * features + 1 + n] = 1;
    }
  }
  const fields = [...new Set(levels.map(({ j }) => j))].map((column): Field => {
    const own = levels.flatMap(({ j }, n) => (j === column ? [n + 1] : []));
    return { kind: 'category', columns: own };
  });
  return { features, fields, contexts, ...labelsOf(rows.map((row) => row[outcome]!)) };
}

/** One order of the rows; choosing the right class is rewarded with chance `right`, any other with `wrong`. */
export function classWorld(
  id: string,
  rows: Rows,
  seed: number,
  { right, wrong }: { right: number; wrong: number },
): World {
  const rng = rngFromNumber(6000 + seed);
  const rounds = rows.labels.length;
  const order = Int32Array.from({ length: rounds }, (_, i) => i);
  shuffle(rng, order);
  const { features, fields, classes: options } = rows;
  const contexts = new Float64Array(rounds * features);
  const chances = new Float64Array(rounds * options).fill(wrong);
  for (const [t, row] of order.entries()) {
    contexts.set(rows.contexts.subarray(row * features, (row + 1) * features), t * features);
    chances[t * options + rows.labels[row]!] = right;
  }
  const luck = Float64Array.from({ length: rounds }, () => rng.uniform());
  return { id, rounds, options, features, fields, contexts, chances, luck, delay: 0, refresh: 1 };
}
