import Table from 'cli-table3';
import { late } from './checks/calls.ts';
import type { Check } from './checks/check.ts';
import type { Call, History } from './history.ts';

/** Most that is said of one check that failed. */
const EXAMPLES = 5;

const counted = <T>(of: readonly T[], by: (one: T) => string): string =>
  [...Map.groupBy(of, by)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, all]) => `${all.length} x ${name}`)
    .join(', ');

function times(calls: readonly Call[]): string {
  const sorted = calls.flatMap(({ ms, outcome }) => (outcome === 200 ? [ms] : [])).sort((a, b) => a - b);
  const quantile = (q: number): string =>
    `${Math.round(sorted[Math.floor(q * (sorted.length - 1))] ?? 0)} ms`;
  const excess = late(calls).length;
  return `p50 ${quantile(0.5)}, p99 ${quantile(0.99)}, max ${quantile(1)}${excess > 0 ? `; ${excess} late` : ''}`;
}

/** What was looked at and what was wrong with it, and how the calls went. */
export function reportOf({ asked, calls }: History, checks: readonly Check[]): string {
  const table = new Table({ style: { head: [], border: [] }, head: ['what must hold', 'of', 'wrong'] });
  for (const { name, of, wrong } of checks) table.push([name, of, wrong.length]);
  const kinds = [...Map.groupBy(calls, ({ kind }) => kind)].map(
    ([kind, own]) => `  ${kind}: ${counted(own, ({ outcome }) => String(outcome))}; ${times(own)}`,
  );
  const answers = asked.flatMap((own) => own.answers);
  const rungs = counted(answers, (text) => (JSON.parse(text) as { rung: string }).rung);
  const examples = checks.flatMap(({ name, wrong }) =>
    wrong.slice(0, EXAMPLES).map((example) => `  ${name}: ${example.slice(0, 2_000)}`),
  );
  return [table.toString(), ...kinds, `  rungs: ${rungs}`, ...examples].join('\n');
}
