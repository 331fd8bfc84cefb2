import type { Alias, Person, SubscriptionState } from './person.ts';

/**
 * What closes channels to one id of a person, in a form that can be kept of everybody: of most people there is nothing to keep.
 * A channel is closed when it is `unsubscribed`, or when the id was erased and it is not `subscribed` again.
 */
export interface ClosedId {
  /** Digest of the id (`hash32`): the id itself may have been erased. */
  id: string;
  /** It was of somebody who had themselves erased. Stays true: an erasure is never taken back. */
  erased: boolean;
  /** State of every channel the person ever said something about. */
  channels: Record<string, SubscriptionState>;
}

/** Whether a channel is closed to whoever is asked for, as far as that is known without the store. */
export type Standing = 'open' | 'closed' | 'unknown';

/** What is known of the person of one request, by channel. */
export type Standings = (channel: string) => Standing;

/** Says of the ids of a request what is known. */
export type ClosedBook = (aliases: readonly Alias[]) => Standings;

/** The state of every channel a person ever said something about. */
export const channelsOf = ({ subscriptions }: Person): Record<string, SubscriptionState> =>
  Object.fromEntries(Object.entries(subscriptions).map(([channel, { value }]) => [channel, value]));

/** Whether the person left any channel. */
export function leftAny({ subscriptions }: Person): boolean {
  for (const channel in subscriptions) if (subscriptions[channel]!.value === 'unsubscribed') return true;
  return false;
}
