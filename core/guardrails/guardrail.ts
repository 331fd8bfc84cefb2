import type { Contact } from '../contracts/records.ts';
import type { Person } from '../domain/person.ts';
import type { Programme, Variant } from '../domain/programme.ts';

/** What a guardrail may look at. */
export interface GuardContext {
  programme: Programme;
  person: Person;
  contacts: readonly Contact[];
  now: number;
}

/** Why a variant may not be served, in words with numbers, or undefined. Pure; fails closed on what it cannot read. */
export type Guardrail = (variant: Variant, context: GuardContext) => string | undefined;
