import type { LedgerRow } from '../../../core/contracts/ledger-row.ts';
import type { LedgerEntry } from '../../../core/contracts/records.ts';
import type { ArmTotals, Trial } from '../../../core/contracts/trial.ts';
import type { DecisionId } from '../../../core/domain/decision.ts';
import type { PersonId } from '../../../core/domain/person.ts';
import type { ProgrammeId } from '../../../core/domain/programme.ts';
import type { TrialRow } from '../contexts.ts';
import { contextIn, taughtIn, trialsIn } from '../contexts.ts';
import { entryOf } from '../ledger.ts';
import type { Database } from './database.ts';
import type { TaughtRow } from './learn.ts';

/* What models are made anew from. */

/** The decisions of a programme that teach, in a stretch of the ledger, with their credits. */
export function trials(db: Database, programme: ProgrammeId, after: number, upTo: number): Trial[] {
  const rows = db.all<Omit<TrialRow, keyof TaughtRow> & TaughtRow>(
    `SELECT d.id, d.option, d.at, json_extract(d.record, '$.context') AS context,
       json_extract(d.record, '$.timing.planned') AS planned, json_extract(d.record, '$.pieces') AS pieces, c.signal, c.worth, c.delay
     FROM decisions d LEFT JOIN credits c ON c.person = d.person AND c.decision = d.id
     WHERE d.seq > ? AND d.seq <= ? AND d.programme = ? AND d.learn = 1`,
    ...[after, upTo, programme],
  );
  return trialsIn(
    rows.map(({ context, planned, pieces, ...row }) => {
      return { ...row, context: contextIn(context), ...taughtIn({ planned, pieces }) };
    }),
  );
}

/** Who became one, by the rows of the ledger up to a place. */
export const merges = (db: Database, upTo: number): LedgerEntry[] =>
  db
    .all<LedgerRow>(
      `SELECT seq, kind, at, person, ref, body FROM ledger WHERE kind = 'merge' AND seq <= ? AND body IS NOT NULL`,
      upTo,
    )
    .map(entryOf);

/** Places in the ledger of the decisions of some persons. */
export const places = (db: Database, persons: readonly PersonId[]): ReadonlyMap<DecisionId, number> =>
  new Map(
    persons.flatMap((person) =>
      db
        .all<{ id: DecisionId; seq: number }>('SELECT id, seq FROM decisions WHERE person = ?', person)
        .map(({ id, seq }) => [id, seq] as const),
    ),
  );

/** What the arms of a programme are made of, up to a place in the ledger. */
export function arms(db: Database, programme: ProgrammeId, upTo: number): ArmTotals[] {
  return db.all<ArmTotals>(
    `SELECT arm, sum(persons) AS persons, total(sum) AS sum, total(squares) AS squares FROM (
       SELECT arm, count(*) AS persons, 0 AS sum, 0 AS squares FROM decisions
         WHERE programme = ?1 AND first = 1 AND seq <= ?2 GROUP BY arm
       UNION ALL SELECT arm, 0, sum(reward), sum(reward * reward) FROM rewards WHERE programme = ?1 GROUP BY arm
     ) GROUP BY arm`,
    ...[programme, upTo],
  );
}
