import type { OptionKey } from '../domain/decision.ts';
import type { Programme } from '../domain/programme.ts';
import { DAY_MS, HOUR_MS } from '../domain/programme.ts';
import type { BlockTotal, LinearTotal } from './blocks.ts';
import { addTotal, blocksAt, emptyTotal, hourOf } from './blocks.ts';
import { linearSumsOf } from './linear-state.ts';
import type { ModelState } from './model.ts';

/** What counts how much is reckoned anew every five minutes. */
const TICK_MS = HOUR_MS / 12;
export const tickOf = (at: number): number => Math.floor(at / TICK_MS);

/** What was learned of each option, every trial as much as it counts by now: what policies, estimates and reports read. */
export interface EffectiveSums {
  /** ms since 1970; never before the newest decision that was learned from. */
  at: number;
  /** Whether it is of the context that is declared now: if not, there is one column, the constant. */
  inContext: boolean;
  /** None of an option that was never tried. */
  options: Readonly<Record<OptionKey, LinearTotal>>;
}

/** The constant's part of sums over any columns. */
const constantOf = ({ information, responses, ...rest }: BlockTotal): BlockTotal => ({
  ...rest,
  information: information.slice(0, 1),
  responses: Object.fromEntries(Object.entries(responses).map(([name, sums]) => [name, sums.slice(0, 1)])),
});

/** What forgetting leaves of a trial of some hours ago. */
const kept = ({ policy }: Programme, hours: number): number =>
  policy.halfLifeDays === undefined ? 1 : 2 ** ((-hours * HOUR_MS) / (policy.halfLifeDays * DAY_MS));

/** Whether what was learned is of the context that the programme declares now. */
export const isInContext = (programme: Programme, { linear }: ModelState): boolean =>
  linear.schema === linearSumsOf(programme).schema || linear.blocks.length === 0;

/** @param at ms since 1970 */
export function effectiveSums(programme: Programme, state: ModelState, at: number): EffectiveSums {
  const { linear } = state;
  const sums = linearSumsOf(programme);
  const inContext = isInContext(programme, state);
  const now = Math.max(tickOf(at) * TICK_MS, linear.newest * HOUR_MS);
  const options: Record<OptionKey, LinearTotal> = {};
  for (const block of blocksAt(linear.blocks, hourOf(now), sums.grain)) {
    for (const [option, total] of Object.entries(block.options)) {
      const own = inContext ? total : constantOf(total);
      const into = (options[option] ??= emptyTotal(inContext ? sums.features.count : 1));
      const trials = own.information[0]!;
      const age = trials > 0 ? hourOf(now) - own.hours / trials : 0;
      addTotal(into, own, kept(programme, age));
    }
  }
  return { at: now, inContext, options };
}

/** The effective sums of one model state at any time, reckoned once for each tick. */
export function effectiveOf(programme: Programme, state: ModelState): (at: number) => EffectiveSums {
  let known: { tick: number; sums: EffectiveSums } | undefined;
  return (at) => {
    const tick = tickOf(at);
    if (known?.tick !== tick) known = { tick, sums: effectiveSums(programme, state, at) };
    return known.sums;
  };
}
