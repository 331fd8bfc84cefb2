import type { LedgerRow } from '../../../core/contracts/ledger-row.ts';
import type {
  ArmReward,
  DecisionCount,
  DecisionFact,
  History,
  LedgerChunk,
  StoredSignal,
} from '../../../core/contracts/records.ts';
import type { ArmTotals, Trial } from '../../../core/contracts/trial.ts';
import type { Decision } from '../../../core/domain/decision.ts';
import type { Person, PersonId } from '../../../core/domain/person.ts';
import type { ProgrammeId } from '../../../core/domain/programme.ts';
import { HOUR_MS } from '../../../core/domain/programme.ts';
import { entryOf } from '../ledger.ts';
import type { CreditRow, HistoryAsk, Taught, TrialRow } from '../contexts.ts';
import { counted, creditOf, taughtOf, trialsIn } from '../contexts.ts';
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
  text: `SELECT programme, option, arm, learn, first, floor(at / ${HOUR_MS}) AS hour, count(*) AS count FROM pickwell.ledger
    WHERE seq > $1 AND seq <= $2 AND kind = 'decision' GROUP BY programme, option, arm, learn, first, floor(at / ${HOUR_MS})`,
};
const ENTRIES = {
  name: 'entries',
  text: `SELECT seq, kind, at, person, ref, body FROM pickwell.ledger
    WHERE seq > $1 AND seq <= $2 AND kind <> 'decision' ORDER BY seq`,
};

const OTHER_COUNTS = {
  name: 'decision_counts_of_others',
  text: COUNTS.text.replace('GROUP BY', 'AND programme <> ALL($3::text[]) GROUP BY'),
};
/* Records are parsed here: PostgreSQL refuses JSON whose text has a NUL in it, and what a request says may have one. */
const BY_CONTEXT = {
  name: 'decisions_by_context',
  text: `SELECT l.programme, l.option, l.arm, l.learn, l.first, l.at, d.record FROM pickwell.ledger l
    LEFT JOIN LATERAL (SELECT record FROM pickwell.decisions WHERE person = l.person AND id = l.ref LIMIT 1) d ON true
    WHERE l.seq > $1 AND l.seq <= $2 AND l.kind = 'decision' AND l.programme = ANY($3::text[])`,
};
const TRIALS = {
  name: 'trials',
  text: `SELECT l.ref AS id, l.option, l.at, d.record, c.signal, c.worth, c.delay FROM pickwell.ledger l
    CROSS JOIN LATERAL (SELECT record FROM pickwell.decisions WHERE person = l.person AND id = l.ref LIMIT 1) d
    LEFT JOIN LATERAL (SELECT signal, worth, delay FROM pickwell.credits WHERE person = l.person AND decision = l.ref) c ON true
    WHERE l.seq > $2 AND l.seq <= $3 AND l.kind = 'decision' AND l.programme = $1 AND l.learn`,
};

type Recorded = Omit<DecisionCount, 'count' | 'context' | 'hour' | keyof Taught> & {
  at: number;
  record: string | null;
};

/** What is learned from in the record of a decision. */
function taughtBy(record: string | null): Pick<Decision, 'context' | 'sendAt'> & Taught {
  if (record === null) return { context: {} };
  const decision = JSON.parse(record) as Decision;
  const { context, sendAt } = decision;
  return { context, ...taughtOf(decision), ...(sendAt !== undefined && { sendAt }) };
}

/** Seals first. Decisions are counted where they lie; the rest, which is less by far, comes row by row. */
export async function readLedger(
  db: Database,
  after: number,
  limit: number,
  contextual: readonly ProgrammeId[] = [],
): Promise<LedgerChunk> {
  await seal(db);
  const upTo = Math.max(after, (await db.one<{ up_to: number }>(UP_TO, after, limit))!.up_to);
  if (upTo === after) return { upTo, decisions: [], entries: [] };
  const named = texts(contextual);
  const [alike, rows, apart] = await db.read<[DecisionCount[], LedgerRow[], Recorded[]]>(
    ...(contextual.length === 0
      ? [call(COUNTS, after, upTo), call(ENTRIES, after, upTo)]
      : [
          call(OTHER_COUNTS, after, upTo, named),
          call(ENTRIES, after, upTo),
          call(BY_CONTEXT, after, upTo, named),
        ]),
  );
  const known = (apart ?? []).map(({ record, at, ...row }) => {
    const { context, planned, pieces } = taughtBy(record);
    const taught = { ...(planned && { planned }), ...(pieces && { pieces }) };
    return { ...row, count: 1, hour: Math.floor(at / HOUR_MS), context, ...taught };
  });
  return { upTo, decisions: [...alike, ...counted(known)], entries: rows.map(entryOf) };
}

/** The decisions of a programme that teach, in a stretch of the ledger, with their credits. */
export async function trials(
  db: Database,
  programme: ProgrammeId,
  after: number,
  upTo: number,
): Promise<Trial[]> {
  await seal(db);
  const rows = await db.rows<Omit<TrialRow, 'context'> & { record: string }>(TRIALS, programme, after, upTo);
  return trialsIn(rows.map(({ record, ...row }) => ({ ...row, ...taughtBy(record) })));
}

const FIRSTS = {
  name: 'first_decisions',
  text: `SELECT l.arm, count(*) AS persons FROM pickwell.ledger l
    WHERE l.seq <= $2 AND l.kind = 'decision' AND l.programme = $1 AND l.first
      AND EXISTS (SELECT FROM pickwell.decisions d WHERE d.person = l.person AND d.id = l.ref) GROUP BY l.arm`,
};
const REWARDED = {
  name: 'rewards_by_arm',
  text: `SELECT arm, sum(reward) AS sum, sum(reward * reward) AS squares FROM pickwell.rewards
    WHERE programme = $1 GROUP BY arm`,
};

/** What the arms of a programme are made of, up to a place in the ledger. */
export async function arms(db: Database, programme: ProgrammeId, upTo: number): Promise<ArmTotals[]> {
  await seal(db);
  const [firsts, rewards] = await db.read<
    [Pick<ArmTotals, 'arm' | 'persons'>[], Omit<ArmTotals, 'persons'>[]]
  >(call(FIRSTS, programme, upTo), call(REWARDED, programme));
  return [
    ...firsts.map((own) => ({ ...own, sum: 0, squares: 0 })),
    ...rewards.map((own) => ({ ...own, persons: 0 })),
  ];
}

export const PERSONS = {
  name: 'persons_behind',
  text: `SELECT DISTINCT r.id, r.profile FROM unnest($1::text[]) AS q(id)
    JOIN pickwell.persons m ON m.id = q.id JOIN pickwell.persons r ON r.id = m.root WHERE r.profile IS NOT NULL`,
};
const DECISIONS = {
  name: 'decisions_of',
  text: `SELECT d.id, d.programme, d.person, d.at, d.option, d.arm, d.learn, d.send,
      CASE WHEN d.programme = ANY($2::text[]) THEN d.record END AS record
    FROM unnest($1::text[]) AS q(id) JOIN pickwell.decisions d ON d.person = q.id`,
};
export const SIGNALS = {
  name: 'signals_of',
  text: `SELECT s.person, s.body FROM unnest($1::text[]) AS q(id) JOIN pickwell.signals s ON s.person = q.id`,
};
const NAMED_SIGNALS = { name: 'named_signals_of', text: `${SIGNALS.text} AND s.name = ANY($2::text[])` };
export const CREDITS = {
  name: 'credits_of',
  text: `SELECT c.decision, c.programme, c.person, c.signal, c.worth, c.delay
    FROM unnest($1::text[]) AS q(id) JOIN pickwell.credits c ON c.person = q.id`,
};
const CREDITED = {
  name: 'credited',
  text: `SELECT q.id FROM unnest($1::text[]) AS q(id) JOIN pickwell.persons m ON m.id = q.id
    JOIN pickwell.persons r ON r.id = m.root
    WHERE EXISTS (SELECT FROM unnest(r.members) AS own(id) JOIN pickwell.credits c ON c.person = own.id)`,
};
const REWARDS = {
  name: 'rewards_of',
  text: `SELECT w.person, w.programme, w.arm, w.reward
    FROM unnest($1::text[]) AS q(id) JOIN pickwell.rewards w ON w.person = q.id`,
};

type FactRow = Omit<DecisionFact, 'send' | 'context' | 'sendAt' | keyof Taught> & {
  send: string | null;
  record: string | null;
};

const factOf = ({ send, record, ...row }: FactRow): DecisionFact => ({
  ...row,
  send: send ?? undefined,
  ...(record !== null && taughtBy(record)),
});

type Rows = [FactRow[], { person: PersonId; body: string }[], CreditRow[], ArmReward[]];

/** The canonical persons of some ids, each once. */
export async function personsBehind(db: Database, ids: readonly PersonId[]): Promise<Person[]> {
  const rows = await db.rows<{ profile: string }>(PERSONS, texts([...new Set(ids)]));
  return rows.map(({ profile }) => JSON.parse(profile) as Person);
}

/** Those of some persons whose history has credits. */
export async function credited(db: Database, ids: readonly PersonId[]): Promise<PersonId[]> {
  const rows = await db.rows<{ id: PersonId }>(CREDITED, texts(ids));
  return rows.map(({ id }) => id);
}

/** History of every person asked for, once for all ids that were merged into one. */
export async function histories(
  db: Database,
  ids: readonly PersonId[],
  { signals: names, contextual = [] }: HistoryAsk = {},
): Promise<History[]> {
  const persons = await personsBehind(db, ids);
  if (persons.length === 0) return [];
  const members = texts(persons.flatMap((person) => person.members));
  const [decisions, signals, credits, rewards] = await db.read<Rows>(
    call(DECISIONS, members, texts(contextual)),
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
    decisions: decided(person).map(factOf),
    signals: signalled(person).map(({ body }) => JSON.parse(body) as StoredSignal),
    credits: credited(person).map(creditOf),
    rewards: rewarded(person),
  }));
}
