import type { FoldWrites, History, LedgerChunk, LedgerEntry } from '../contracts/records.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { PersonId } from '../domain/person.ts';
import { reversalsOf } from '../domain/orders.ts';
import { tellingOf } from '../domain/scanners.ts';
import { creditedBy } from './responses.ts';
import type { Programme, ProgrammeId } from '../domain/programme.ts';
import type { FoldBase, FoldFault } from './fold-base.ts';
import { Folding } from './folding.ts';
import type { ModelState } from './model.ts';
import type { Move } from './move.ts';
import { rewardOutcome } from './outcomes.ts';
import type { Stretch } from './stretches.ts';

/** What the fold reads besides the entries themselves. */
export interface FoldInput extends Omit<FoldBase, 'stretch' | 'position'> {
  /** The part of the ledger that tells whose histories these are; absent: the entries. */
  stretch?: Stretch | undefined;
  /** Ledger position the entries come after. */
  expected: number;
  chunk: LedgerChunk;
  histories: readonly History[];
  /** ms since 1970 */
  now: number;
  /** Destinations that are told of an outcome. */
  route: (outcome: Outcome) => string[];
}

export interface Folded {
  writes: FoldWrites;
  states: Map<ProgrammeId, ModelState>;
  /** How what decisions on record taught is moved. */
  moves: readonly Move[];
  /** Programmes to which something could not be added, and why. */
  faults: readonly FoldFault[];
  /** Programmes that begin anew, because somebody was erased whom what had been learned could not be told apart from. */
  withdrawn: readonly ProgrammeId[];
}

/** Names of the signals that are credited: no other signal changes what anybody is credited with. */
export function goalSignals(programmes: readonly Programme[]): string[] {
  return [...new Set(programmes.flatMap((own) => creditedBy(own).map(({ signal }) => signal)))];
}

/** Names of the signals that tell what some of these are worth: whether scanners made them, whether they were taken back. */
export const tellingSignals = (names: readonly string[]): string[] => [
  ...new Set(names.flatMap((name) => [...tellingOf(name), ...reversalsOf(name)])),
];

export const personsIn = (entries: readonly LedgerEntry[]): PersonId[] => [
  ...new Set(entries.flatMap(({ person }) => person ?? [])),
];

/**
 * Whose history the entries touch. All of it is needed: a stretch would hold decisions without all of their signals, and
 * an order may be reported again at any later time.
 */
export function personsTouched(entries: readonly LedgerEntry[], counted: readonly string[]): PersonId[] {
  const names = new Set(counted);
  const touching = entries.filter(({ signal }) => signal === undefined || names.has(signal));
  return personsIn(touching);
}

/**
 * Folds ledger entries into models. Trials come from the entries themselves; what a person's signals are worth is worked
 * out anew from their history and compared with what was credited before, so that duplicates, order, late events and
 * merges all end in the same state.
 */
export function fold(input: FoldInput): Folded {
  const { entries, decisions, upTo: position } = input.chunk;
  const { stretch = { after: input.expected, upTo: position } } = input;
  const folding = new Folding({ ...input, stretch, position });
  for (const alike of decisions) folding.decisions(alike);
  for (const entry of entries) if (entry.merge) folding.merge(entry.merge);
  const erased = new Set(entries.flatMap((e) => (e.kind === 'erase' && e.person ? [e.person] : [])));
  for (const history of input.histories) {
    for (const programme of input.programmes) {
      if (history.arms[programme.id] === undefined) continue;
      if (erased.has(history.person)) folding.forget(programme, history);
      else folding.reconcile(programme, history);
    }
  }
  folding.pasts(
    input.programmes,
    entries.some(({ kind }) => kind === 'programme'),
  );
  const outcomes = folding.changes
    // nobody is told that something worth nothing is credited
    .filter(({ change: { credit, before, reward } }) => credit.worth !== before && reward !== 0)
    .map(({ change, history }) => ({
      person: history.person,
      outcome: rewardOutcome(change, history, position),
    }))
    .flatMap(({ person, outcome }) =>
      input.route(outcome).map((destination) => ({ destination, person, outcome, at: input.now })),
    );
  const writes = { ...folding.writes(position), expected: input.expected, outcomes, forgotten: [...erased] };
  const { states, moves, faults, withdrawn } = folding;
  return { writes, states, moves, faults, withdrawn };
}
