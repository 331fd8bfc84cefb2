import type { Person, PersonId } from '../../../core/domain/person.ts';
import { texts } from './cells.ts';
import { PERSONS } from './history.ts';
import type { Call, Session } from './session.ts';
import { call } from './session.ts';

/** Not ids that the same batch gave to somebody new. */
const DROP_ALIASES = {
  name: 'drop_aliases',
  text: 'DELETE FROM pickwell.aliases WHERE alias = ANY($1::text[]) AND person = ANY($2::text[])',
};
const DROP_WAITING = {
  name: 'drop_waiting',
  text: `DELETE FROM pickwell.outbox WHERE person = ANY($1::text[]) AND state <> 'delivered'`,
};
const EMPTY = {
  name: 'empty_persons',
  text: `UPDATE pickwell.persons AS p SET profile = r.profile
    FROM unnest($1::text[], $2::text[]) AS r(id, profile) WHERE p.id = r.id`,
};

/** The persons behind some ids, as they are inside this transaction. */
export async function rootsOf(session: Session, ids: readonly PersonId[]): Promise<Person[]> {
  const [rows] = await session.ask<[{ profile: string }[]]>(call(PERSONS, texts(ids)));
  return rows.map(({ profile }) => JSON.parse(profile) as Person);
}

/** Removes persons' ids and everything their profiles say but their arms, which the fold still needs. */
export async function emptying(session: Session, ids: readonly PersonId[]): Promise<Call[]> {
  const persons = await rootsOf(session, ids);
  const members = texts(persons.flatMap((person) => person.members));
  const emptied = persons.map((person): Person => {
    return { ...person, aliases: [], traits: {}, consent: undefined, subscriptions: {} };
  });
  return [
    call(DROP_ALIASES, texts(persons.flatMap(({ aliases }) => aliases)), members),
    call(DROP_WAITING, members),
    call(EMPTY, texts(emptied.map(({ id }) => id)), texts(emptied.map((person) => JSON.stringify(person)))),
  ];
}

const PER_PERSON = ['decisions', 'contacts', 'signals', 'credits', 'rewards'] as const;
const REMOVE = [
  {
    name: 'remove_deciders',
    text: `DELETE FROM pickwell.deciders WHERE decision IN
      (SELECT id FROM pickwell.decisions WHERE person = ANY($1::text[]))`,
  },
  ...PER_PERSON.map((table) => {
    return { name: `remove_${table}`, text: `DELETE FROM pickwell.${table} WHERE person = ANY($1::text[])` };
  }),
  { name: 'remove_persons', text: 'DELETE FROM pickwell.persons WHERE id = ANY($1::text[])' },
  {
    name: 'remove_bodies',
    text: `UPDATE pickwell.ledger SET body = NULL WHERE person = ANY($1::text[]) AND kind = 'merge'`,
  },
];
const LOCK_ROOTS = {
  name: 'lock_roots',
  text: `SELECT id FROM pickwell.persons WHERE id IN
    (SELECT m.root FROM unnest($1::text[]) AS q(id) JOIN pickwell.persons m ON m.id = q.id) ORDER BY id FOR UPDATE`,
};

/** Removes every row of persons and what the ledger says about them; the chain still verifies without the bodies. */
export async function removing(session: Session, ids: readonly PersonId[]): Promise<Call[]> {
  await session.ask(call(LOCK_ROOTS, texts(ids)));
  const persons = await rootsOf(session, ids);
  const members = texts([...new Set([...ids, ...persons.flatMap((person) => person.members)])]);
  return REMOVE.map((statement) => call(statement, members));
}
