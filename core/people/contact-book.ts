import type { Contact } from '../contracts/records.ts';
import type { DecisionId } from '../domain/decision.ts';
import type { PersonId } from '../domain/person.ts';
import { firstAtOf } from './contact-times.ts';

const keyOf = (contact: Contact): string => `${contact.person} ${firstAtOf(contact)} ${contact.decision}`;

/** The contacts of a batch by whoever they belong to by now, and those the batch made or changed. */
export class ContactBook {
  readonly #contacts = new Map<PersonId, Contact[]>();
  readonly #written = new Map<string, Contact>();

  #listOf(owner: PersonId): Contact[] {
    let contacts = this.#contacts.get(owner);
    if (!contacts) this.#contacts.set(owner, (contacts = []));
    return contacts;
  }

  of(owner: PersonId): readonly Contact[] {
    return this.#listOf(owner);
  }

  /** One that is stored. */
  take(owner: PersonId, contact: Contact): void {
    this.#listOf(owner).push(contact);
  }

  /** One that is new, or one that changed, of which it returns what it was: a contact is told by its person, first time and decision. */
  put(owner: PersonId, contact: Contact): Contact | undefined {
    const contacts = this.#listOf(owner);
    const key = keyOf(contact);
    const place = contacts.findIndex((other) => keyOf(other) === key);
    const before = contacts[place];
    if (place === -1) contacts.push(contact);
    else contacts[place] = contact;
    this.#written.set(key, contact);
    return before;
  }

  merge(into: PersonId, from: PersonId): void {
    this.#listOf(into).push(...this.#listOf(from));
    this.#contacts.delete(from);
  }

  /** Contacts made by a decision, or by a send that has the platform's id `send`. */
  about(owner: PersonId, decision: DecisionId | undefined, send: string | undefined): Contact[] {
    return this.#listOf(owner).filter(
      (contact) => contact.decision === decision || (send !== undefined && contact.send === send),
    );
  }

  /** Each contact the batch made or changed, once, as it is now. */
  get written(): Contact[] {
    return [...this.#written.values()];
  }
}
