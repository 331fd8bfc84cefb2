/** Names a resource for ever, for example `budget/welcome/day`. */
export type ResourceKey = string;

/** What one contact takes of a resource, for as long as the contact stands. */
export interface Reservation {
  resource: ResourceKey;
  /** A whole number: contacts, codes, places, or millionths of the currency of a budget. */
  amount: number;
  /** When it ends though the message was sent at the time it is for, ms since 1970; later where it is sent later. Absent: never. */
  until?: number | undefined;
  /** Of a pool: the code that is handed out with it. */
  code?: string | undefined;
  /** Signals that give it back. */
  givenBackBy?: string[] | undefined;
  /** When one of them did, ms since 1970. */
  givenBackAt?: number | undefined;
}

/** The last moment there is (https://tc39.es/ecma262/#sec-time-values-and-time-range), in place of an end that never comes. */
export const NEVER = 8_640_000_000_000_000;

/** Parts of the currency that budgets are counted in: whole numbers add up exactly, fractions do not. */
export const PARTS = 1_000_000;
