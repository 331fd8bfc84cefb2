import { ASKED, BASELINES, BY_TIME } from './reference.ts';
import type { Measured, Measurements } from './report.ts';
import { ratios } from './report.ts';
import { geometricMean, summarise } from './summary.ts';

const shown = (x: number): string => x.toFixed(x < 100 ? 1 : 0);

function rowOf({ world, policy, values }: Measured): string {
  const { mean, se, p90, max } = summarise(values);
  const asked = policy === 'auto' || policy === BY_TIME ? ASKED[world] : undefined;
  const study = BASELINES[world]?.[policy];
  const cells = [
    world,
    policy,
    `${shown(mean)} ± ${shown(se)}`,
    shown(p90),
    shown(max),
    asked ? `≤ ${asked.target}` : '',
    asked ? `${(mean / asked.vw.mean).toFixed(2)} (${asked.vw.name})` : '',
    study === undefined ? '' : shown(study),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** The tables of docs/learning.md. */
export function markdown(all: Measurements): string {
  return Object.entries(all)
    .map(([seeds, rows]) => {
      const known = ratios(rows).map(({ ratio }) => ratio);
      const mean =
        known.length > 0
          ? [
              `Geometric mean of regret / Vowpal Wabbit over ${known.length} worlds: **${geometricMean(known).toFixed(3)}**.`,
              '',
            ]
          : [];
      return [
        `### Seeds ${seeds}`,
        '',
        '| world | policy | regret | p90 | max | asked | of Vowpal Wabbit | in the study |',
        '| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |',
        ...rows.map(rowOf),
        '',
        ...mean,
      ].join('\n');
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
