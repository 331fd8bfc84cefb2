import type { WorkFacts, WorkQuery, WorkWrites } from '../../../core/contracts/records.ts';
import { closing } from './closed.ts';
import type { Database, Prepared } from './database.ts';
import { Thrown } from './database.ts';
import { emptying } from './erase.ts';
import { load } from './load.ts';
import type { Call, Session } from './session.ts';
import { writing } from './write.ts';

/** Whoever waits for a decision has less patience than a statement has, in ms. */
const WAIT_MS = 1_000;

type Work = (facts: WorkFacts) => WorkWrites;

/**
 * Two round trips: begin, lock and read; write and commit. Erasures take one more. With `timed` the facts tell the
 * database's time, which is the same for all copies.
 */
export function transact(db: Database, query: WorkQuery, work: Work, timed: boolean): Promise<void> {
  return db.transaction(async (session): Promise<Prepared<undefined>> => {
    const facts = await load(session, query, timed);
    if (!timed) delete facts.now;
    const writes = run(work, facts);
    const written = writing(writes, query, facts);
    const calls = writes.erased.length === 0 ? written : await afterErasing(session, written, writes);
    return { calls: inTurn(calls, closing(writes.closed)), value: undefined };
  }, WAIT_MS);
}

/** The ones, then the others, each made when it is asked for. */
function* inTurn(...lists: readonly Iterable<Call>[]): Generator<Call> {
  for (const calls of lists) yield* calls;
}

function run(work: Work, facts: WorkFacts): WorkWrites {
  try {
    return work(facts);
  } catch (error) {
    throw new Thrown(error);
  }
}

/** Who is erased is looked up among what the batch has just written. */
async function afterErasing(
  session: Session,
  calls: Iterable<Call>,
  { erased }: WorkWrites,
): Promise<Call[]> {
  await session.ask(...calls);
  const ids = erased.map(({ person }) => person);
  return emptying(session, ids);
}
