import type { LedgerRow } from '../../../core/contracts/ledger-row.ts';
import type { Credit, StoredSignal } from '../../../core/contracts/records.ts';
import type { ReadStore } from '../../../core/contracts/store.ts';
import type { Decision } from '../../../core/domain/decision.ts';
import type { Alias } from '../../../core/domain/person.ts';
import type { CreditRow } from '../contexts.ts';
import { creditOf } from '../contexts.ts';
import { nextBefore, STRETCH } from '../stretch.ts';
import { numbers, texts } from './cells.ts';
import type { Database } from './database.ts';
import { CREDITS, histories, personsBehind, SIGNALS } from './history.ts';
import { seal } from './seal.ts';
import { call } from './session.ts';

type Read<Name extends keyof ReadStore> = Awaited<ReturnType<ReadStore[Name]>>;

const DECISION = {
  name: 'decision',
  text: `SELECT d.person, d.record, l.seq FROM pickwell.deciders r
    JOIN pickwell.decisions d ON d.person = r.person AND d.id = r.decision
    LEFT JOIN pickwell.ledger l ON l.person = d.person AND l.kind = 'decision' AND l.ref = d.id
    WHERE r.decision = $1`,
};
const LAST = { name: 'last_place', text: 'SELECT seq FROM pickwell.ledger_head' };
const OF_PROGRAMME = {
  name: 'decisions_of_programme',
  text: `SELECT l.seq, d.person, d.id, d.record FROM pickwell.ledger l
    JOIN pickwell.decisions d ON d.person = l.person AND d.id = l.ref
    WHERE l.seq >= $1 AND l.seq < $2 AND l.kind = 'decision' AND l.programme = $3 ORDER BY l.seq DESC LIMIT $4`,
};
const CREDITED = {
  name: 'credited',
  text: `SELECT c.decision, c.signal, c.worth FROM unnest($1::text[], $2::text[]) AS q(person, decision)
    JOIN pickwell.credits c ON c.person = q.person AND c.decision = q.decision`,
};
const ALIAS = { name: 'alias', text: 'SELECT person FROM pickwell.aliases WHERE alias = $1' };
const RECORDS = {
  name: 'records_of',
  text: `SELECT d.record AS body FROM unnest($1::text[]) AS q(id) JOIN pickwell.decisions d ON d.person = q.id`,
};
const LEDGER = {
  name: 'ledger',
  text: `SELECT seq, kind, at, programme, person, ref, body, digest, chain FROM pickwell.ledger
    WHERE seq >= $1 ORDER BY seq LIMIT $2`,
};
const RECORDED = {
  name: 'recorded',
  text: `SELECT d.person, d.id, d.record FROM unnest($1::text[], $2::text[]) AS q(person, id)
    JOIN pickwell.decisions d ON d.person = q.person AND d.id = q.id`,
};
const SIGNALLED = {
  name: 'signalled',
  text: `SELECT DISTINCT s.person, s.body FROM unnest($1::text[], $2::float8[], $3::text[]) AS q(person, at, name)
    JOIN pickwell.signals s ON s.person = q.person AND s.name = q.name AND s.at = q.at`,
};
const COUNTS = {
  name: 'counts',
  text: `SELECT (SELECT count(*) FROM pickwell.decisions) AS decisions, (SELECT count(*) FROM pickwell.signals) AS signals,
    (SELECT count(*) FROM pickwell.persons WHERE root = id) AS persons, (SELECT count(*) FROM pickwell.seen) AS events,
    (SELECT seq FROM pickwell.ledger_head) + (SELECT coalesce(sum(entries), 0) FROM pickwell.unsealed) AS ledger`,
};

export async function decision(db: Database, id: string): Promise<Read<'decision'>> {
  await seal(db);
  const row = await db.one<{ record: string; person: string; seq: number }>(DECISION, id);
  if (!row) return null;
  const [history] = await histories(db, [row.person]);
  const credits = (history?.credits ?? []).filter((credit) => credit.decision === id);
  const names = new Set(credits.map((credit) => credit.signal));
  const signals = (history?.signals ?? []).filter((s) => s.decisionId === id || names.has(s.name));
  return { decision: JSON.parse(row.record) as Decision, seq: row.seq, credits, signals };
}

/** Looks at `STRETCH` places of the ledger at most: of a programme that is seldom asked there may be few in a long time. */
export async function decisionsOf(
  db: Database,
  programme: string,
  { before, limit }: { before: number; limit: number },
): Promise<Read<'decisionsOf'>> {
  await seal(db);
  const end = Math.min(before, (await db.one<{ seq: number }>(LAST))!.seq + 1);
  const from = Math.max(1, end - STRETCH);
  const rows = await db.rows<{ seq: number; person: string; id: string; record: string }>(
    ...([OF_PROGRAMME, from, end, programme, limit] as const),
  );
  const credits = await db.rows<Credit>(
    ...([CREDITED, texts(rows.map((row) => row.person)), texts(rows.map(({ id }) => id))] as const),
  );
  const byDecision = Map.groupBy(credits, (credit) => credit.decision);
  const decisions = rows.map(({ id, record }) => ({
    decision: JSON.parse(record) as Decision,
    credits: (byDecision.get(id) ?? []).map(({ signal, worth }) => ({ signal, worth })),
  }));
  return { decisions, next: nextBefore(rows, limit, from) };
}

export async function person(db: Database, alias: Alias): Promise<Read<'person'>> {
  const row = await db.one<{ person: string }>(ALIAS, alias);
  const [found] = row ? await personsBehind(db, [row.person]) : [];
  if (!found) return null;
  const members = texts(found.members);
  const [decisions, signals, credits] = await db.read<[{ body: string }[], { body: string }[], CreditRow[]]>(
    call(RECORDS, members),
    call(SIGNALS, members),
    call(CREDITS, members),
  );
  const parsed = <T>(rows: readonly { body: string }[]): T[] => rows.map(({ body }) => JSON.parse(body) as T);
  return {
    person: found,
    decisions: parsed<Decision>(decisions),
    signals: parsed<StoredSignal>(signals),
    credits: credits.map(creditOf),
  };
}

/** The bodies of decisions and signals are in their own tables: what is changed there no longer has the digest chained. */
export async function ledger(db: Database, from: number, limit: number): Promise<LedgerRow[]> {
  await seal(db);
  const rows = await db.rows<LedgerRow>(LEDGER, from, limit);
  const decided = rows.filter(({ kind }) => kind === 'decision');
  const signals = rows.filter(({ kind }) => kind === 'signal');
  const nameOf = ({ ref }: LedgerRow): string => (JSON.parse(ref!) as string[])[2]!;
  const [records, bodies] = await db.read<
    [{ person: string; id: string; record: string }[], { person: string; body: string }[]]
  >(
    call(RECORDED, texts(decided.map((row) => row.person)), texts(decided.map((row) => row.ref))),
    call(
      SIGNALLED,
      ...[texts(signals.map((row) => row.person)), numbers(signals.map((row) => row.at))],
      texts(signals.map(nameOf)),
    ),
  );
  const known = new Map(records.map((r) => [`decision ${r.person} ${r.id}`, r.record]));
  for (const { person: own, body } of bodies) {
    const { source, id, name } = JSON.parse(body) as StoredSignal;
    known.set(`signal ${own} ${JSON.stringify([source, id, name])}`, body);
  }
  return rows.map((row) => {
    const key =
      row.kind === 'decision' ? `decision ${row.person} ${row.ref}` : `signal ${row.person} ${row.ref}`;
    return { ...row, body: row.body ?? known.get(key) ?? null };
  });
}

export async function counts(db: Database): Promise<Record<string, number>> {
  return (await db.one<Record<string, number>>(COUNTS))!;
}
