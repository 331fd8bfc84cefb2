import type { LedgerKind, WorkWrites } from '../../../core/contracts/records.ts';
import { draftsAfterDecisions, sha256 } from '../ledger.ts';
import type { LedgerDraft } from '../ledger.ts';
import type { Statement } from './session.ts';

/** What the fold counts decisions by. */
type Counted = [option: string, arm: string, learn: boolean, first: boolean];

/** A ledger row that has no place yet, as it is kept until then. */
export type Entry = [
  ...[kind: LedgerKind, at: number, programme: string | null, person: string | null, ref: string | null],
  ...[digest: string, body: string | null],
  ...(Counted | []),
];

/** One row for all entries of a batch: what a batch costs hardly grows with them. */
export const UNSEALED: Statement = {
  name: 'unsealed',
  text: 'INSERT INTO pickwell.unsealed (entries, body) VALUES ($1, $2)',
};

export function entryOfDraft({ kind, at, programme, person, ref, body, inline }: LedgerDraft): Entry {
  return [kind, at, programme, person, ref, sha256(body), inline ? body : null];
}

/** Entries of a batch in their order; `records` are its decisions as they are stored. */
export function entriesOf(writes: WorkWrites, records: readonly string[]): Entry[] {
  const decided = writes.decisions.map(({ decision: d, first }, i): Entry => [
    ...(['decision', d.at, d.programme, d.person, d.id, sha256(records[i]!), null] as const),
    ...([d.option, d.arm, d.learn, first] as const),
  ]);
  return [...decided, ...draftsAfterDecisions(writes).map(entryOfDraft)];
}
