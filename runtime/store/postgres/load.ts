import type { StoredSignal, WorkFacts, WorkQuery } from '../../../core/contracts/records.ts';
import type { Decision } from '../../../core/domain/decision.ts';
import type { Person, PersonId } from '../../../core/domain/person.ts';
import { withDetail } from '../contact-detail.ts';
import type { Ask } from './asks.ts';
import { asksOf, furtherSends } from './asks.ts';
import { arrayText, numbers, texts } from './cells.ts';
import { settle } from './resources.ts';
import type { Call, Session } from './session.ts';
import { call, Conflict } from './session.ts';

/** Persons by id: the person an id was given to, and the one that person was merged into. */
const BY_ALIAS = 'JOIN pickwell.aliases a ON a.alias = q.alias JOIN pickwell.persons m ON m.id = a.person';
const BY_DECISION =
  'JOIN pickwell.deciders d ON d.decision = q.decision JOIN pickwell.persons m ON m.id = d.person';
const ROOT = 'JOIN pickwell.persons r ON r.id = m.root AND r.profile IS NOT NULL';

/** A statement for batches that name decisions, and a smaller one for those that do not, which are most. */
function both(name: string, text: (unionAll: (other: string) => string) => string) {
  return {
    alone: { name, text: text(() => '') },
    named: { name: `${name}_with_decisions`, text: text((other) => `UNION ALL ${other}`) },
  };
}

/** Locks in the order of ids, so that two batches wait for each other in one direction only. */
const LOCK = both(
  'lock',
  (unionAll) => `SELECT id FROM pickwell.persons WHERE id IN (
      SELECT m.root FROM unnest($1::text[]) AS q(alias) ${BY_ALIAS}
      ${unionAll(`SELECT m.root FROM unnest($2::text[]) AS q(decision) ${BY_DECISION}`)})
    ORDER BY id FOR NO KEY UPDATE`,
);

/** Everything about the persons, as of a moment after they were locked. */
const FACTS = both(
  'facts',
  (unionAll) => `WITH asked AS MATERIALIZED (
      SELECT 'alias' AS kind, q.ask, q.keys, a.alias AS name, r.id, r.members, r.profile
      FROM unnest($1::text[], $2::float8[], $3::text[]) AS q(alias, ask, keys) ${BY_ALIAS} ${ROOT}
      ${unionAll(`SELECT 'decider', NULL, NULL, d.decision, r.id, r.members, r.profile
      FROM unnest($5::text[]) AS q(decision) ${BY_DECISION} ${ROOT}`)}
    ),
    who AS MATERIALIZED (SELECT DISTINCT ON (id) id, members, profile FROM asked ORDER BY id)
    SELECT kind AS k, name AS a, id AS b, NULL::text AS c, NULL::text AS d, NULL::text AS e, ask AS n FROM asked
    UNION ALL
    SELECT 'now', NULL, NULL, NULL, NULL, NULL, floor(extract(epoch FROM clock_timestamp()) * 1000)
    UNION ALL
    SELECT 'person', id, profile, NULL, NULL, NULL, NULL FROM who
    UNION ALL
    SELECT 'contact', c.person, c.decision, c.programme, c.channel, c.detail, c.at
    FROM who CROSS JOIN unnest(who.members) AS m(id)
    JOIN pickwell.contacts c ON c.person = m.id AND c.at > $4::float8
    ${unionAll(`SELECT 'contact', c.person, c.decision, c.programme, c.channel, c.detail, c.at
    FROM unnest($5::text[]) AS q(decision) JOIN pickwell.deciders d ON d.decision = q.decision
    JOIN pickwell.contacts c ON c.person = d.person AND c.decision = q.decision AND c.at <= $4::float8`)}
    UNION ALL
    SELECT 'decision', d.id, d.record, NULL, NULL, NULL, NULL
    FROM (SELECT DISTINCT members, keys FROM asked WHERE keys IS NOT NULL) AS w
    CROSS JOIN unnest(w.members) AS m(id) CROSS JOIN unnest(w.keys::text[]) AS k(send_key)
    JOIN pickwell.decisions d ON d.person = m.id AND d.send_key = k.send_key`,
);

const FURTHER = {
  name: 'further_sends',
  text: `SELECT d.record FROM unnest($1::text[], $2::text[]) AS q(person, send_key)
    JOIN pickwell.persons r ON r.id = q.person CROSS JOIN unnest(r.members) AS m(id)
    JOIN pickwell.decisions d ON d.person = m.id AND d.send_key = q.send_key`,
};

const SIGNALS = {
  name: 'asked_signals',
  text: `SELECT s.body FROM (SELECT DISTINCT m.root FROM unnest($1::text[]) AS q(alias) ${BY_ALIAS}) AS w
    JOIN pickwell.persons r ON r.id = w.root AND r.profile IS NOT NULL
    CROSS JOIN unnest(r.members) AS m(id) CROSS JOIN unnest($2::text[], $3::float8[]) AS k(name, since)
    JOIN pickwell.signals s ON s.person = m.id AND s.name = k.name AND s.at > k.since`,
};

const SEEN = {
  name: 'seen',
  text: `SELECT s.source, s.id FROM unnest($1::text[], $2::text[]) AS q(source, id)
    JOIN pickwell.seen s ON s.source = q.source AND s.id = q.id`,
};

interface FactRow {
  k: 'now' | 'alias' | 'decider' | 'person' | 'contact' | 'decision';
  a: string;
  b: string;
  c: string;
  d: string;
  e: string | null;
  /** Number of the ask of an alias, time of a contact, time of the database. */
  n: number;
}

function personCalls(asks: readonly Ask[], { decisions, contactsSince }: WorkQuery): Call[] {
  if (asks.length + decisions.length === 0) return [];
  const rows = asks.flatMap(({ aliases, keys }, i) => {
    const all = keys.size === 0 ? null : arrayText([...keys]);
    return [...aliases].map((alias) => [alias, i, all] as const);
  });
  const aliases = texts(rows.map(([alias]) => alias));
  const asked = [
    aliases,
    numbers(rows.map(([, i]) => i)),
    texts(rows.map(([, , all]) => all)),
    contactsSince,
  ];
  if (decisions.length === 0) return [call(LOCK.alone, aliases), call(FACTS.alone, ...asked)];
  const named = texts([...new Set(decisions)]);
  return [call(LOCK.named, aliases, named), call(FACTS.named, ...asked, named)];
}

/** Of those somebody asks about by an id: whoever is found by a decision only is not decided about. */
function signalCalls(asks: readonly Ask[], { signals = [] }: WorkQuery): Call[] {
  if (asks.length === 0 || signals.length === 0) return [];
  const aliases = texts(asks.flatMap((ask) => [...ask.aliases]));
  return [call(SIGNALS, aliases, texts(signals.map((s) => s.name)), numbers(signals.map((s) => s.since)))];
}

function eventCalls({ events }: WorkQuery): Call[] {
  if (events.length === 0) return [];
  return [call(SEEN, texts(events.map(({ source }) => source)), texts(events.map(({ id }) => id)))];
}

/**
 * Locks the persons of a batch, then the resources it may take of, and reads its facts; `timed` by the database's clock. A round
 * trip for the persons, another for resources if there are any, rarely one more. @throws Conflict when somebody merged in
 * between.
 */
export async function load(session: Session, query: WorkQuery, timed: boolean): Promise<WorkFacts> {
  const facts = await loadPersons(session, query);
  if (!query.resources) return facts;
  // only now: who waits for a resource must not hold the lock of somebody merged, because the one who has it may write that row
  facts.resources = await settle(session, query.resources, timed ? null : (query.now ?? 0));
  // what was read under the lock is not from before it
  for (const { asOf } of facts.resources) facts.now = Math.max(facts.now ?? 0, asOf);
  return facts;
}

async function loadPersons(session: Session, query: WorkQuery): Promise<WorkFacts> {
  const facts: WorkFacts = { persons: [], aliases: [], decisions: [], contacts: [], deciders: [], seen: [] };
  const asks = asksOf(query);
  const [persons, events] = [personCalls(asks, query), eventCalls(query)];
  const signals = signalCalls(asks, query);
  const answers = await session.ask(...persons, ...signals, ...events);
  if (events.length > 0) facts.seen = answers.pop() as WorkFacts['seen'];
  if (signals.length > 0) {
    facts.signals = (answers.pop() as { body: string }[]).map(({ body }) => JSON.parse(body) as StoredSignal);
  }
  if (persons.length === 0) return facts;
  const [locked, rows] = answers as [{ id: string }[], FactRow[]];
  sort(rows, new Set(locked.map(({ id }) => id)), facts);
  const owners = asks.map(() => new Set<PersonId>());
  for (const { k, b, n } of rows) if (k === 'alias') owners[n]!.add(b);
  const further = furtherSends(asks, owners);
  if (further.length > 0) {
    const [people, keys] = [texts(further.map(({ person }) => person)), texts(further.map(({ key }) => key))];
    const [records] = await session.ask<[{ record: string }[]]>(call(FURTHER, people, keys));
    facts.decisions.push(...records.map(({ record }) => JSON.parse(record) as Decision));
  }
  return facts;
}

function sort(rows: readonly FactRow[], locked: ReadonlySet<PersonId>, facts: WorkFacts): void {
  for (const { k, a, b, c, d, e, n } of rows) {
    if (k === 'now') facts.now = n;
    else if (k === 'alias') facts.aliases.push({ alias: a, person: b });
    else if (k === 'decider') facts.deciders.push({ decision: a, person: b });
    else if (k === 'contact')
      facts.contacts.push(withDetail({ person: a, at: n, decision: b, programme: c, channel: d }, e));
    else if (k === 'decision') facts.decisions.push(JSON.parse(b) as Decision);
    else if (locked.has(a)) facts.persons.push(JSON.parse(b) as Person);
    else throw new Conflict('a person was merged while the batch waited');
  }
}
