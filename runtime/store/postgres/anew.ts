import type { LedgerRow } from '../../../core/contracts/ledger-row.ts';
import type { LearnStore } from '../../../core/contracts/store.ts';
import type { DecisionId } from '../../../core/domain/decision.ts';
import { entryOf } from '../ledger.ts';
import { texts } from './cells.ts';
import type { Database } from './database.ts';
import { seal } from './seal.ts';

const MERGES = {
  name: 'merges',
  text: `SELECT seq, kind, at, person, ref, body FROM pickwell.ledger
    WHERE kind = 'merge' AND seq <= $1 AND body IS NOT NULL`,
};
const PLACES = {
  name: 'places',
  text: `SELECT ref AS id, seq FROM pickwell.ledger WHERE person = ANY($1::text[]) AND kind = 'decision'`,
};

/** What models are made anew from, beside trials and arms. */
export const anew = (db: Database): Pick<LearnStore, 'merges' | 'places'> => ({
  merges: async (upTo) => (await db.rows<LedgerRow>(MERGES, upTo)).map(entryOf),
  places: async (persons) => {
    await seal(db);
    const rows = await db.rows<{ id: DecisionId; seq: number }>(PLACES, texts(persons));
    return new Map(rows.map(({ id, seq }) => [id, seq]));
  },
});
