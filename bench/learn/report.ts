import Table from 'cli-table3';
import { ASKED } from './reference.ts';
import type { Summary } from './summary.ts';
import { geometricMean, summarise } from './summary.ts';

export interface Measured {
  world: string;
  policy: string;
  values: number[];
}

/** By range of seeds. */
export type Measurements = Record<string, Measured[]>;

export function summaryOf(rows: readonly Measured[], world: string, policy: string): Summary | undefined {
  const row = rows.find((own) => own.world === world && own.policy === policy);
  return row && summarise(row.values);
}

const digits = (x: number): string => x.toFixed(x < 1000 ? 1 : 0);

/** Ratios of the default policy to the best Vowpal Wabbit setting, where both are known. */
export function ratios(rows: readonly Measured[]): { world: string; ratio: number }[] {
  return Object.entries(ASKED).flatMap(([world, { vw }]) => {
    const own = summaryOf(rows, world, 'auto');
    return own ? [{ world, ratio: own.mean / vw.mean }] : [];
  });
}

/** Everything measured, as tables to read in a terminal. */
export function report(all: Measurements): string {
  return Object.entries(all)
    .map(([seeds, rows]) => {
      const table = new Table({
        style: { head: [], border: [] },
        head: ['world', 'policy', 'regret', 'SE', 'p90', 'max', 'asked', 'of VW'],
      });
      for (const { world, policy, values } of rows) {
        const { mean, se, p90, max } = summarise(values);
        const asked = policy === 'auto' ? ASKED[world] : undefined;
        const end = asked ? [`<= ${asked.target}`, (mean / asked.vw.mean).toFixed(2)] : ['', ''];
        table.push([world, policy, digits(mean), digits(se), digits(p90), digits(max), ...end]);
      }
      const known = ratios(rows).map(({ ratio }) => ratio);
      const mean = known.length > 0 ? geometricMean(known).toFixed(3) : '-';
      return `\nSeeds ${seeds} (fatigue: expected reward; hours: percent of the best)\n${table.toString()}\nGeometric mean of regret / Vowpal Wabbit over ${known.length} worlds: ${mean}\n`;
    })
    .join('');
}
