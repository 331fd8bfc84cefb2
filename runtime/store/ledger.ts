import { hash } from 'node:crypto';
import type { LedgerEntry, LedgerKind, LedgerRow, WorkWrites } from '../../core/contracts/store.ts';
import type { NewDecision } from '../../core/contracts/store.ts';

/** A ledger row before it has its place in the chain. */
export interface LedgerDraft {
  kind: LedgerKind;
  at: number;
  programme: string | null;
  person: string | null;
  ref: string | null;
  /** What the digest is of. */
  body: string;
  /** Whether the body is kept in the ledger itself; decisions and signals are kept in their own tables. */
  inline: boolean;
}

export const GENESIS = '0'.repeat(64);

export const sha256 = (text: string): string => hash('sha256', text, 'hex');

/** Chain value of a row: the hash of the one before it and of everything the row says. */
export function chainOf(previous: string, row: Omit<LedgerRow, 'chain' | 'body'>): string {
  const { seq, kind, at, programme, person, ref, digest } = row;
  return sha256(JSON.stringify([previous, seq, kind, at, programme, person, ref, digest]));
}

export const decisionBody = ({ decision }: NewDecision): string => JSON.stringify(decision);

/** The rows a batch adds, in the order the fold needs them: decisions, signals, merges, erasures. */
export function draftsOf(writes: WorkWrites): LedgerDraft[] {
  return [
    ...writes.decisions.map((entry): LedgerDraft => {
      const { id, at, programme, person } = entry.decision;
      return { kind: 'decision', at, programme, person, ref: id, body: decisionBody(entry), inline: false };
    }),
    ...writes.signals.map((signal): LedgerDraft => {
      const ref = JSON.stringify([signal.source, signal.id]);
      const { at, person } = signal;
      return { kind: 'signal', at, programme: null, person, ref, body: JSON.stringify(signal), inline: false };
    }),
    ...writes.merges.map((merge): LedgerDraft => {
      const body = JSON.stringify(merge);
      return { kind: 'merge', at: merge.at, programme: null, person: merge.into, ref: null, body, inline: true };
    }),
    ...writes.erased.map(({ person, at }): LedgerDraft => {
      const body = JSON.stringify({ person });
      return { kind: 'erase', at, programme: null, person, ref: null, body, inline: true };
    }),
  ];
}

/** What the fold reads of a row; decision rows are joined with their decision by the store. */
export function entryOf(row: Pick<LedgerRow, 'seq' | 'kind' | 'at' | 'programme' | 'person' | 'body'>): LedgerEntry {
  const { seq, kind, at, programme, person, body } = row;
  return {
    seq,
    kind,
    at,
    programme: programme ?? undefined,
    person: person ?? undefined,
    merge: kind === 'merge' && body !== null ? (JSON.parse(body) as LedgerEntry['merge']) : undefined,
  };
}
