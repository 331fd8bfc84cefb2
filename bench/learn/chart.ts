import { ASKED } from './reference.ts';
import type { Measured } from './report.ts';
import { summaryOf } from './report.ts';
import { bestSetting } from './vowpal-wabbit.ts';

const ROW = 34;
const LEFT = 76;
const WIDTH = 520;
const LONGEST = 1.6;

/** Position of a share of the best Vowpal Wabbit regret. */
const across = (share: number): number => LEFT + (Math.min(LONGEST, share) / LONGEST) * WIDTH;

const text = (x: number, y: number, content: string, more = ''): string =>
  `<text x="${x.toFixed(1)}" y="${y}" ${more}>${content}</text>`;

/**
 * One bar a world: mean regret of the default policy as a share of Vowpal Wabbit's best setting, two standard errors to
 * either side, and a tick at what was asked. As SVG.
 */
export function regretChart(rows: readonly Measured[]): string {
  const worlds = Object.entries(ASKED).flatMap(([world, asked]) => {
    const own = summaryOf(rows, world, 'auto');
    return own ? [{ world, target: asked.mean, vw: bestSetting(world)!, own }] : [];
  });
  const height = 60 + worlds.length * ROW;
  const bars = worlds.map(({ world, target, vw, own }, i) => {
    const y = 44 + i * ROW;
    const end = across(own.mean / vw.mean);
    const spread = [own.mean - 2 * own.se, own.mean + 2 * own.se].map((x) => across(x / vw.mean).toFixed(1));
    const ask = across(target / vw.mean).toFixed(1);
    return [
      text(LEFT - 8, y + 15, world, 'text-anchor="end"'),
      `<rect x="${LEFT}" y="${y}" width="${(end - LEFT).toFixed(1)}" height="20" rx="3" fill="#3b7dd8"/>`,
      `<path d="M${spread[0]} ${y + 10}H${spread[1]}" stroke="#12355f" stroke-width="2"/>`,
      `<path d="M${ask} ${y - 3}V${y + 23}" stroke="#d8662b" stroke-width="2.5"/>`,
      text(Math.max(end, Number(spread[1])) + 10, y + 15, own.mean.toFixed(0), 'fill="#57606a"'),
    ].join('\n');
  });
  const one = across(1).toFixed(1);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${LEFT + WIDTH + 40} ${height}" font-family="system-ui, sans-serif" font-size="14" role="img">`,
    `<title>Mean regret of auto by world, as a share of Vowpal Wabbit's best setting</title>`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    text(
      LEFT,
      22,
      'Regret of auto / best Vowpal Wabbit setting (grey line: 1; orange: asked; number: regret)',
      'font-size="12"',
    ),
    `<path d="M${one} 32V${height - 12}" stroke="#8c959f" stroke-dasharray="4 3"/>`,
    ...bars,
    '</svg>',
    '',
  ].join('\n');
}
