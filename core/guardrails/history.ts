import type { Contact } from '../contracts/records.ts';
import { standing } from './contacts.ts';
import type { GuardContext } from './guardrail.ts';
import { Past } from './past.ts';

/** What the person did, gathered already where the decision asks more than once. */
export const pastOf = ({ past, signals }: GuardContext): Past => past ?? new Past(signals);

/** The newest contact that was made or still may be. */
export function lastContact({ contacts, now }: GuardContext): Contact | undefined {
  return standing(contacts, now).reduce<Contact | undefined>(
    (last, next) => (!last || next.at > last.at ? next : last),
    undefined,
  );
}
