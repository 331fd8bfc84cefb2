import type { ArmTotals } from '../contracts/trial.ts';
import type { MergedArm } from '../contracts/merge.ts';
import type { Arm } from '../domain/arm.ts';
import type { OptionKey } from '../domain/decision.ts';
import type { ProgrammeId } from '../domain/programme.ts';
import type { CompensatedSum } from '../maths/compensated-sum.ts';
import { plus, valueOf, ZERO_SUM } from '../maths/compensated-sum.ts';
import type { FormerState } from './former-state.ts';
import { countedByTime, linearOf } from './former-state.ts';
import type { Past } from './past.ts';
import type { HourSums } from './hour-sums.ts';
import type { LinearState } from './linear-state.ts';
import type { NumberSums } from './ranges.ts';
import { readNumbers } from './ranges.ts';
import type { Stretch } from './stretches.ts';

/** Reward of one arm, by person: what lift is computed from. */
export interface ArmTotal {
  persons: number;
  sum: CompensatedSum;
  sumOfSquares: CompensatedSum;
}

/** What was learned about one programme: sums only, so that anything can be taken back. */
export interface ModelState {
  arms: Record<Arm, ArmTotal>;
  /** Of the trials of each option. */
  linear: LinearState;
  /** Of the trials of each variant with slots, over its pieces. */
  pieces?: LinearState | undefined;
  /** Of a programme that plans ahead. */
  hours?: HourSums | undefined;
  /** Of a programme that leaves the range of a number to be learned. */
  numbers?: NumberSums | undefined;
  /** What is known from elsewhere, of a programme that asks for it. */
  past?: Past | undefined;
  /**
   * What was decided and came since could not be added: all sums but those of arms are what they were before, or empty where somebody was
   * erased since, and all are made anew from the record (`renewal.ts`). Absent where nothing is missing.
   */
  behind?: true | undefined;
  /** By which goal credits and rewards are (`goalSchema`); absent where that was not written down. */
  goal?: string | undefined;
  /** Place in the ledger up to which somebody was taken out: what was learned up to an earlier one still knows them. */
  forgot?: number | undefined;
  /** In which stretches of the ledger somebody did what could not be credited: it is tried again. Absent where there are none. */
  owing?: Stretch[] | undefined;
}

/** Whether something is missing from a state that is on record. */
export const lacks = ({ behind, owing }: Pick<ModelState, 'behind' | 'owing'>): boolean =>
  behind === true || owing !== undefined;

/** A state with its version: what decisions name. */
export interface Model {
  programme: ProgrammeId;
  version: number;
  state: ModelState;
}

const EMPTY_ARM: ArmTotal = { persons: 0, sum: ZERO_SUM, sumOfSquares: ZERO_SUM };

export function emptyState(): ModelState {
  const arms = { treated: { ...EMPTY_ARM }, holdout: { ...EMPTY_ARM } };
  return { arms, linear: { schema: '', newest: 0, blocks: [] } };
}

/** What is learned of decisions: everything but what is known from elsewhere, and who is in the arms. */
export const sumsOf = ({
  linear,
  pieces,
  hours,
  numbers,
}: ModelState): Pick<ModelState, 'linear' | 'pieces' | 'hours' | 'numbers'> => ({
  ...{ linear, pieces, hours, numbers },
});

/** A state as it was written, also by a former version of the program. */
export function readState(text: string): ModelState {
  const state = JSON.parse(text) as ModelState | (Pick<ModelState, 'arms'> & FormerState);
  if ('options' in state) return { arms: state.arms, linear: linearOf(state) };
  const { linear, numbers } = state;
  return { ...state, linear: countedByTime(linear), ...(numbers && { numbers: readNumbers(numbers) }) };
}

/** What one option earned, all told. */
export interface OptionTotal {
  trials: number;
  /** By signal: trials that had it, and the sum of its worths in [0, 1]. */
  signals: Record<string, { count: number; worth: number }>;
}

/** Every trial as 1, whenever it was. */
export function optionTotals({ linear }: Pick<ModelState, 'linear'>): Record<OptionKey, OptionTotal> {
  const totals: Record<OptionKey, OptionTotal> = {};
  for (const { options } of linear.blocks) {
    for (const [option, { information, responses, arrivals }] of Object.entries(options)) {
      const own = (totals[option] ??= { trials: 0, signals: {} });
      own.trials += information[0]!;
      for (const [signal, counts] of Object.entries(arrivals)) {
        const { count, worth } = own.signals[signal] ?? { count: 0, worth: 0 };
        const more = counts.reduce((sum, n) => sum + n, 0);
        own.signals[signal] = { count: count + more, worth: worth + (responses[signal]?.[0] ?? 0) };
      }
    }
  }
  return totals;
}

/**
 * Moves one person's reward from `before` to `after`. Changes `state`.
 * @throws RangeError where what they add up to is no finite number; `state` is of no use then
 */
export function moveReward(state: Pick<ModelState, 'arms'>, arm: Arm, before: number, after: number): void {
  const total = state.arms[arm];
  total.sum = plus(plus(total.sum, -before), after);
  total.sumOfSquares = plus(plus(total.sumOfSquares, -before * before), after * after);
  if (Number.isFinite(valueOf(total.sum)) && Number.isFinite(valueOf(total.sumOfSquares))) return;
  throw new RangeError(`a reward of ${after} is too much to be added up`);
}

export function addPersons(state: Pick<ModelState, 'arms'>, arm: Arm, persons: number): void {
  state.arms[arm].persons += persons;
}

/** Two persons who were counted in their arms become one in the arm that is kept. */
export function mergeArms(state: ModelState, { into, from, kept }: MergedArm): void {
  if (!into || !from) return;
  addPersons(state, into, -1);
  addPersons(state, from, -1);
  addPersons(state, kept, 1);
}

/** Adds up what the arms are made of. */
export function addArms(state: ModelState, totals: readonly ArmTotals[]): void {
  for (const { arm, persons, sum, squares } of totals) {
    const total = state.arms[arm];
    total.persons += persons;
    total.sum = plus(total.sum, sum);
    total.sumOfSquares = plus(total.sumOfSquares, squares);
  }
}
