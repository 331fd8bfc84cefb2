import type { Contact } from '../contracts/records.ts';
import { HOUR_MS } from '../domain/programme.ts';
import { standing } from './contacts.ts';
import type { GuardContext } from './guardrail.ts';
import { Past } from './past.ts';
import { IGNORED_LOOKBACK_HOURS } from './suppression.ts';

/** What the person did, gathered already where the decision asks more than once. */
export const pastOf = ({ past, signals }: GuardContext): Past => past ?? new Past(signals);

/** The newest contact that was made or still may be, as far back as is looked. */
export function lastContact({ contacts, now }: GuardContext): Contact | undefined {
  const since = now - IGNORED_LOOKBACK_HOURS * HOUR_MS;
  return standing(contacts, now).reduce<Contact | undefined>(
    (last, next) => (next.at > (last?.at ?? since) ? next : last),
    undefined,
  );
}
