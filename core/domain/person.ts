import type { Arm } from './arm.ts';

/** One human, after identity merges. `pk_` ids are opaque; platform ids live in aliases only. */
export type PersonId = string;

/** `kind:value`, for example `user:u-17`. E-mail addresses appear only as `email:<sha-256 hex>`. */
export type Alias = string;

/** The ids by which platforms name a person. At least one is needed. */
export interface PersonRef {
  userId?: string | undefined;
  anonymousId?: string | undefined;
  externalId?: string | undefined;
  brazeId?: string | undefined;
  email?: string | undefined;
}

/** A value and the event time (ms since 1970) that set it: the newest event wins, in whatever order they arrive; of the same time the stricter. */
export interface Stamped<T> {
  value: T;
  at: number;
}

export type SubscriptionState = 'subscribed' | 'unsubscribed';

export interface Person {
  id: PersonId;
  /** Ids of the persons merged into this one, itself first. */
  members: PersonId[];
  aliases: Alias[];
  traits: Record<string, Stamped<unknown>>;
  /** Consent by purpose (Segment consent categories). Absent: the platform sends none, nothing is enforced. */
  consent?: Stamped<Record<string, boolean>> | undefined;
  /** State by channel: a closed channel is not used until the person subscribes again. */
  subscriptions: Record<string, Stamped<SubscriptionState>>;
  /** Arm by programme, written at the first decision and kept through merges. */
  arms: Record<string, Arm>;
}

/** Aliases in order of strength: the first one known decides who the person is. */
export function aliasesOf(ref: PersonRef, digestEmail: (email: string) => string): Alias[] {
  const aliases: Alias[] = [];
  if (ref.userId) aliases.push(`user:${ref.userId}`);
  if (ref.externalId) aliases.push(`external:${ref.externalId}`);
  if (ref.brazeId) aliases.push(`braze:${ref.brazeId}`);
  if (ref.email) aliases.push(`email:${digestEmail(ref.email.trim().toLowerCase())}`);
  if (ref.anonymousId) aliases.push(`anonymous:${ref.anonymousId}`);
  return aliases;
}

/** The value of the person's alias of one kind, or undefined: how a destination addresses somebody. */
export function aliasValue(aliases: readonly Alias[], kind: string): string | undefined {
  const prefix = `${kind}:`;
  return aliases.find((alias) => alias.startsWith(prefix))?.slice(prefix.length);
}

export function newPerson(id: PersonId, aliases: Alias[]): Person {
  return { id, members: [id], aliases, traits: {}, subscriptions: {}, arms: {} };
}
