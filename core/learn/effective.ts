import type { OptionKey } from '../domain/decision.ts';
import type { Programme } from '../domain/programme.ts';
import { DAY_MS, HOUR_MS } from '../domain/programme.ts';
import { addTold } from './add-told.ts';
import type { Awaited } from './arrived.ts';
import { Arrived } from './arrived.ts';
import type { BlockTotal, LinearTotal } from './blocks.ts';
import { blocksAt, columnsOf, emptyTotal, hourOf } from './blocks.ts';
import type { Change } from './change-point.ts';
import { lastChange } from './change-point.ts';
import type { LinearState, LinearSums } from './linear-state.ts';
import { linearSumsOf } from './linear-state.ts';
import type { ModelState } from './model.ts';
import type { PastUse } from './past.ts';
import { withPast } from './past.ts';
import { pieceSumsOf } from './piece-sums.ts';
import { inRanges } from './ranges.ts';
import { robustTotals } from './robust-totals.ts';

/** What counts how much is reckoned anew every five minutes. */
const TICK_MS = HOUR_MS / 12;
export const tickOf = (at: number): number => Math.floor(at / TICK_MS);

/** What was learned of each option, every trial as much as it counts by now: what policies, estimates and reports are made from. */
export interface EffectiveSums {
  /** ms since 1970; never before the newest decision that was learned from. */
  at: number;
  /** Whether it is of the context that is declared now: if not, there is one column, the constant. */
  inContext: boolean;
  /** None of an option that was never tried. */
  options: Readonly<Record<OptionKey, LinearTotal>>;
  /** Trials as they were made and signals as they came, whatever may still come: only forgetting makes them less. By option. */
  counted: Readonly<Record<OptionKey, Counted>>;
  /** Trials whose signals may still come, and how much of the sums they are, by option. */
  pending: Readonly<Record<OptionKey, Pending>>;
  /** How late the signals of the goal come. */
  awaited: readonly Awaited[];
  /** The last time that something changed: nothing of before counts. */
  change: Change | undefined;
}

export interface Pending {
  trials: number;
  counted: number;
}

export interface Counted {
  trials: number;
  /** Sums of worths in [0, 1], by signal. */
  signals: Record<string, number>;
  /** As how many trials they count by now for each signal that has a limit: of those it may still come of, as much as would have come. */
  told: Record<string, number>;
}

/** The constant's part of sums over any columns. */
const constantOf = ({ information, responses, ...rest }: BlockTotal): BlockTotal => ({
  ...rest,
  information: information.slice(0, 1),
  responses: Object.fromEntries(Object.entries(responses).map(([name, sums]) => [name, sums.slice(0, 1)])),
});

/** What forgetting leaves of a trial of some hours ago. */
export const remaining = ({ policy }: Programme, hours: number): number =>
  policy.halfLifeDays === undefined ? 1 : 2 ** ((-hours * HOUR_MS) / (policy.halfLifeDays * DAY_MS));

/** An A/B test weighs all of its trials alike. */
const heedsTime = ({ policy }: Programme): boolean => policy.kind !== 'fixed-split';

/** Whether what was learned is of the context that the programme declares now. */
export const isInContext = (programme: Programme, state: ModelState): boolean =>
  state.linear.schema === linearSumsOf(inRanges(programme, state)).schema || state.linear.blocks.length === 0;

interface Kept {
  linear: LinearState;
  sums: LinearSums;
  inContext: boolean;
}

const keptOptions = (programme: Programme, state: ModelState): Kept => ({
  linear: state.linear,
  sums: linearSumsOf(inRanges(programme, state)),
  inContext: isInContext(programme, state),
});

/** What is kept of pieces; undefined where there are none, or nothing is known of them as they are now. */
function keptPieces(programme: Programme, { pieces }: ModelState): Kept | undefined {
  const sums = pieceSumsOf(programme);
  return sums && pieces?.schema === sums.schema ? { linear: pieces, sums, inContext: true } : undefined;
}

/** @param at ms since 1970 */
export function effectiveSums(programme: Programme, state: ModelState, at: number): EffectiveSums {
  const pieces = keptPieces(programme, state);
  const changed = pieces && changedIn(programme, pieces, at);
  return weighed(programme, keptOptions(programme, state), at, (option) => {
    const slotted = pieceSumsOf(programme)?.features.variants.has(option) === true;
    return !changed || !slotted || changed(option);
  });
}

/** What was learned of the pieces of each variant with slots; undefined where there are none, or nothing is known of them as they are now. */
export function effectivePieces(
  programme: Programme,
  state: ModelState,
  at: number,
): EffectiveSums | undefined {
  const pieces = keptPieces(programme, state);
  if (!pieces) return undefined;
  const own = weighed(programme, pieces, at, changedIn(programme, keptOptions(programme, state), at));
  return { ...own, options: robustTotals(programme, own.options) };
}

/** What was kept as it is at a time, and how much of what it tells has come. */
function opened(programme: Programme, { linear, sums, inContext }: Kept, at: number) {
  const now = Math.max(tickOf(at) * TICK_MS, linear.newest * HOUR_MS);
  const blocks = blocksAt(linear.blocks, hourOf(now), sums.grain);
  return {
    now,
    blocks,
    arrived: new Arrived(programme, blocks, now / HOUR_MS, inContext ? sums.features.categories : []),
  };
}

/**
 * The last time that one of the options changed that are heeded. A variant with slots may earn more for better pieces, which its sums over
 * contexts do not know, or for other people, which its sums over pieces do not know: it changed where both say so.
 */
type Heeded = (option: OptionKey) => boolean;

/** Whether an option changed by itself. What was kept is opened once, by the first that is asked about. */
function changedIn(programme: Programme, kept: Kept, at: number): Heeded {
  if (!heedsTime(programme)) return () => false;
  let known: ReturnType<typeof opened> | undefined;
  return (option) => {
    const { now, blocks, arrived } = (known ??= opened(programme, kept, at));
    return lastChange(blocks, arrived, now / HOUR_MS, (own) => own === option) !== undefined;
  };
}

function weighed(programme: Programme, kept: Kept, at: number, heeded: Heeded): EffectiveSums {
  const { inContext } = kept;
  const { now, blocks, arrived } = opened(programme, kept, at);
  const options: Record<OptionKey, LinearTotal> = {};
  const counted: Record<OptionKey, Counted> = {};
  const pending: Record<OptionKey, Pending> = {};
  const change = heedsTime(programme) ? lastChange(blocks, arrived, now / HOUR_MS, heeded) : undefined;
  const limited = arrived.goals.filter(({ goal }) => isLimited(programme, goal.signal));
  for (const block of blocks) {
    if (change && block.from < change.from) continue;
    for (const [option, total] of Object.entries(block.options)) {
      const own = inContext ? total : constantOf(total);
      const into = (options[option] ??= emptyTotal(columnsOf(own)));
      const trials = own.information[0]!;
      const left = remaining(programme, trials > 0 ? hourOf(now) - own.hours / trials : 0);
      const all = (counted[option] ??= { trials: 0, signals: {}, told: {} });
      addCounted(all, own, left);
      for (const one of limited) {
        const { signal } = one.goal;
        all.told[signal] = (all.told[signal] ?? 0) + left * trials * arrived.surelyOf(block, option, one);
      }
      const told = arrived.told(block, option);
      addTold(into, own, told, { by: left, features: kept.sums.features });
      const open = (pending[option] ??= { trials: 0, counted: 0 });
      if (!arrived.isOpen(block, option)) continue;
      open.trials += trials;
      open.counted += trials * told.trials * left;
    }
  }
  return { at: now, inContext, options, counted, pending, awaited: arrived.goals, change };
}

const isLimited = ({ goal }: Programme, signal: string): boolean =>
  goal.limits?.some((limit) => limit.signal === signal) === true;

function addCounted(into: Counted, { information, responses }: BlockTotal, by: number): void {
  into.trials += by * information[0]!;
  for (const [signal, response] of Object.entries(responses))
    into.signals[signal] = (into.signals[signal] ?? 0) + by * response[0]!;
}

/** The effective sums with values as what they are worth as a rule (`robust-totals.ts`). */
export function ownSums(programme: Programme, state: ModelState, at: number): EffectiveSums {
  const sums = effectiveSums(programme, state, at);
  return { ...sums, options: robustTotals(programme, sums.options) };
}

/** What policies and estimates go by. */
export interface BelievableSums extends EffectiveSums {
  /** Together with what is known from elsewhere, as much as that counts. */
  options: EffectiveSums['options'];
  /** Without it. */
  own: EffectiveSums['options'];
  /** What is known from elsewhere; none of an option that nothing is known of. */
  past: Readonly<Record<OptionKey, PastUse>>;
  /** Probability that this says which options are better here. */
  related: number;
}

/** The effective sums that policies and estimates go by. What changed since is not what it was elsewhere either. */
export function believableSums(programme: Programme, state: ModelState, at: number): BelievableSums {
  const sums = ownSums(programme, state, at);
  const own = sums.options;
  if (!state.past || sums.change) return { ...sums, own, past: {}, related: 0 };
  const columns = sums.inContext ? linearSumsOf(programme).features.count : 1;
  return { ...sums, ...withPast(programme, state.past, { own, columns, now: sums.at }), own };
}

/** The sums at a time, ms since 1970: the same until what was learned counts for more or less. */
export type SumsAt = (at: number) => BelievableSums;

/** Those of one model state, reckoned once for each tick: one for all who ask about it. */
export function effectiveOf(programme: Programme, state: ModelState): SumsAt {
  let known: { tick: number; sums: BelievableSums } | undefined;
  return (at) => {
    const tick = tickOf(at);
    if (known?.tick !== tick) known = { tick, sums: believableSums(programme, state, at) };
    return known.sums;
  };
}

/** The same without what is known from elsewhere. */
export function withoutPast(sumsAt: SumsAt): SumsAt {
  let known: { from: BelievableSums; sums: BelievableSums } | undefined;
  return (at) => {
    const from = sumsAt(at);
    if (known?.from !== from) known = { from, sums: { ...from, options: from.own, past: {}, related: 0 } };
    return known.sums;
  };
}
