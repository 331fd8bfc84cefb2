import type { History, LedgerChunk, LedgerEntry } from '../../core/contracts/records.ts';
import type { Store } from '../../core/contracts/store.ts';
import type { Programme, ProgrammeId } from '../../core/domain/programme.ts';
import { hasSlots } from '../../core/domain/slots.ts';
import { goalSignals, personsIn, personsTouched, tellingSignals } from '../../core/learn/fold.ts';
import { learnsContext } from '../../core/learn/linear-state.ts';
import type { Catalogue } from './catalogue.ts';

/** Rows of the ledger that are read at once. */
export const CHUNK = 5_000;

/** Programmes that learn from more of a decision than its option. */
const contextual = (programmes: readonly Programme[]): ProgrammeId[] =>
  programmes
    .filter((own) => learnsContext(own) || own.timing || own.variants.some(hasSlots))
    .map(({ id }) => id);

/** The next stretch of the ledger, read knowing every programme that is saved in it: another copy may have saved it. */
export async function nextChunk(store: Store, catalogue: Catalogue, after: number): Promise<LedgerChunk> {
  for (let known = 0; ;) {
    const chunk = await store.readLedger(after, CHUNK, contextual(catalogue.programmes()));
    const saved = chunk.entries.findLast(({ kind }) => kind === 'programme')?.seq ?? 0;
    if (saved <= known) return chunk;
    await catalogue.load(store);
    known = saved;
  }
}

/**
 * The histories of whom the entries touch. What only tells that a scanner may have clicked, as every delivery does, or that an order
 * was taken back, touches nobody who was never credited with anything.
 * @param all whether whatever somebody did touches them: what they were credited with may be of a signal that no goal counts any more
 */
export async function historiesOf(
  store: Store,
  entries: readonly LedgerEntry[],
  programmes: readonly Programme[],
  all = false,
): Promise<History[]> {
  const names = goalSignals(programmes);
  const telling = tellingSignals(names);
  const touched = all ? personsIn(entries) : personsTouched(entries, names);
  const others = new Set(telling.length > 0 ? personsTouched(entries, telling) : []).difference(
    new Set(touched),
  );
  const credited = others.size > 0 ? await store.credited([...others]) : [];
  const persons = [...touched, ...credited];
  return persons.length > 0 ? store.histories(persons, [...names, ...telling], contextual(programmes)) : [];
}
