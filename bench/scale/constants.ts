/** A number of the model, and where it comes from. */
export interface Constant {
  value: number;
  unit: string;
  /** What was done to measure it and when, or why it is assumed. */
  source: string;
}

const measured = (value: number, unit: string, how: string): Constant => {
  return { value, unit, source: `measured 22 November 2026: ${how}` };
};
const assumed = (value: number, unit: string, why: string): Constant => {
  return { value, unit, source: `assumed: ${why}` };
};

const BUSY = 'npm run bench:scale -- --measure, 2 busy virtual cores, PostgreSQL 15.20';

/** What the simulation and the arithmetic beside it are made of. */
export const CONSTANTS = {
  httpUs: assumed(40, 'us of a thread per request', 'from a profile on a quiet machine, docs/decisions/0010'),
  engineUs: assumed(
    65,
    'us of a thread per request',
    'from a profile on SQLite, docs/performance.md; PostgreSQL is below it',
  ),
  batchFixedUs: measured(1_899, 'us of database CPU per batch', BUSY),
  batchDecisionUs: measured(56, 'us of database CPU per decision', BUSY),
  walBytes: measured(3_361, 'bytes of write-ahead log per decision', BUSY),
  personBytes: measured(534, 'bytes per person in PostgreSQL', `${BUSY}, 200,000 people`),
  decisionBytes: measured(2_012, 'bytes per decision in PostgreSQL', `${BUSY}, 200,000 decisions`),
  sqlitePersonBytes: measured(337, 'bytes per person in SQLite', `${BUSY}, 200,000 people`),
  sqliteDecisionBytes: measured(1_700, 'bytes per decision in SQLite', `${BUSY}, 200,000 decisions`),
  flushMs: assumed(
    1.5,
    'ms, mean, exponential',
    'a network volume takes 1 to 4 ms and a local disk 0.2 to 0.6',
  ),
  standbyMs: assumed(
    0.7,
    'ms',
    'a synchronous standby in another zone: a round trip and its flush, overlapping ours',
  ),
  roundTripMs: assumed(
    0.3,
    'ms',
    'one trip from a copy to its database in the same region; a batch takes two',
  ),
  maxBatch: measured(256, 'decisions', 'MAX_BATCH of runtime/engine/batcher.ts'),
  answerBytes: assumed(1_000, 'bytes', 'about 650 of JSON and the headers'),
  requestBytes: assumed(
    2_500,
    'bytes to the database per decision',
    'record, ids and keys, once each way less than this',
  ),
} as const satisfies Record<string, Constant>;
