import { ASKED, BASELINES } from './reference.ts';
import { relations } from './relations.ts';
import type { Measured, Measurements } from './report.ts';
import { askedOf, comparison, digits, shareOf, summaryOf } from './report.ts';
import { summarise } from './summary.ts';
import { SETTINGS, VOWPAL_WABBIT } from './vowpal-wabbit.ts';

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const spread = ({ mean, se }: { mean: number; se: number }): string => `${digits(mean)} ± ${digits(se)}`;

function rowOf(row: Measured): string {
  const summary = summarise(row.values);
  const study = BASELINES[row.world]?.[row.policy];
  return line([
    row.world,
    row.policy,
    spread(summary),
    digits(summary.p90),
    digits(summary.max),
    askedOf(row),
    shareOf(row),
    study === undefined ? '' : digits(study),
  ]);
}

const PEERS = ['auto', 'A/B', 'explore, commit', 'UCB1', 'Beta TS', 'LinTS'];

/** Policies against worlds, what was played here above what Vowpal Wabbit lost in the reference study. */
function side(rows: readonly Measured[]): string[] {
  const worlds = Object.keys(ASKED);
  const played = PEERS.map((policy) => {
    const own = worlds.map((world) => summaryOf(rows, world, policy));
    return line([policy, ...own.map((summary) => (summary ? spread(summary) : ''))]);
  });
  const settings = SETTINGS.map((name) =>
    line([`VW ${name}`, ...worlds.map((world) => spread(VOWPAL_WABBIT[world]![name]!))]),
  );
  const head = [line(['', ...worlds]), line(['---', ...worlds.map(() => '---:')])];
  return [...head, ...played, ...settings];
}

/** What is asked of several rows together. */
function together(rows: readonly Measured[]): string[] {
  const found = relations(rows).map((own) =>
    line([own.what, own.asked, `${own.found.toFixed(2)} ± ${own.se.toFixed(2)}`]),
  );
  return found.length > 0 ? ['| together | asked | found |', '| --- | ---: | ---: |', ...found, ''] : [];
}

const HEAD = [
  '| world | policy | regret | p90 | max | asked | of Vowpal Wabbit | in the study |',
  '| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |',
];

/** The tables of docs/learning.md. */
export function markdown(all: Measurements): string {
  return Object.entries(all)
    .flatMap(([seeds, rows]) => {
      const compared = comparison(rows);
      return [
        `### Seeds ${seeds}`,
        '',
        ...(compared ? [compared, '', ...side(rows), ''] : []),
        ...together(rows),
        ...HEAD,
        ...rows.map(rowOf),
        '',
      ];
    })
    .join('\n');
}

const BEGIN = '<!-- measured: npm run bench:learn -->';
const END = '<!-- end -->';

/** A page with its tables replaced. */
export function withTables(page: string, tables: string): string {
  const [head] = page.split(BEGIN);
  const tail = page.split(END)[1] ?? '';
  return `${head}${BEGIN}\n\n${tables}\n${END}${tail}`;
}
