import type { LearnStore } from '../../core/contracts/store.ts';
import type { Programme } from '../../core/domain/programme.ts';
import type { ModelState } from '../../core/learn/model.ts';
import { Renewal } from '../../core/learn/renewal.ts';
import { CHUNK } from './ledger-reading.ts';

export interface AnewPorts {
  store: LearnStore;
  /** Asked after every stretch of the ledger; where it says no, somebody else folds by now. */
  goesOn: () => Promise<boolean>;
}

/** The state of a programme made anew from all that was folded, up to a place in the ledger; undefined where it does not go on. */
export async function madeAnew(
  { store, goesOn }: AnewPorts,
  programme: Programme,
  known: ModelState,
  upTo: number,
): Promise<Renewal | undefined> {
  const { id } = programme;
  const renewal = new Renewal(programme, known);
  if (known.behind) renewal.arms(await store.arms(id, upTo));
  for (let after = 0; after < upTo; after += CHUNK) {
    const end = Math.min(upTo, after + CHUNK);
    renewal.add(await store.trials(id, after, end));
    if (known.behind) renewal.merges((await store.readLedger(after, end - after)).entries);
    if (!(await goesOn())) return undefined;
  }
  for (let after = upTo, end = after; ; after = end) {
    ({ upTo: end } = await store.readLedger(after, CHUNK));
    if (end === after) return renewal;
    renewal.credit(await store.trials(id, after, end));
    if (!(await goesOn())) return undefined;
  }
}
