import { hash } from 'node:crypto';
import type { LedgerRow } from '../../core/contracts/ledger-row.ts';
import type { Merge } from '../../core/contracts/merge.ts';
import type { LedgerEntry, LedgerKind, NewDecision, WorkWrites } from '../../core/contracts/records.ts';

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

export function decisionDraft({ decision }: NewDecision): LedgerDraft {
  const { id, at, programme, person } = decision;
  return { kind: 'decision', at, programme, person, ref: id, body: JSON.stringify(decision), inline: false };
}

/** The rows a batch adds after its decisions, in the order the fold needs them: late ones, what was taken, signals, merges, erasures. */
export function draftsAfterDecisions(writes: WorkWrites): LedgerDraft[] {
  const { decisions, reservations, signals, merges, erased } = writes;
  const about = (kind: LedgerKind, at: number, person: string, body: string): LedgerDraft => {
    return { kind, at, programme: null, person, ref: null, body, inline: true };
  };
  const behind = decisions.filter(({ late }) => late === true);
  return [
    ...behind.map(({ decision }) => ({
      ...about('late', decision.at, decision.person, '{}'),
      ref: decision.id,
    })),
    // of nobody: what is taken of a resource can be added up when everybody who took of it was forgotten
    ...reservations.map((reservation): LedgerDraft => {
      const { id, at } = reservation;
      const head = { kind: 'reservation', at, programme: null, person: null, ref: id } as const;
      return { ...head, body: JSON.stringify(reservation), inline: true };
    }),
    ...signals.map((signal): LedgerDraft => {
      const { at, person, source, id, name } = signal;
      const ref = JSON.stringify([source, id, name]);
      return { ...about('signal', at, person, JSON.stringify(signal)), ref, inline: false };
    }),
    ...merges.map((merge) => about('merge', merge.at, merge.into, JSON.stringify(merge))),
    ...erased.map(({ person, at }) => about('erase', at, person, JSON.stringify({ person }))),
  ];
}

/** What the fold reads of a row. */
export function entryOf(
  row: Pick<LedgerRow, 'seq' | 'kind' | 'at' | 'person' | 'ref' | 'body'>,
): LedgerEntry {
  const { seq, kind, at, person, ref, body } = row;
  const signal = kind === 'signal' && ref !== null ? (JSON.parse(ref) as string[])[2] : undefined;
  const merge = kind === 'merge' && body !== null ? (JSON.parse(body) as Merge) : undefined;
  return { seq, kind, at, person: person ?? undefined, signal, merge };
}
