import type {
  ArmReward,
  Credit,
  DecisionCount,
  DecisionFact,
  History,
  LedgerChunk,
  LedgerRow,
  StoredSignal,
} from '../../../core/contracts/records.ts';
import type { Person, PersonId } from '../../../core/domain/person.ts';
import { entryOf } from '../ledger.ts';
import { texts } from './cells.ts';
import type { Database } from './database.ts';
import { seal } from './seal.ts';
import { call } from './session.ts';

const UP_TO = {
  name: 'up_to',
  text: 'SELECT least(seq, $1::bigint + $2::bigint) AS up_to FROM pickwell.ledger_head',
};
const COUNTS = {
  name: 'decision_counts',
  text: `SELECT programme, option, arm, learn, first, count(*) AS count FROM pickwell.ledger
    WHERE seq > $1 AND seq <= $2 AND kind = 'decision' GROUP BY programme, option, arm, learn, first`,
};
const ENTRIES = {
  name: 'entries',
  text: `SELECT seq, kind, at, person, ref, body FROM pickwell.ledger
    WHERE seq > $1 AND seq <= $2 AND kind <> 'decision' ORDER BY seq`,
};

/** Seals first. Decisions are counted where they lie; the rest, which is less by far, comes row by row. */
export async function readLedger(db: Database, after: number, limit: number): Promise<LedgerChunk> {
  await seal(db);
  const upTo = Math.max(after, (await db.one<{ up_to: number }>(UP_TO, after, limit))!.up_to);
  if (upTo === after) return { upTo, decisions: [], entries: [] };
  const [decisions, rows] = await db.read<[DecisionCount[], LedgerRow[]]>(
    call(COUNTS, after, upTo),
    call(ENTRIES, after, upTo),
  );
  return { upTo, decisions, entries: rows.map(entryOf) };
}

export const PERSONS = {
  name: 'persons_behind',
  text: `SELECT DISTINCT r.id, r.profile FROM unnest($1::text[]) AS q(id)
    JOIN pickwell.persons m ON m.id = q.id JOIN pickwell.persons r ON r.id = m.root WHERE r.profile IS NOT NULL`,
};
const DECISIONS = {
  name: 'decisions_of',
  text: `SELECT d.id, d.programme, d.person, d.at, d.option, d.arm, d.learn, d.send
    FROM unnest($1::text[]) AS q(id) JOIN pickwell.decisions d ON d.person = q.id`,
};
export const SIGNALS = {
  name: 'signals_of',
  text: `SELECT s.person, s.body FROM unnest($1::text[]) AS q(id) JOIN pickwell.signals s ON s.person = q.id`,
};
const NAMED_SIGNALS = { name: 'named_signals_of', text: `${SIGNALS.text} AND s.name = ANY($2::text[])` };
export const CREDITS = {
  name: 'credits_of',
  text: `SELECT c.decision, c.programme, c.person, c.signal, c.worth
    FROM unnest($1::text[]) AS q(id) JOIN pickwell.credits c ON c.person = q.id`,
};
const REWARDS = {
  name: 'rewards_of',
  text: `SELECT w.person, w.programme, w.arm, w.reward
    FROM unnest($1::text[]) AS q(id) JOIN pickwell.rewards w ON w.person = q.id`,
};

type Rows = [
  (Omit<DecisionFact, 'send'> & { send: string | null })[],
  { person: PersonId; body: string }[],
  Credit[],
  ArmReward[],
];

/** The canonical persons of some ids, each once. */
export async function personsBehind(db: Database, ids: readonly PersonId[]): Promise<Person[]> {
  const rows = await db.rows<{ profile: string }>(PERSONS, texts([...new Set(ids)]));
  return rows.map(({ profile }) => JSON.parse(profile) as Person);
}

/** History of every person asked for, once for all ids that were merged into one. */
export async function histories(
  db: Database,
  ids: readonly PersonId[],
  names?: readonly string[],
): Promise<History[]> {
  const persons = await personsBehind(db, ids);
  if (persons.length === 0) return [];
  const members = texts(persons.flatMap((person) => person.members));
  const [decisions, signals, credits, rewards] = await db.read<Rows>(
    call(DECISIONS, members),
    names === undefined ? call(SIGNALS, members) : call(NAMED_SIGNALS, members, texts(names)),
    call(CREDITS, members),
    call(REWARDS, members),
  );
  const by = <Row extends { person: PersonId }>(rows: readonly Row[]): ((person: Person) => Row[]) => {
    const groups = Map.groupBy(rows, (row) => row.person);
    return (person) => person.members.flatMap((member) => groups.get(member) ?? []);
  };
  const [decided, signalled, credited, rewarded] = [by(decisions), by(signals), by(credits), by(rewards)];
  return persons.map((person) => ({
    person: person.id,
    aliases: person.aliases,
    arms: person.arms,
    decisions: decided(person).map((fact) => ({ ...fact, send: fact.send ?? undefined })),
    signals: signalled(person).map(({ body }) => JSON.parse(body) as StoredSignal),
    credits: credited(person),
    rewards: rewarded(person),
  }));
}
