import type { PersonId } from '../domain/person.ts';
import type { ProgrammeId } from '../domain/programme.ts';
import type { LedgerKind } from './records.ts';

/** A row of the ledger as it is kept. */
export interface LedgerRow {
  seq: number;
  kind: LedgerKind;
  at: number;
  programme: ProgrammeId | null;
  person: PersonId | null;
  /** Id of the decision or signal the row stands for. */
  ref: string | null;
  /** Null after the person was erased. */
  body: string | null;
  /** SHA-256 of the body, hex. */
  digest: string;
  /** SHA-256 of the previous chain value and this row's fields, hex. */
  chain: string;
}
