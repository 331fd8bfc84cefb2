import type { OptionKey } from '../../core/domain/decision.ts';
import type { MeanWave, Simulated } from './simulate.ts';
import { percent } from './world.ts';

const WIDTH = 30;
/** Rows of the chart at most. */
const ROWS = 20;
/** Options drawn apart at most, one shade each; the last shade is that of all others. */
const SHADES = ['█', '▓', '▒', '░'] as const;
const OTHERS = '·';

const grouped = (n: number): string => Math.round(n).toLocaleString('en');
const times = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
const rounded = (share: number): string => `${Math.round(100 * share)} %`;

/** What is drawn apart: the best and what gets most in the end, at most four. */
interface Series {
  shade: string;
  name: string;
  of: (wave: MeanWave) => number;
}

export function seriesOf({ options, best, waves }: Pick<Simulated, 'options' | 'best' | 'waves'>): Series[] {
  const last = waves.at(-1)!.shares;
  const ranked = options.toSorted(
    (a, b) => Number(best.includes(b)) - Number(best.includes(a)) || last[b]! - last[a]!,
  );
  const apart = ranked.slice(0, options.length === SHADES.length + 1 ? SHADES.length + 1 : SHADES.length);
  const shades = [...SHADES, OTHERS];
  const named = apart.map((option, i) => {
    return { shade: shades[i]!, name: nameOf(option, best), of: ({ shares }: MeanWave) => shares[option]! };
  });
  const rest = ranked.slice(apart.length);
  if (rest.length === 0) return named;
  const of = ({ shares }: MeanWave): number => rest.reduce((sum, option) => sum + shares[option]!, 0);
  return [...named, { shade: OTHERS, name: `${rest.length} others`, of }];
}

const nameOf = (option: OptionKey, best: readonly OptionKey[]): string =>
  best.includes(option) && best.length === 1 ? `${option} (the best)` : option;

/** As many characters of each shade as its share, all together as wide as the bar. */
function bar(wave: MeanWave, series: readonly Series[]): string {
  let [upTo, drawn, text] = [0, 0, ''];
  for (const { shade, of } of series) {
    upTo += of(wave);
    const to = Math.round(Math.min(1, upTo) * WIDTH);
    text += shade.repeat(to - drawn);
    drawn = to;
  }
  return text.padEnd(WIDTH);
}

function trafficChart(simulated: Simulated): string[] {
  const { waves, best } = simulated;
  const series = seriesOf(simulated);
  const step = Math.ceil(waves.length / ROWS);
  const shown = [...waves.keys()].filter((i) => i % step === 0 || i === waves.length - 1);
  const each = best.length > 1;
  const cells = (texts: readonly string[]): string => texts.map((text) => text.padStart(6)).join('');
  const head = `wave     people  ${'traffic'.padEnd(WIDTH)}`;
  return [
    ...series.map(({ shade, name }) => `  ${shade} ${name}`),
    ...(each ? ['  best: share of those who get what is the best for them'] : []),
    '',
    `${head}${cells([...series.map(({ shade }) => shade), ...(each ? ['best'] : [])])}`,
    ...shown.map((i) => {
      const wave = waves[i]!;
      const start = `${String(i + 1).padStart(4)} ${grouped(wave.people).padStart(10)}  ${bar(wave, series)}`;
      const shares = [...series.map(({ of }) => of(wave)), ...(each ? [wave.best] : [])];
      return `${start}${cells(shares.map(rounded))}`;
    }),
  ];
}

const SHARE_WORDS: Readonly<Record<number, string>> = { 0.5: 'more than half' };

function reachedTable({ reached, runs, best }: Simulated): string[] {
  const what = best.length > 1 ? 'the best for each has' : 'the best has';
  const row = (cells: readonly string[]): string => {
    const [first = '', ...others] = cells;
    return `${first.padEnd(24)}${others.map((cell, i) => cell.padStart([11, 14, 14, 12][i]!)).join('')}`;
  };
  return [
    row([what, 'from wave', 'after people', 'first, last', 'runs']),
    ...reached.map(({ share, runs: came, wave, people, earliest, latest }) =>
      row([
        `  ${SHARE_WORDS[share] ?? rounded(share)}`,
        wave === undefined ? '-' : String(wave),
        people === undefined ? '-' : grouped(people),
        earliest === undefined ? '-' : `${earliest}, ${latest}`,
        `${came} of ${runs}`,
      ]),
    ),
  ];
}

function gain({ signal, expected, even, most, decided, runs }: Simulated): string[] {
  const more = (n: number): string =>
    `${n < even ? '' : '+'}${percent(Math.round(1_000 * (n / even - 1)) / 1_000)}`;
  const row = (words: string, n: number, beside: string): string =>
    `  ${words.padEnd(32)}${grouped(n).padStart(10)}  ${beside}`;
  return [
    `${signal} expected of the ${grouped(decided)} people the policy decides for:`,
    row('all options to equally many', even, '').trimEnd(),
    row(
      'this programme',
      expected.mean,
      `${more(expected.mean)}${runs > 1 ? ` (${more(expected.least)} to ${more(expected.most)})` : ''}`,
    ),
    row('everybody the best', most, more(most)),
  ];
}

/** What came of a simulation, for a terminal. */
export function chartOf(
  simulated: Simulated,
  { leftOut, next }: { leftOut: readonly string[]; next: string },
): string {
  const { truth, signal, led, runs, best, waves } = simulated;
  const lines = [
    `Planted, as the share of people who do ${signal}:`,
    ...truth.map((line) => `  ${line}`),
    ...(leftOut.length > 0 ? ['', `Left out: ${leftOut.join('; ')}.`] : []),
    '',
    `Traffic in ${times(waves.length, 'wave')}, one a day${runs > 1 ? `, on average over ${runs} runs` : ''}:`,
    ...trafficChart(simulated),
    '',
    ...(best.length > 0 ? [...reachedTable(simulated), ''] : []),
    ...gain(simulated),
    '',
    ...(best.length > 0 ? [`At the end the best was ahead in ${led} of ${times(runs, 'run')}.`, ''] : []),
    `Next: ${next}`,
  ];
  return `${lines.join('\n')}\n`;
}
