import type { Contact, StoredSignal } from '../contracts/records.ts';
import { isAbout } from '../domain/contact-signals.ts';
import { HOUR_MS } from '../domain/programme.ts';
import { standing } from '../guardrails/contacts.ts';
import { IGNORED_LOOKBACK_HOURS } from '../guardrails/suppression.ts';
import type { Zone } from '../guardrails/zone.ts';
import { hourOfWeek, WEEK_HOURS } from './times.ts';

/** How long after a message something is taken for a response to it where it names none, and how long one is waited for. */
const RESPONSE_MS = 72 * HOUR_MS;
const PATIENCE_MS = 24 * HOUR_MS;

/** Messages one person had by hour of the week, and those they responded to. */
export interface OwnHours {
  hours: { hour: number; sent: number; responded: number }[];
  sent: number;
  responded: number;
}

export interface Past {
  contacts: readonly Contact[];
  signals: readonly StoredSignal[];
  /** Names of what counts as a response. */
  reactions: ReadonlySet<string>;
  now: number;
}

/** The contact a reaction is about: the one it names, or the last before it on a channel it may be about. */
function aboutOf(
  { name, at, decisionId, send }: StoredSignal,
  contacts: readonly Contact[],
): Contact | undefined {
  if (decisionId !== undefined) return contacts.find(({ decision }) => decision === decisionId);
  const possible = contacts.filter(({ channel }) => isAbout(name, channel));
  if (send !== undefined) return possible.find((contact) => contact.send === send);
  return possible.reduce<Contact | undefined>((last, next) => {
    if (next.at > at || next.at < at - RESPONSE_MS) return last;
    return !last || next.at > last.at ? next : last;
  }, undefined);
}

/** What is known of a person's own hours, by the clock of where they are. */
export function ownHours({ contacts, signals, reactions, now }: Past, zone: Zone): OwnHours {
  const since = now - IGNORED_LOOKBACK_HOURS * HOUR_MS;
  const past = standing(contacts, now).filter(({ at }) => at > since && at <= now);
  const answered = new Set<Contact>();
  for (const signal of past.length === 0 ? [] : signals) {
    if (!reactions.has(signal.name)) continue;
    const about = aboutOf(signal, past);
    if (about) answered.add(about);
  }
  const cells = new Map<number, OwnHours['hours'][number]>();
  let [sent, responded] = [0, 0];
  for (const contact of past) {
    const did = answered.has(contact);
    if (!did && contact.at > now - PATIENCE_MS) continue;
    const hour = hourOfWeek(contact.at + zone.offsetAt(contact.at));
    const cell = cells.get(hour) ?? { hour, sent: 0, responded: 0 };
    cell.sent++;
    cell.responded += Number(did);
    cells.set(hour, cell);
    sent++;
    responded += Number(did);
  }
  return { hours: [...cells.values()], sent, responded };
}

const DAY_HOURS = 24;
/** Hours of the day apart at which two hours say nothing about each other. */
const REACH = 4;
/** How much an hour of a working day says about the same hour of a weekend. */
const OTHER_DAYS = 0.5;

const isWeekend = (hour: number): boolean => hour < DAY_HOURS || hour >= 6 * DAY_HOURS;

function alike(one: number, other: number): number {
  const apart = Math.abs((one % DAY_HOURS) - (other % DAY_HOURS));
  const near = Math.max(0, 1 - Math.min(apart, DAY_HOURS - apart) / REACH);
  return isWeekend(one) === isWeekend(other) ? near : near * OTHER_DAYS;
}

/** How much each hour of the week says about each other, from 0 to 1. */
export const ALIKE = Float64Array.from({ length: WEEK_HOURS * WEEK_HOURS }, (_, i) =>
  alike(Math.floor(i / WEEK_HOURS), i % WEEK_HOURS),
);
