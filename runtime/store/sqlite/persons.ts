import type { Alias, Person, PersonId } from '../../../core/domain/person.ts';
import { partitionOf } from '../partition.ts';
import type { Database } from './database.ts';

/** Canonical id of the person an id was merged into; itself when it never was. */
export function rootOf(db: Database, id: PersonId): PersonId {
  const row = db.one<{ root: string }>('SELECT root FROM persons WHERE p = ? AND id = ?', partitionOf(id), id);
  return row?.root ?? id;
}

export function loadPerson(db: Database, id: PersonId): Person | undefined {
  const row = db.one<{ profile: string | null }>(
    'SELECT profile FROM persons WHERE p = ? AND id = ?',
    partitionOf(id),
    id,
  );
  return row?.profile == null ? undefined : (JSON.parse(row.profile) as Person);
}

export function ownerOf(db: Database, alias: Alias): PersonId | undefined {
  const row = db.one<{ person: string }>('SELECT person FROM aliases WHERE alias = ?', alias);
  return row && rootOf(db, row.person);
}

const UPSERT = `INSERT INTO persons (p, id, root, profile) VALUES (?, ?, ?, ?)
  ON CONFLICT (p, id) DO UPDATE SET root = excluded.root, profile = excluded.profile`;

/** Writes the profile under the canonical id; members keep only the way there. */
export function savePerson(db: Database, person: Person): void {
  for (const member of person.members) {
    const profile = member === person.id ? JSON.stringify(person) : null;
    db.run(UPSERT, partitionOf(member), member, person.id, profile);
  }
}

/** Removes a person's ids and everything the profile says but their arms, which the fold still needs. */
export function emptyPerson(db: Database, id: PersonId): void {
  const person = loadPerson(db, id);
  if (!person) return;
  for (const alias of person.aliases) db.run('DELETE FROM aliases WHERE alias = ?', alias);
  savePerson(db, { ...person, aliases: [], traits: {}, consent: undefined, subscriptions: {} });
}

/** Removes every row of a person and what the ledger says about them; the chain still verifies without the bodies. */
export function removePerson(db: Database, id: PersonId): void {
  const members = loadPerson(db, id)?.members ?? [id];
  for (const member of members) {
    const p = partitionOf(member);
    for (const table of ['decisions', 'contacts', 'signals', 'credits', 'rewards']) {
      db.run(`DELETE FROM ${table} WHERE p = ? AND person = ?`, p, member);
    }
    db.run('DELETE FROM persons WHERE p = ? AND id = ?', p, member);
    db.run(`UPDATE ledger SET body = NULL WHERE person = ? AND kind = 'merge'`, member);
  }
}
