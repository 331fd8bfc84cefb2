import type { FoldWrites, History, HistoryAsk, LedgerEntry } from '../contracts/store.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { PersonId } from '../domain/person.ts';
import type { Programme, ProgrammeId } from '../domain/programme.ts';
import { longestWindowMs } from '../domain/programme.ts';
import { CLOCK_SKEW_MS } from './attribute.ts';
import { Folding } from './folding.ts';
import type { ModelState } from './model.ts';
import { rewardOutcome } from './outcomes.ts';

/** What the fold reads besides the entries themselves. */
export interface FoldInput {
  /** Ledger position the entries come after. */
  expected: number;
  entries: readonly LedgerEntry[];
  histories: readonly History[];
  programmes: readonly Programme[];
  states: ReadonlyMap<ProgrammeId, ModelState>;
  /** ms since 1970 */
  now: number;
  /** Destinations that are told of an outcome. */
  route: (outcome: Outcome) => string[];
}

/** Whose history the entries touch, and how much of it: only that can change what a signal is credited to. */
export function historiesNeeded(entries: readonly LedgerEntry[], programmes: readonly Programme[]): HistoryAsk[] {
  const window = Math.max(0, ...programmes.map(longestWindowMs)) + CLOCK_SKEW_MS;
  const asks = new Map<PersonId, HistoryAsk>();
  for (const { kind, person, at } of entries) {
    if (person === undefined || kind === 'decision') continue;
    const whole = kind !== 'signal';
    const from = whole ? 0 : at - 2 * window;
    const to = whole ? Number.MAX_SAFE_INTEGER : at + window;
    const ask = asks.get(person);
    asks.set(person, { person, from: Math.min(from, ask?.from ?? from), to: Math.max(to, ask?.to ?? to) });
  }
  return [...asks.values()];
}

/**
 * Folds ledger entries into models. Trials come from the entries themselves; what a person's signals are worth is worked
 * out anew from their history and compared with what was credited before, so that duplicates, order, late events and
 * merges all end in the same state.
 */
export function fold(input: FoldInput): { writes: FoldWrites; states: Map<ProgrammeId, ModelState> } {
  const folding = new Folding(input.states);
  for (const entry of input.entries) {
    if (entry.kind === 'decision') folding.decision(entry);
    if (entry.kind === 'merge' && entry.merge) folding.merge(entry.merge);
  }
  const erased = new Set(input.entries.flatMap((e) => (e.kind === 'erase' && e.person ? [e.person] : [])));
  for (const history of input.histories) {
    for (const programme of input.programmes) {
      if (history.arms[programme.id] === undefined) continue;
      if (erased.has(history.person)) folding.forget(programme, history);
      else folding.reconcile(programme, history);
    }
  }
  const position = input.entries.at(-1)?.seq ?? input.expected;
  const outcomes = folding.changes
    .map(({ change, history }) => rewardOutcome(change, history))
    .flatMap((outcome) => input.route(outcome).map((destination) => ({ destination, outcome, at: input.now })));
  const writes = { ...folding.writes(position), expected: input.expected, outcomes, forgotten: [...erased] };
  return { writes, states: folding.states };
}
