import Table from 'cli-table3';
import { ASKED } from './reference.ts';
import { relations } from './relations.ts';
import type { Summary } from './summary.ts';
import { geometricMean, summarise } from './summary.ts';
import { bestSetting } from './vowpal-wabbit.ts';

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

export const digits = (x: number): string => x.toFixed(x < 100 ? 1 : 0);

/** What is asked in a world, of its default policy only. */
export function askedOf({ world, policy }: Measured): string {
  const asked = policy === 'auto' ? ASKED[world] : undefined;
  if (!asked) return '';
  return `≤ ${asked.mean}${asked.p90 ? `, p90 ≤ ${asked.p90}` : ''}`;
}

/** The mean as a share of what the best setting of Vowpal Wabbit lost, and the name of that setting. */
export function shareOf({ world, policy, values }: Measured): string {
  const best = policy === 'auto' ? bestSetting(world) : undefined;
  return best ? `${(summarise(values).mean / best.mean).toFixed(2)} (${best.name})` : '';
}

/** The default policy beside the best setting of Vowpal Wabbit in each world, over all worlds in which that was run: in a sentence or two. */
export function comparison(rows: readonly Measured[]): string {
  const worlds = Object.keys(ASKED).map((world) => {
    return { world, own: summaryOf(rows, world, 'auto'), best: bestSetting(world)! };
  });
  const played = worlds.flatMap(({ own, ...rest }) => (own ? [{ ...rest, own }] : []));
  if (played.length === 0) return '';
  const missing = worlds.filter(({ own }) => !own).map(({ world }) => world);
  const ratio = geometricMean(played.map(({ own, best }) => own.mean / best.mean)).toFixed(3);
  const above = played.filter(({ own, best }) => own.mean - own.se > best.mean).map(({ world }) => world);
  return [
    `Geometric mean of regret / best setting of Vowpal Wabbit over ${played.map(({ world }) => world).join(', ')}: ${ratio}`,
    missing.length > 0 ? ` (${missing.join(', ')} not played)` : '',
    `. Above it by more than a standard error: ${above.join(', ') || 'no world'}.`,
  ].join('');
}

/** Everything measured, as tables to read in a terminal. */
export function report(all: Measurements): string {
  return Object.entries(all)
    .map(([seeds, rows]) => {
      const table = new Table({
        style: { head: [], border: [] },
        head: ['world', 'policy', 'regret', 'SE', 'p90', 'max', 'asked', 'of Vowpal Wabbit'],
      });
      for (const row of rows) {
        const { mean, se, p90, max } = summarise(row.values);
        const numbers = [mean, se, p90, max].map(digits);
        table.push([row.world, row.policy, ...numbers, askedOf(row), shareOf(row)]);
      }
      const together = relations(rows).map(
        ({ what, asked, found, se }) =>
          `${what}: ${found.toFixed(2)} (SE ${se.toFixed(2)}), asked ${asked}\n`,
      );
      return `\nSeeds ${seeds} (fatigue: expected reward; hours: percent of the best)\n${table.toString()}\n${comparison(rows)}\n${together.join('')}`;
    })
    .join('');
}
