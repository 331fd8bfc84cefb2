import type {
  Contact,
  EventKey,
  NewDecision,
  NewOutcome,
  StoredSignal,
  WorkFacts,
  WorkQuery,
  WorkWrites,
} from '../../../core/contracts/records.ts';
import type { Person } from '../../../core/domain/person.ts';
import { firstAtOf } from '../../../core/people/contact-times.ts';
import { contactDetail } from '../contact-detail.ts';
import { partitionOf } from '../partition.ts';
import { arrayText, booleans, numbers, texts } from './cells.ts';
import { entriesOf, UNSEALED } from './entries.ts';
import { reservationsCall } from './resources.ts';
import type { Call, Statement } from './session.ts';
import { call } from './session.ts';

/** Fails when another copy took the id since it was looked for; then the batch is repeated. */
const NEW_ALIASES: Statement = {
  name: 'new_aliases',
  text: 'INSERT INTO pickwell.aliases (alias, person) SELECT * FROM unnest($1::text[], $2::text[])',
};
const ALIASES: Statement = {
  name: 'aliases',
  text: `${NEW_ALIASES.text} ON CONFLICT (alias) DO UPDATE SET person = excluded.person`,
};
const NEW_SEEN: Statement = {
  name: 'new_seen',
  text: 'INSERT INTO pickwell.seen (source, id) SELECT * FROM unnest($1::text[], $2::text[])',
};
const SEEN: Statement = { name: 'seen_again', text: `${NEW_SEEN.text} ON CONFLICT DO NOTHING` };
/** Of persons nobody knew: their ids are random, so that there is nothing to be on the watch for. */
const NEW_PERSONS: Statement = {
  name: 'new_persons',
  text: `INSERT INTO pickwell.persons (id, p, root, members, profile)
    SELECT id, p::smallint, root, members::text[], profile
    FROM unnest($1::text[], $2::float8[], $3::text[], $4::text[], $5::text[]) AS r(id, p, root, members, profile)`,
};
const PERSONS: Statement = {
  name: 'persons',
  text: `${NEW_PERSONS.text}
    ON CONFLICT (id) DO UPDATE SET root = excluded.root, members = excluded.members, profile = excluded.profile`,
};
const DECISIONS: Statement = {
  name: 'decisions',
  text: `WITH made AS (
      INSERT INTO pickwell.decisions (person, send_key, id, at, programme, option, arm, learn, send, record)
      SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::float8[], $5::text[], $6::text[], $7::text[], $8::bool[],
        $9::text[], $10::text[]))
    INSERT INTO pickwell.deciders (decision, person) SELECT * FROM unnest($3::text[], $1::text[])`,
};
const CONTACTS: Statement = {
  name: 'contacts',
  text: `INSERT INTO pickwell.contacts (person, at, decision, programme, channel, detail)
    SELECT * FROM unnest($1::text[], $2::float8[], $3::text[], $4::text[], $5::text[], $6::text[])
    ON CONFLICT (person, at, decision) DO UPDATE
    SET programme = excluded.programme, channel = excluded.channel, detail = excluded.detail`,
};
const SIGNALS: Statement = {
  name: 'signals',
  text: `INSERT INTO pickwell.signals (person, name, at, body)
    SELECT * FROM unnest($1::text[], $2::text[], $3::float8[], $4::text[])`,
};
const OUTCOMES: Statement = {
  name: 'outcomes',
  text: `INSERT INTO pickwell.outbox (destination, id, person, body, created_at, state, attempts, next_at)
    SELECT destination, id, person, body, at, 'pending', 0, 0
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::float8[]) AS r(destination, id, person, body, at)
    ON CONFLICT (destination, id) DO NOTHING`,
};

/** In the order of their keys: two batches that insert the same ones wait for each other in one direction only. */
const inOrder = <Row>(rows: readonly Row[], key: (row: Row) => string): Row[] =>
  rows
    .map((row) => [key(row), row] as const)
    .sort(([a], [b]) => (a < b ? -1 : Number(a > b)))
    .map(([, row]) => row);

/** A column of a few rows, or nothing to do. */
const some = <Row>(rows: readonly Row[], insert: (rows: readonly Row[]) => Call): Call[] =>
  rows.length === 0 ? [] : [insert(rows)];

const eventKey = ({ source, id }: EventKey): string => `${id} ${source}`;

/** What a batch caused, as statements in the order in which they have to run, each made when it is asked for. */
export function* writing(writes: WorkWrites, query: WorkQuery, facts: WorkFacts): Generator<Call> {
  const absent = absentAliases(query, facts);
  yield* aliasCalls(writes.aliases, absent);
  yield* seenCalls(writes.seen, query);
  yield* personCalls(writes.persons, absent);
  const records = writes.decisions.map(({ decision }) => JSON.stringify(decision));
  yield* some(writes.decisions, (rows) => decisionsCall(rows, records));
  yield* some(writes.contacts, contactsCall);
  yield* some(writes.reservations, reservationsCall);
  yield* some(writes.signals, signalsCall);
  yield* outcomeCalls(writes.outcomes);
  const entries = entriesOf(writes, records);
  if (entries.length > 0) yield call(UNSEALED, entries.length, JSON.stringify(entries));
}

/** Ids that were looked for and are nobody's. */
function absentAliases(query: WorkQuery, facts: WorkFacts): Set<string> {
  const absent = new Set(query.persons.flatMap((ask) => ask.aliases));
  for (const { alias } of facts.aliases) absent.delete(alias);
  return absent;
}

function aliasCalls(aliases: WorkWrites['aliases'], absent: ReadonlySet<string>): Call[] {
  // one row for an id, the last one written
  const rows = [...new Map(aliases.map(({ alias, person }) => [alias, person]))];
  const insert = (statement: Statement) => (sorted: readonly [string, string][]) =>
    call(statement, texts(sorted.map(([alias]) => alias)), texts(sorted.map(([, person]) => person)));
  const sorted = inOrder(rows, ([alias]) => alias);
  return [
    ...some(
      sorted.filter(([alias]) => absent.has(alias)),
      insert(NEW_ALIASES),
    ),
    ...some(
      sorted.filter(([alias]) => !absent.has(alias)),
      insert(ALIASES),
    ),
  ];
}

function seenCalls(seen: WorkWrites['seen'], query: WorkQuery): Call[] {
  const asked = new Set(query.events.map(eventKey));
  const insert = (statement: Statement) => (rows: readonly EventKey[]) =>
    call(statement, texts(rows.map((r) => r.source)), texts(rows.map((r) => r.id)));
  const sorted = inOrder(seen, eventKey);
  return [
    ...some(
      sorted.filter((event) => asked.has(eventKey(event))),
      insert(NEW_SEEN),
    ),
    ...some(
      sorted.filter((event) => !asked.has(eventKey(event))),
      insert(SEEN),
    ),
  ];
}

interface PersonRow {
  id: string;
  root: string;
  members: string | null;
  profile: string | null;
}

function personRows(person: Person): PersonRow[] {
  return person.members.map((id) => {
    const own = id === person.id;
    return {
      id,
      root: person.id,
      members: own ? arrayText(person.members) : null,
      profile: own ? JSON.stringify(person) : null,
    };
  });
}

/** A person written twice in a batch is as it was written last. */
function personCalls(persons: readonly Person[], absent: ReadonlySet<string>): Call[] {
  const last = [...new Map(persons.map((person) => [person.id, person])).values()];
  const groups = Map.groupBy(last, ({ aliases, members }) => {
    return members.length === 1 && aliases.length > 0 && aliases.every((alias) => absent.has(alias));
  });
  const insert = (statement: Statement) => (rows: readonly PersonRow[]) => personsCall(statement, rows);
  return [
    ...some((groups.get(true) ?? []).flatMap(personRows), insert(NEW_PERSONS)),
    ...some(
      inOrder((groups.get(false) ?? []).flatMap(personRows), ({ id }) => id),
      insert(PERSONS),
    ),
  ];
}

function personsCall(statement: Statement, rows: readonly PersonRow[]): Call {
  const last = [...new Map(rows.map((row) => [row.id, row])).values()];
  return call(
    statement,
    texts(last.map((r) => r.id)),
    numbers(last.map((r) => partitionOf(r.id))),
    texts(last.map((r) => r.root)),
    texts(last.map((r) => r.members)),
    texts(last.map((r) => r.profile)),
  );
}

function decisionsCall(rows: readonly NewDecision[], records: readonly string[]): Call {
  const made = rows.map(({ decision }) => decision);
  return call(
    DECISIONS,
    texts(made.map((d) => d.person)),
    texts(made.map((d) => d.sendKey)),
    texts(made.map((d) => d.id)),
    numbers(made.map((d) => d.at)),
    texts(made.map((d) => d.programme)),
    texts(made.map((d) => d.option)),
    texts(made.map((d) => d.arm)),
    booleans(made.map((d) => d.learn)),
    texts(made.map((d) => d.send ?? null)),
    texts(records),
  );
}

function contactsCall(rows: readonly Contact[]): Call {
  return call(
    CONTACTS,
    texts(rows.map((c) => c.person)),
    numbers(rows.map(firstAtOf)),
    texts(rows.map((c) => c.decision)),
    texts(rows.map((c) => c.programme)),
    texts(rows.map((c) => c.channel)),
    texts(rows.map(contactDetail)),
  );
}

function signalsCall(rows: readonly StoredSignal[]): Call {
  return call(
    SIGNALS,
    texts(rows.map((s) => s.person)),
    texts(rows.map((s) => s.name)),
    numbers(rows.map((s) => s.at)),
    texts(rows.map((s) => JSON.stringify(s))),
  );
}

export function outcomeCalls(outcomes: readonly NewOutcome[]): Call[] {
  return some(outcomes, (rows) =>
    call(
      OUTCOMES,
      texts(rows.map((r) => r.destination)),
      texts(rows.map((r) => r.outcome.id)),
      texts(rows.map((r) => r.person)),
      texts(rows.map((r) => JSON.stringify(r.outcome))),
      numbers(rows.map((r) => r.at)),
    ),
  );
}
