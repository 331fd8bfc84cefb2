import type { Report } from '../http/report-answer.ts';
import { aligned } from '../aligned.ts';

type Option = Report['options'][number];
type Curve = Report['delays'][number];

const whole = (n: number): string => Math.round(n).toLocaleString('en');
const share = (x: number): string => `${x > 0 && x < 0.01 ? (100 * x).toFixed(1) : Math.round(100 * x)} %`;
/** Rewards of a hundred decisions. */
const hundred = (reward: number): string => (100 * reward).toFixed(2);
const between = ({ low, high }: { low: number; high: number }): string =>
  `${hundred(low)} to ${hundred(high)}`;
const day = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** What has to be known of an option beside its numbers. */
function notesOf({ eligible, limits = [], trials }: Option): string {
  const notes = [
    ...(trials === 0 ? ['not tried yet'] : []),
    ...limits.filter(({ dropped }) => dropped).map(({ signal }) => `not sent any more: too many ${signal}`),
    ...(eligible ? [`for the ${share(eligible.share)} who may have it`] : []),
    ...(eligible?.instead
      ? [`${eligible.instead.option} earns them ${hundred(eligible.instead.estimate)}`]
      : []),
  ];
  return notes.join('; ');
}

function optionsTable({ options }: Report): string {
  const rows = options
    .toSorted((a, b) => b.propensity - a.propensity)
    .map((own) => [
      own.option,
      share(own.share),
      share(own.propensity),
      whole(own.trials),
      whole(own.pending.trials),
      hundred(own.estimate),
      between(own.interval),
      notesOf(own),
    ]);
  const head = ['option', 'so far', 'now', 'decisions', 'awaited', 'reward', '95 %', ''];
  return aligned(head, rows, { indent: '  ', words: true });
}

/** Hours after which a share has come, of those that are told. */
const hoursTo = ({ curve }: Curve, part: number): number | undefined =>
  curve.find((point) => point.share >= part)?.hours;

function delayOf(own: Curve): string {
  const { signal, arrivals } = own;
  if (arrivals === 0) return `${signal}: none came yet`;
  const came = `${whole(arrivals)} came`;
  return `${signal}: ${came}, half within ${hoursTo(own, 0.5)} h, nine of ten within ${hoursTo(own, 0.9)} h`;
}

function liftOf({ lift: { treated, holdout, difference, interval } }: Report): string {
  if (holdout.persons === 0) return 'Lift: nobody is in a holdout to compare with.';
  const people = `${whole(treated.persons)} people against ${whole(holdout.persons)} held out`;
  const range = interval ? `, with 95 % ${between(interval)}` : '';
  return `Lift: ${hundred(difference)} more for each hundred people (${people}${range}).`;
}

function forgettingOf({ forgetting: { halfLifeDays, since }, change }: Report): string {
  const more = change?.factor === undefined ? '' : ` ${change.factor.toFixed(2)} times as often`;
  const changed = change
    ? `${change.signal} comes${more} since ${day(change.at)}, first noticed of ${change.option}. `
    : '';
  if (since !== undefined) return `Change: ${changed}Nothing of before counts.`;
  return halfLifeDays === undefined
    ? 'Change: none was noticed, and everything counts.'
    : `Change: none was noticed; what was learned counts half after ${halfLifeDays} days.`;
}

function priorOf({ prior, options }: Report): string[] {
  if (!prior) return [];
  const used = prior.sources.filter(({ unused }) => unused === undefined);
  const names = used.map(({ source, trials }) => `${source} (${whole(trials)} trials)`);
  const weights = options.flatMap((own) => (own.prior ? [`${own.option} ${whole(own.prior.trials)}`] : []));
  if (names.length === 0) return ['Prior: nothing is known from elsewhere.'];
  return [
    `Prior: ${names.join(', ')}; holds here with ${share(prior.related)}, and then counts as so many trials: ${weights.join(', ')}.`,
  ];
}

/** Of each slot the piece that is likeliest the best. */
function piecesOf({ pieces = [] }: Report): string[] {
  const slots = Map.groupBy(pieces, ({ variant, slot }) => `${variant} ${slot}`);
  return [...slots].map(([slot, own]) => {
    const first = own.reduce((best, one) => ((one.best ?? 0) > (best.best ?? 0) ? one : best));
    const sure = first.best === undefined ? '' : `, the best with ${share(first.best)}`;
    return `Pieces of ${slot}: ${first.piece} earns ${hundred(first.estimate)}${sure} (${own.length} pieces).`;
  });
}

function droppedOf({ funnel: { decisions, candidates, dropped } }: Report): string[] {
  const rules = Object.entries(dropped).toSorted(([, a], [, b]) => b - a);
  if (rules.length === 0) return [];
  const told = rules.map(([rule, n]) => `${rule} ${share(n / candidates)}`);
  return [`Kept back in the last ${whole(decisions)} decisions, of all options: ${told.join(', ')}.`];
}

/** The one thing to do next. */
function nextOf({ status, programme, options }: Report): string {
  if (status === 'draft') return `approve its variants and start it: POST /v1/programmes/${programme}/start.`;
  if (status !== 'live') return `it is ${status}: nothing is decided.`;
  if (options.every(({ trials }) => trials === 0))
    return 'nothing was decided yet: check that the tag is in the message, and that its variants are approved.';
  const [first] = options.toSorted((a, b) => b.propensity - a.propensity);
  if (options.length > 1 && first!.propensity > 0.9)
    return `${first!.option} has won: try something new against it, as another variant.`;
  return 'let it run: it is not settled which option is the best.';
}

/** A report for a terminal. */
export function told(report: Report): string {
  const { programme, programmeVersion, status, policy, options, delays, behind, resources } = report;
  const trials = options.reduce((sum, own) => sum + own.trials, 0);
  const lines = [
    `${programme}, version ${programmeVersion}, ${status}; ${policy.kind}; ${whole(trials)} decisions learned from`,
    '',
    'Rewards are of a hundred decisions, in units of the goal.',
    optionsTable(report),
    liftOf(report),
    forgettingOf(report),
    ...priorOf(report),
    ...piecesOf(report),
    ...droppedOf(report),
    ...delays.map((own) => `Signals: ${delayOf(own)}.`),
    ...resources.map(
      ({ what, taken, limit, left }) => `Left of ${what}: ${left} (${taken} of ${limit} taken).`,
    ),
    ...(behind
      ? ['Behind: what came since something could not be learned is missing (docs/operations.md).']
      : []),
    '',
    `Next: ${nextOf(report)}`,
  ];
  return `${lines.join('\n')}\n`;
}
