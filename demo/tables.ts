import Table from 'cli-table3';
import type { Report } from './api.ts';
import type { Played } from './campaign.ts';
import type { Check } from './checks.ts';
import type { ConnectedContent } from './connected-content.ts';
import type { Expectations } from './expectations.ts';
import { sharesOf } from './expectations.ts';
import type { Tally } from './feedback-queue.ts';
import type { Wave } from './people.ts';
import type { GoalSignal } from './programme.ts';
import { SIGNALS, trueReward, VARIANTS, WEIGHTS } from './programme.ts';
import type { Inbox } from './recorder.ts';

const PLAIN = { style: { head: [], border: [], 'padding-left': 1, 'padding-right': 1, compact: true } };
const BAR = 8;
/** Eighths of a character. */
const BLOCKS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

const count = (n: number): string => n.toLocaleString('en');
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const per100 = (reward: number): string => (100 * reward).toFixed(2);

function bar(share: number): string {
  const eighths = Math.round(share * BAR * 8);
  return ('█'.repeat(Math.floor(eighths / 8)) + BLOCKS[eighths % 8]!).padEnd(BAR);
}

function table(head: string[], rows: string[][], left: number[] = [0]): string {
  const colAligns = head.map((_, column) => (left.includes(column) ? 'left' : 'right'));
  const made = new Table({ ...PLAIN, head, colAligns });
  made.push(...rows);
  return `${made.toString()}\n`;
}

export const heading = (text: string): string => `\n${text}\n`;

/** Share of the traffic by variant, one row for each wave. */
export function sharesTable(waves: readonly { wave: Wave; played: readonly Played[] }[]): string {
  const rows = waves.map(({ wave, played }) => {
    const shares = sharesOf(played);
    const cells = VARIANTS.map(
      (v) => `${bar(shares[v] ?? 0)}${`${Math.round(100 * (shares[v] ?? 0))} %`.padStart(6)}`,
    );
    return [`${wave.number} ${wave.kind}`, count(played.length), ...cells];
  });
  return table(['wave', 'sends', ...VARIANTS], rows, [0]);
}

/**
 * What Pickwell found of each variant beside what the simulation hid from it; rewards are per 100 decisions. Estimates reckon with what may still
 * come inside the windows of the goal, which nobody can rule out after a minute.
 */
export function variantsTable(report: Report): string {
  const rows = report.options.map(({ option, trials, share, estimate, interval, signals }) => {
    const came = (signal: GoalSignal): number => signals[signal]?.count ?? 0;
    const soFar = Object.values(SIGNALS).reduce((sum, own) => sum + WEIGHTS[own] * came(own), 0);
    return [
      option,
      count(trials),
      percent(share),
      count(came(SIGNALS.click)),
      count(came(SIGNALS.order)),
      per100(soFar / Math.max(1, trials)),
      per100(trueReward(option)),
      per100(estimate),
      `${per100(interval.low)} … ${per100(interval.high)}`,
    ];
  });
  const found = ['so far', 'truth', 'within a week', '95 % of the belief'];
  return table(['variant', 'trials', 'share', 'clicks', 'orders', ...found], rows, [0]);
}

/** Lift against the holdout: measured, and as it truly is for these very people. */
export function liftTable({ lift }: Report, { treated, holdout }: Expectations): string {
  const truth = treated.expected - holdout.expected;
  const { difference, interval = { low: NaN, high: NaN } } = lift;
  const holds = interval.low <= truth && truth <= interval.high;
  const between = `${per100(interval.low)} … ${per100(interval.high)}`;
  const side = (name: string, persons: number, found: number, true_: number): string[] => {
    return [name, count(persons), per100(found), '', per100(true_), ''];
  };
  return table(
    ['arm', 'persons', 'reward', '95 %, at any look', 'truth', ''],
    [
      side('treated', lift.treated.persons, lift.treated.mean, treated.expected),
      side('holdout', lift.holdout.persons, lift.holdout.mean, holdout.expected),
      ['lift', '', per100(difference), between, per100(truth), holds ? 'inside' : 'outside'],
    ],
    [0, 5],
  );
}

function quantile(sorted: readonly number[], p: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? 0;
}

const WORDS: Readonly<Record<string, string>> = {
  policy: 'e-mails chosen by the policy',
  holdout: 'held out',
  caps: 'stopped by the cap',
  consent: 'stopped because the person had unsubscribed',
};

export function stickinessText(
  { evaluations, calls, latencies }: ConnectedContent,
  { decisions, reasons }: Expectations,
): string {
  const became = Object.entries(reasons).map(([reason, n]) => `${count(n)} ${WORDS[reason] ?? reason}`);
  const sorted = [...latencies].sort((a, b) => a - b);
  const times = [0.5, 0.99, 1].map((p) => `${Math.round(quantile(sorted, p))} ms`);
  return (
    `  ${count(evaluations)} tags evaluated -> ${count(calls)} HTTP calls -> ${count(decisions.size)} decisions:\n` +
    `  ${became.join(', ')}\n` +
    `  a call took ${times[0]} (median), ${times[1]} (99 %), ${times[2]} (longest); Braze waits for 2,000 ms\n`
  );
}

export function feedbackTable(tallies: Readonly<Record<string, Tally>>): string {
  const rows = Object.entries(tallies).map(([source, { requests, items, receipts, refusal }]) => {
    const cells = [requests, items, receipts.accepted, receipts.duplicates, receipts.rejected].map(count);
    return [source, ...cells, String(refusal)];
  });
  return table(['from', 'batches', 'events', 'accepted', 'known', 'rejected', 'wrong signature'], rows);
}

export function deliveryTable(inboxes: Readonly<Record<string, Inbox>>): string {
  const rows = Object.entries(inboxes).map(([id, inbox]) => {
    const arrivals = [...inbox.arrived.values()].reduce((sum, n) => sum + n, 0);
    const { 429: asked = 0, 500: failed = 0 } = inbox.refused;
    const cells = [inbox.requests, asked, failed, arrivals, inbox.acknowledged.size].map(count);
    return [id, ...cells];
  });
  return table(['to', 'requests', 'answered 429', 'answered 500', 'messages', 'acknowledged once'], rows);
}

export function checksTable(checks: readonly Check[]): string {
  const rows = checks.map(({ name, ok, detail }) => `  ${ok ? '✓' : '✗ FAILED'} ${name}: ${detail}\n`);
  return rows.join('');
}
