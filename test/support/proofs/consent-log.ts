import type { DomainEvent, IdentifyEvent, SubscriptionEvent } from '../../../core/domain/event.ts';
import type { Programme } from '../../../core/domain/programme.ts';

interface Told<T> {
  value: T;
  at: number;
}

/** What somebody said under one id, or under both once they are linked. */
interface Profile {
  consent?: Told<Record<string, boolean>>;
  channels: Record<string, Told<'subscribed' | 'unsubscribed'>>;
  erased: boolean;
}

/** One human, who is known by a user id and by an anonymous one. */
export interface Human {
  user: Profile;
  anonymous: Profile;
  linked: boolean;
}

const NOTHING: Profile = { channels: {}, erased: false };
export const STRANGER: Human = { user: NOTHING, anonymous: NOTHING, linked: false };

/** The later of two, and of the same time what is left of both. */
function newer<T>(
  a: Told<T> | undefined,
  b: Told<T> | undefined,
  left: (a: T, b: T) => T,
): Told<T> | undefined {
  if (a?.at !== b?.at || !a || !b) return (a?.at ?? -Infinity) > (b?.at ?? -Infinity) ? a : b;
  return { value: left(a.value, b.value), at: a.at };
}

const leftOfConsent = (a: Record<string, boolean>, b: Record<string, boolean>): Record<string, boolean> =>
  Object.fromEntries(Object.entries(a).filter(([name, given]) => given && b[name]));

function joined(a: Profile, b: Profile): Profile {
  const names = Object.keys({ ...a.channels, ...b.channels });
  const channels = Object.fromEntries(
    names.map((name) => {
      const state = newer(a.channels[name], b.channels[name], (one, other) =>
        one === other ? one : 'unsubscribed',
      );
      return [name, state!];
    }),
  );
  return { consent: newer(a.consent, b.consent, leftOfConsent), channels, erased: a.erased || b.erased };
}

function said(event: IdentifyEvent | SubscriptionEvent): Profile {
  const { at } = event;
  if (event.type === 'subscription') {
    return { channels: { [event.channel]: { value: event.state, at } }, erased: false };
  }
  return { consent: event.consent && { value: event.consent, at }, channels: {}, erased: false };
}

/** A second way of keeping what somebody said: the human after one more event. */
export function after(human: Human, event: DomainEvent): Human {
  const { user, anonymous, linked } = human;
  const own = event.person.userId === undefined ? 'anonymous' : 'user';
  switch (event.type) {
    case 'delete': {
      const gone = { ...NOTHING, erased: true };
      return linked ? { user: gone, anonymous: gone, linked: false } : { ...human, [own]: gone };
    }
    case 'alias': {
      const both = joined(user, anonymous);
      return { user: both, anonymous: both, linked: true };
    }
    case 'identify':
    case 'subscription': {
      const changed = joined(human[own], said(event));
      return linked ? { user: changed, anonymous: changed, linked } : { ...human, [own]: changed };
    }
    default:
      return human;
  }
}

/** Whether a programme may send nothing on a channel to somebody who is asked for under one of their ids. */
export function closed(
  { channels, consent, erased }: Profile,
  { guardrails }: Programme,
  channel: string,
): boolean {
  const state = channels[channel]?.value;
  if (state === 'unsubscribed' || (erased && state !== 'subscribed')) return true;
  const purposes = [guardrails.consent?.[channel] ?? []].flat();
  return consent !== undefined && purposes.some((purpose) => consent.value[purpose] !== true);
}
