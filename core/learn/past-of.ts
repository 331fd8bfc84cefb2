import type { OptionKey } from '../domain/decision.ts';
import type { LogPrior, Programme, ProgrammeId } from '../domain/programme.ts';
import { HOUR_MS } from '../domain/programme.ts';
import { optionsOf } from '../policies/policy.ts';
import { scaleOf } from '../policies/posterior.ts';
import type { LinearTotal } from './blocks.ts';
import { earnsBy } from './counts-for.ts';
import { awaitedHours } from './delays.ts';
import { ownSums } from './effective.ts';
import type { ModelState } from './model.ts';
import type { Labels } from './models/label-prior.ts';
import { optionTotals } from './model.ts';
import { notFinite } from './not-finite.ts';
import type { PastVariant } from './past-match.ts';
import { pastMatch } from './past-match.ts';
import type { Past, PastSource } from './past.ts';
import { sharedWorths } from './past.ts';
import { pairKey } from './worths.ts';

/** As how many trials an option of one source counts at most: no source is to drown the others. */
const MOST_TRIALS = 5_000;

/** Sums are rounded to this: they are then the same in whatever order what they follow from was added up. */
const GRID = 2 ** 16;
const onGrid = (sum: number): number => Math.round(sum * GRID) / GRID;

/** What is known of options from one place. */
interface Source extends PastSource {
  /** ms since 1970 */
  at: number;
  options: Record<OptionKey, LinearTotal>;
  /** Whose options they are; absent: of the programme that asks. */
  of?: Programme | undefined;
}

const none = (source: string, unused: string): Source => ({ source, trials: 0, at: 0, options: {}, unused });

/** Programmes that a programme takes its prior from, by id: those it names, or all of the same goal that are over. */
export function sourcesOf(
  { id, policy }: Programme,
  programmes: ReadonlyMap<ProgrammeId, Programme>,
): ProgrammeId[] {
  const { priorFrom = [] } = policy;
  if (priorFrom !== 'workspace') return priorFrom.filter((own) => own !== id);
  const over = [...programmes.values()].filter((own) => own.status === 'ended' && own.id !== id);
  return over.map((own) => own.id).sort();
}

/** All programmes that some of these take their prior from. */
export const allSources = (programmes: readonly Programme[]): ReadonlySet<ProgrammeId> => {
  const byId = new Map(programmes.map((own) => [own.id, own]));
  return new Set(programmes.flatMap((own) => sourcesOf(own, byId)));
};

/** The constant's part of what an option earned, in worths of another goal, as at most so many trials. */
function sharedTotal(total: LinearTotal, worths: ReadonlyMap<string, number>): LinearTotal {
  const trials = total.information[0]!;
  const by = Math.min(1, MOST_TRIALS / trials);
  const shared: LinearTotal = { information: [onGrid(by * trials)], responses: {}, squares: {} };
  for (const [signal, worth] of worths) {
    shared.responses[signal] = [onGrid(by * worth * (total.responses[signal]?.[0] ?? 0))];
    for (const [other, its] of worths) {
      const pair = pairKey(signal, other);
      shared.squares[pair] = onGrid(by * worth * its * (total.squares[pair] ?? 0));
    }
  }
  return shared;
}

function programmeSource(
  programme: Programme,
  other: Programme | undefined,
  state: ModelState | undefined,
): Source {
  if (!other || !state) return none(other?.id ?? '', 'nothing was learned there');
  const worths = sharedWorths(programme.goal.signals, other.goal.signals);
  if (!worths) return none(other.id, 'its goal does not count all signals that this one does');
  // when all windows are over: what counts then depends on what was learned alone, not on when it is asked
  const window = Math.max(...other.goal.signals.map((goal) => awaitedHours(other, goal)));
  const at = (state.linear.newest + window + 1) * HOUR_MS;
  const known = Object.entries(ownSums(other, state, at).options).filter(
    ([, own]) => own.information[0]! > 0,
  );
  const options = Object.fromEntries(
    known
      .map(([option, total]) => [option, sharedTotal(total, worths)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  const trials = Object.values(optionTotals(state)).reduce((sum, own) => sum + own.trials, 0);
  return known.length > 0
    ? { source: other.id, trials, at, options, of: other }
    : none(other.id, 'nothing was learned there');
}

/** A log knows rewards only: they are taken to be those of the signal of the goal that earns most, or where more was lost than earned loses most. */
function logSource({ goal }: Programme, { source, at, options }: LogPrior): Source {
  const totals = Object.entries(options).flatMap(([option, { trials, reward, squares }]) => {
    const earning = goal.signals.filter((own) => earnsBy(own, option));
    if (earning.length === 0) return [];
    const sign = reward < 0 ? -1 : 1;
    const best = earning.reduce((most, own) => (sign * scaleOf(own) > sign * scaleOf(most) ? own : most));
    const total = {
      information: [trials],
      responses: { [best.signal]: [reward] },
      squares: { [pairKey(best.signal, best.signal)]: squares },
    };
    return [[option, sharedTotal(total, new Map([[best.signal, 1 / scaleOf(best)]]))] as const];
  });
  const trials = Object.values(options).reduce((sum, own) => sum + own.trials, 0);
  return { source, trials, at: Date.parse(at), options: Object.fromEntries(totals) };
}

const labelsOf = (programme: Programme, option: OptionKey): Labels =>
  programme.variants.find(({ id }) => id === option)?.labels;

/** @throws RangeError where a number in it is none, or beyond all numbers */
function finite(past: Past): Past {
  const place = notFinite(past);
  if (place === undefined) return past;
  throw new RangeError(`what is known from others is no finite number: ${place}`);
}

/**
 * What is known from elsewhere of the options of a programme: a function of what was learned there, whatever the order in
 * which that was. Undefined of a programme that asks for nothing.
 * @throws RangeError where it is no finite numbers
 */
export function pastOf(
  programme: Programme,
  programmes: ReadonlyMap<ProgrammeId, Programme>,
  states: ReadonlyMap<ProgrammeId, ModelState>,
): Past | undefined {
  const { priorFrom, priorLog } = programme.policy;
  if (!priorFrom && !priorLog) return undefined;
  const others = sourcesOf(programme, programmes).map((id): Source => {
    return { ...programmeSource(programme, programmes.get(id), states.get(id)), source: id };
  });
  const sources = priorLog ? [logSource(programme, priorLog), ...others] : others;
  const used = sources.filter(({ unused }) => unused === undefined);
  const there = used.flatMap(({ of = programme, options }) =>
    Object.entries(options).map(([option, total]): PastVariant => {
      return { option, total, labels: labelsOf(of, option) };
    }),
  );
  const wanted = there.length === 0 ? [] : optionsOf(programme, programme.variants);
  const options = wanted.map((id) => {
    return [id, pastMatch({ id, labels: labelsOf(programme, id) }, there)] as const;
  });
  return finite({
    sources: sources.map(({ source, trials, unused }) => ({ source, trials, ...(unused && { unused }) })),
    at: Math.max(0, ...used.map(({ at }) => at)),
    options: Object.fromEntries(options),
  });
}
