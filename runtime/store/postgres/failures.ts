import { Fault } from '../../../core/contracts/faults.ts';
import { Unanswered } from './session.ts';

/** What went wrong, by what can be done about it. */
export type Failure = 'repeat' | 'unavailable' | 'bug';

/**
 * SQLSTATE codes and classes (PostgreSQL, appendix A). To be repeated: serialisation failure, deadlock, lock not had in time,
 * a connection that broke or could not be had, a server that is stopping or starting, and one that only reads, since another one
 * may have taken its place.
 */
const READ_ONLY = '25006';
const REPEATED: ReadonlySet<string> = new Set([
  READ_ONLY,
  '40001',
  '40P01',
  '55P03',
  '57P01',
  '57P02',
  '57P03',
  '53300',
]);
/** Resources gone, cancelled by a time limit, a broken system or file, a refused login. */
const UNAVAILABLE: ReadonlySet<string> = new Set(['53', '57', '58', 'XX', '28']);
const NO_DATABASE = '3D000';

/** A key that is there already. */
const TAKEN = '23505';
/** Tables into which a batch inserts what it looked for and did not find: another copy was quicker. */
const GUARDED = /^(aliases|seen)_\d+$/;

/** Codes of Node for a network that fails. */
const NETWORK = /^E(?!RR_)[A-Z0-9]+$/;
/** node-postgres has no code for these. */
const LOST =
  /^(Connection terminated|Client has encountered|Client was closed|Query read timeout|timeout expired|timeout exceeded)/;
const CLOSED = /^Cannot use a pool/;

/** Whether the server is a standby, or was told not to write any more. */
export const onlyReads = (error: unknown): boolean => (error as { code?: unknown }).code === READ_ONLY;

export function failureOf(error: unknown): Failure {
  if (error instanceof Unanswered) return 'repeat';
  const { code, message, table } = error as { code?: unknown; message?: unknown; table?: unknown };
  if (typeof code === 'string' && code.length === 5 && !code.startsWith('E')) {
    if (code === TAKEN && GUARDED.test(String(table))) return 'repeat';
    if (REPEATED.has(code) || code.startsWith('08')) return 'repeat';
    if (UNAVAILABLE.has(code.slice(0, 2)) || code === NO_DATABASE) return 'unavailable';
    return 'bug';
  }
  if (CLOSED.test(String(message))) return 'unavailable';
  const network = typeof code === 'string' && NETWORK.test(code);
  return network || LOST.test(String(message)) ? 'repeat' : 'bug';
}

/**
 * The error a caller gets. Messages of the server and of node-postgres name the host, the role and the database, never the
 * password; only the message goes on, because the objects behind it hold the connection's parameters.
 */
export function errorOf(error: unknown): Error {
  if (error instanceof Fault) return error;
  const message = error instanceof Error ? error.message || error.name : String(error);
  return failureOf(error) === 'bug'
    ? new Error(`store: ${message}`)
    : new Fault('unavailable', `store: ${message}`);
}
