import type { Alias, Person, PersonId } from '../../../core/domain/person.ts';
import { partitionOf } from '../partition.ts';
import type { Database } from './database.ts';

interface Row {
  id: PersonId;
  root: PersonId;
  profile: string | null;
}

const SELECT = 'SELECT id, root, profile FROM persons WHERE id = ?';

/** The canonical person of an id. */
export function loadPerson(db: Database, id: PersonId): Person | undefined {
  const own = db.one<Row>(SELECT, id);
  const row = own && own.root !== own.id ? db.one<Row>(SELECT, own.root) : own;
  return row?.profile ? (JSON.parse(row.profile) as Person) : undefined;
}

export function personBehind(db: Database, alias: Alias): Person | undefined {
  const row = db.one<{ person: string }>('SELECT person FROM aliases WHERE alias = ?', alias);
  return row && loadPerson(db, row.person);
}

/** Removes a person's ids and everything the profile says but their arms, which the fold still needs. */
export function emptyPerson(db: Database, id: PersonId): void {
  const person = loadPerson(db, id);
  if (!person) return;
  for (const member of person.members) {
    db.run(`DELETE FROM outbox WHERE person = ? AND state <> 'delivered'`, member);
  }
  for (const alias of person.aliases) {
    // the same batch may have given the id to a new person
    const members = JSON.stringify(person.members);
    db.run(
      'DELETE FROM aliases WHERE alias = ? AND person IN (SELECT value FROM json_each(?))',
      alias,
      members,
    );
  }
  const profile: Person = { ...person, aliases: [], traits: {}, consent: undefined, subscriptions: {} };
  db.run('UPDATE persons SET profile = ? WHERE id = ?', JSON.stringify(profile), person.id);
}

const PER_PERSON = ['decisions', 'contacts', 'signals', 'credits', 'rewards'] as const;

/** Removes every row of a person and what the ledger says about them; the chain still verifies without the bodies. */
export function removePerson(db: Database, id: PersonId): void {
  for (const member of loadPerson(db, id)?.members ?? [id]) {
    for (const table of PER_PERSON) db.run(`DELETE FROM ${table} WHERE person = ?`, member);
    db.run('DELETE FROM persons WHERE id = ? AND p = ?', member, partitionOf(member));
    db.run(`UPDATE ledger SET body = NULL WHERE person = ? AND kind = 'merge'`, member);
  }
}
