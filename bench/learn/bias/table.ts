import Table from 'cli-table3';
import { summarise } from '../summary.ts';
import type { Found } from './measure.ts';
import { AGES, measured, SENDINGS } from './measure.ts';
import type { How } from './log.ts';
import type { Planted } from './worlds.ts';
import { SEGMENTS, WORLDS } from './worlds.ts';

const HOWS: readonly How[] = ['served', 'by cell', 'known at once'];

/** Mean over seeds, with its standard error. */
interface Mean {
  mean: number;
  se: number;
}

/** One number for each age: shares, such as 0.05 of a rate. */
interface BiasRow {
  sending: string;
  /** Bias of a rate by sums alone, or of what is believed; decisions to a wrong option, and what is lost by them of what the best one earns. */
  what: string;
  segment: string;
  how: string;
  ages: (Mean | undefined)[];
}

/** Of one world. */
export interface Biases {
  seeds: string;
  rows: BiasRow[];
}

/** By world. */
export type AllBiases = Record<string, Biases>;

function meanOf(values: readonly number[]): Mean | undefined {
  if (values.length === 0) return undefined;
  const { mean, se } = summarise(values);
  const rounded = (x: number): number => Number(x.toPrecision(4));
  return { mean: rounded(mean), se: rounded(se) };
}

function rowsOf(sending: string, found: readonly Found[]): BiasRow[] {
  const row = (what: string, segment: string, how: string): BiasRow => ({
    ...{ sending, what, segment, how },
    ages: AGES.map((age) =>
      meanOf(found.flatMap((own) => own.get(`${what} | ${segment} | ${how} | ${age}`) ?? [])),
    ),
  });
  return [
    ...['bias', 'belief'].flatMap((what) =>
      SEGMENTS.flatMap((segment) => ['served', 'by cell'].map((how) => row(what, segment, how))),
    ),
    ...['wrong', 'lost'].flatMap((what) => HOWS.map((how) => row(what, 'all', how))),
  ];
}

/** Everything that is measured of one world. */
export function biasesOf(world: string, from: number, seeds: number): Biases {
  const planted: Planted = WORLDS[world as keyof typeof WORLDS];
  const numbers = Array.from({ length: seeds }, (_, i) => from + i);
  const rows = SENDINGS.flatMap((sending) =>
    rowsOf(
      sending,
      numbers.map((seed) => measured(planted, sending, seed)),
    ),
  );
  return { seeds: `${from}-${from + seeds - 1}`, rows };
}

const percent = (own: Mean | undefined): string =>
  own ? `${(100 * own.mean).toFixed(1)} ± ${(100 * own.se).toFixed(1)}` : '';

/** For people to read, in percent. */
export function shownBiases(all: AllBiases): string {
  const ages = AGES.map((age, i) => (i === AGES.length - 1 ? 'closed' : `${age} h`));
  const style = { head: [], border: [] };
  const table = new Table({ style, head: ['world', 'seeds', 'sent', 'what', 'segment', 'how', ...ages] });
  for (const [world, { seeds, rows }] of Object.entries(all)) {
    for (const own of rows)
      table.push([world, seeds, own.sending, own.what, own.segment, own.how, ...own.ages.map(percent)]);
  }
  return `${table.toString()}\n`;
}
