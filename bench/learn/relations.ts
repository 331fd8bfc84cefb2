import type { Measured } from './report.ts';
import { summarise } from './summary.ts';

/** What is asked of a number that several rows make together, such as how much more is lost where outcomes are late. */
export interface Relation {
  what: string;
  asked: string;
  found: number;
  /** Standard error, seeds being what varies: by leaving out one after the other (Efron, Stein, "The Jackknife Estimate of Variance", 1981). */
  se: number;
}

type Rows = readonly [world: string, policy: string][];

interface Asking {
  what: string;
  asked: string;
  of: Rows;
  /** From the regrets of each of these rows. */
  as: (values: readonly number[][]) => number;
}

const mean = (values: readonly number[]): number => summarise(values).mean;
const toFirst = ([own, ...others]: readonly number[][]): number => mean(own!) / Math.min(...others.map(mean));

const ASKINGS: readonly Asking[] = [
  {
    what: 'E3 / E2: outcomes a day late',
    asked: '≤ 1.12',
    of: [
      ['E3', 'auto'],
      ['E2', 'auto'],
    ],
    as: toFirst,
  },
  {
    what: 'E6 / its oracle',
    asked: '≤ 1.3',
    of: [
      ['E6', 'auto'],
      ['E6', 'oracle'],
    ],
    as: toFirst,
  },
  ...['0.15', '0.3', '0.6'].map((tau) => {
    const world = `E7 ${tau}`;
    return {
      what: `${world} / the better of one Beta and one per segment`,
      asked: '≤ 1.05',
      of: [
        [world, 'auto'],
        [world, 'Beta TS'],
        [world, 'Beta TS per segment'],
      ] as Rows,
      as: toFirst,
    };
  }),
  {
    what: 'E8 0.4: 90th percentile / mean',
    asked: '≤ 2',
    of: [['E8 0.4', 'auto']],
    as: ([own]) => summarise(own!).p90 / mean(own!),
  },
  {
    what: 'fatigue: of what knowing everything gains over plain Thompson, recovering does',
    asked: '≥ 0.5',
    of: [
      ['fatigue', 'auto, recovering'],
      ['fatigue', 'plain Thompson'],
      ['fatigue', 'all-knowing'],
    ],
    as: ([own, plain, all]) => (mean(own!) - mean(plain!)) / (mean(all!) - mean(plain!)),
  },
  ...['shuffled', 'reversed'].map((past) => ({
    what: `E1 that begins with a past that is ${past} / without`,
    asked: '≤ 1.1',
    of: [
      ['E1', `auto, ${past} elsewhere`],
      ['E1', 'auto'],
    ] as Rows,
    as: toFirst,
  })),
];

/** Those of which all rows were played. */
export function relations(rows: readonly Measured[]): Relation[] {
  return ASKINGS.flatMap(({ what, asked, of, as }) => {
    const values = of.flatMap(([world, policy]) => {
      const row = rows.find((own) => own.world === world && own.policy === policy);
      return row ? [row.values] : [];
    });
    if (values.length < of.length) return [];
    const n = values[0]!.length;
    const without = Array.from({ length: n }, (_, i) =>
      as(values.map((own) => own.filter((_value, seed) => seed !== i))),
    );
    return [{ what, asked, found: as(values), se: (n - 1) * summarise(without).se }];
  });
}
