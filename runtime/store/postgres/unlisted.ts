import type { ClosedId } from '../../../core/domain/closed.ts';
import { closedBy, MAY_BE_CLOSED } from '../closed-by-profile.ts';
import { booleans, numbers, texts } from './cells.ts';
import type { Call, Session } from './session.ts';
import { call } from './session.ts';

/*
 * Who is not on the closed list yet, or not as they stand: everybody from before there was a list, and whoever a copy of the version
 * before writes since, marked by triggers (docs/decisions/0025-a-closed-list-in-memory.md). A mark is committed with what it is about.
 */

/**
 * Whoever holds this row is the only one who writes the list. No person is locked: whoever has changed one and not committed yet
 * writes the list after this, or has marked the person.
 */
const HEAD = { name: 'lock_closed_head', text: 'SELECT number FROM pickwell.closed_head FOR UPDATE' };
/** What was changed one by one first: the rest is from before, and takes longest. */
const NEXT = {
  name: 'next_unlisted',
  text: `SELECT beyond, number, what, id FROM pickwell.unlisted ORDER BY beyond, number LIMIT $1::bigint`,
};
const DONE = {
  name: 'listed',
  text: `DELETE FROM pickwell.unlisted AS u USING unnest($1::bool[], $2::float8[]) AS r(beyond, number)
    WHERE u.beyond = r.beyond AND u.number = r.number::bigint`,
};
const ADVANCE = {
  name: 'listed_up_to',
  text: 'UPDATE pickwell.unlisted SET id = $2 WHERE beyond AND number = $1',
};
/** By the person somebody was merged into: whoever merged two that stood alike had nothing to write. */
const ROOT = `JOIN pickwell.persons r ON r.id = m.root AND r.${MAY_BE_CLOSED}`;
const PERSONS = {
  name: 'unlisted_persons',
  text: `SELECT m.id, r.profile FROM pickwell.persons m ${ROOT} WHERE m.id = ANY($1::text[])`,
};
const LISTED = {
  name: 'listed_ids',
  text: 'SELECT id, erased, channels FROM pickwell.closed WHERE id = ANY($1::text[])',
};
/** Of so many rows (`$2`) after an id (`$1`) what is to be listed, and the last id, which is null when there are none. */
const stretch = (table: string, listed: string) => ({
  name: `unlisted_stretch_of_${table}`,
  text: `WITH last AS (
      SELECT max(id) AS id FROM (SELECT id FROM pickwell.${table} WHERE id > $1 ORDER BY id LIMIT $2::bigint) AS stretch
    )
    SELECT last.id AS last, listed.* FROM last LEFT JOIN LATERAL (${listed}) AS listed ON true`,
});
const PERSONS_AFTER = stretch(
  'persons',
  `SELECT DISTINCT ON (r.id) r.id, r.profile FROM pickwell.persons m ${ROOT} WHERE m.id > $1 AND m.id <= last.id`,
);
const ERASED_AFTER = stretch(
  'seen',
  `SELECT id, NULL AS profile FROM pickwell.seen WHERE id > $1 AND id <= last.id AND source = 'erased'`,
);

/** Marks, and rows of a stretch, in one transaction: bounds how long a batch that closes something waits for it. */
const MARKS = 500;
const STRETCHES = {
  person: { statement: PERSONS_AFTER, rows: 1_000 },
  erased: { statement: ERASED_AFTER, rows: 5_000 },
};

interface Mark {
  /** All ids after this one are meant. */
  beyond: boolean;
  number: number;
  what: keyof typeof STRETCHES;
  id: string;
}

interface StretchRow {
  last: string | null;
  id: string | null;
  profile: string | null;
}

type Told = ReturnType<typeof closedBy>[number];

/** A page of what is not listed: ids that stand otherwise than the list says, what ends their marks, whether there may be more. */
export async function unlisted(session: Session): Promise<{ ids: ClosedId[]; calls: Call[]; more: boolean }> {
  const [, marks] = await session.ask<[object[], Mark[]]>(call(HEAD), call(NEXT, MARKS));
  const [single, [rest]] = [marks.filter(({ beyond }) => !beyond), marks.filter(({ beyond }) => beyond)];
  const persons = single.flatMap(({ what, id }) => (what === 'person' ? [id] : []));
  const [rows, stretched = []] = await session.ask<[{ id: string; profile: string }[], StretchRow[]]>(
    call(PERSONS, texts([...new Set(persons)])),
    ...(rest ? [call(STRETCHES[rest.what].statement, rest.id, STRETCHES[rest.what].rows)] : []),
  );
  const profiles = new Map(rows.map(({ id, profile }) => [id, profile]));
  // in the order in which it was done: who was erased may have joined again
  const told = [
    ...single.flatMap(({ what, id }) => (what === 'erased' ? [erased(id)] : toldBy(profiles.get(id)))),
    ...stretched.flatMap(({ id, profile }) =>
      rest!.what === 'person' ? toldBy(profile) : id === null ? [] : [erased(id)],
    ),
  ];
  const ids = await otherwise(session, told);
  const more = rest !== undefined || marks.length === MARKS;
  return { ids, calls: ending(single, rest, stretched[0]?.last ?? null), more };
}

const erased = (id: string): Told => ({ id, erased: true, channels: {}, left: false });
const toldBy = (profile: string | null | undefined): Told[] => (profile ? closedBy(profile) : []);

/** The ids that stand otherwise than the list says, once all of it is told. */
async function otherwise(session: Session, told: readonly Told[]): Promise<ClosedId[]> {
  if (told.length === 0) return [];
  const asked = texts([...new Set(told.map(({ id }) => id))]);
  const [listed] = await session.ask<[(Omit<ClosedId, 'channels'> & { channels: string })[]]>(
    call(LISTED, asked),
  );
  const before = new Map(
    listed.map((row) => [row.id, { ...row, channels: JSON.parse(row.channels) as ClosedId['channels'] }]),
  );
  const now = new Map<string, ClosedId>(before);
  for (const { left, ...own } of told) {
    const known = now.get(own.id);
    // of most people there is nothing to list; who joins again after an erasure is known by that
    if (left || own.erased || known)
      now.set(own.id, { ...own, erased: own.erased || known?.erased === true });
  }
  return [...now.values()].filter((own) => textOf(own) !== textOf(before.get(own.id)));
}

const textOf = (own: ClosedId | undefined): string =>
  own === undefined ? '' : JSON.stringify([own.erased, Object.entries(own.channels).sort()]);

function ending(single: readonly Mark[], rest: Mark | undefined, last: string | null): Call[] {
  const done = rest && last === null ? [...single, rest] : single;
  const [beyond, places] = [
    booleans(done.map((mark) => mark.beyond)),
    numbers(done.map(({ number }) => number)),
  ];
  return [
    ...(done.length === 0 ? [] : [call(DONE, beyond, places)]),
    ...(rest && last !== null ? [call(ADVANCE, rest.number, last)] : []),
  ];
}
