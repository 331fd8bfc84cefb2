import type { Contact, StoredSignal } from '../contracts/records.ts';
import { isAbout, reactionsOn } from '../domain/contact-signals.ts';
import type { Objection } from '../domain/decision.ts';
import type { IgnoredRule, Programme } from '../domain/programme.ts';
import { HOUR_MS } from '../domain/programme.ts';
import { endOf, standing } from './contacts.ts';
import type { GuardContext, Guardrail } from './guardrail.ts';
import { unknown } from './guardrail.ts';
import { plural } from './words.ts';

/** How far back contacts and reactions are looked at for those that were ignored: a quarter of a year. */
export const IGNORED_LOOKBACK_HOURS = 24 * 92;

/** Names of the signals that count as a reaction to a message of a programme on some channels; absent: on any of its own. */
export const reactionsTo = (
  { goal, variants }: Pick<Programme, 'goal' | 'variants'>,
  channels: readonly string[] = variants.map(({ channel }) => channel),
): string[] => [
  ...reactionsOn(channels),
  // what a goal counts against a message is no reason to send another
  ...goal.signals.filter(({ weight }) => weight > 0).map(({ signal }) => signal),
];

const latest = (times: readonly number[]): number => times.reduce((a, b) => Math.max(a, b), -Infinity);

/** When the person last did something that has one of these names. */
function lastOf(signals: readonly StoredSignal[], names: readonly string[]): number {
  return latest(signals.filter(({ name }) => names.includes(name)).map(({ at }) => at));
}

/** When the person last reacted to what came on a channel, or as far back as is looked. */
export function lastReaction({ programme, signals = [], now }: GuardContext, channel: string): number {
  const names = reactionsTo(programme, [channel]).filter((name) => isAbout(name, channel));
  return Math.max(lastOf(signals, names), now - IGNORED_LOOKBACK_HOURS * HOUR_MS);
}

/**
 * Contacts nobody reacted to since, on one channel; to what is planned for later nobody can have. What may still be sent when it is
 * decided counts for later times, too: it is likely to be.
 */
function ignored(context: GuardContext, channel: string): Contact[] {
  const { contacts, now, asOf = now } = context;
  const since = lastReaction(context, channel);
  return standing(contacts, asOf).filter(
    (contact) => contact.channel === channel && contact.at > since && contact.at <= now,
  );
}

const resting = (reason: string, until: number): Objection => ({
  detail: `${reason}; rests until ${new Date(until).toISOString()}`,
  until,
});

/** Contacts that are reason to rest at a moment. */
function enough(
  context: GuardContext,
  channel: string,
  { count, hours }: IgnoredRule,
): Contact[] | undefined {
  const some = ignored(context, channel);
  const last = latest(some.map(({ at }) => at));
  return some.length >= count && context.now < last + hours * HOUR_MS ? some : undefined;
}

/**
 * When the rest is over: `hours` after the last of the contacts, or sooner, when one of them is no longer looked at or was
 * given back and the others are too few.
 */
function endOfRest(context: GuardContext, channel: string, rule: IgnoredRule): number {
  const ends = context.contacts.flatMap((contact) => {
    const { at } = contact;
    return [at + rule.hours * HOUR_MS, at + IGNORED_LOOKBACK_HOURS * HOUR_MS, endOf(contact)];
  });
  const later = ends.filter((end) => end > context.now).sort((a, b) => a - b);
  return later.find((now) => !enough({ ...context, now, asOf: now }, channel, rule)) ?? Infinity;
}

function afterIgnored(context: GuardContext, channel: string): Objection | undefined {
  const rule = context.programme.guardrails.suppressAfterIgnored;
  const some = rule && enough(context, channel, rule);
  if (!some) return undefined;
  const { count: limit, hours } = rule;
  const until = endOfRest(context, channel, rule);
  const are = limit === 1 ? 'is' : 'are';
  const reason = `${plural(some.length, `${channel} contact`)} without a reaction, ${limit} ${are} enough`;
  return { ...resting(reason, until), count: some.length, limit, hours, channel };
}

function afterSignal({ programme, signals = [], now }: GuardContext): Objection | undefined {
  for (const { signal, hours } of programme.guardrails.restAfterSignal ?? []) {
    const until = lastOf(signals, [signal]) + hours * HOUR_MS;
    if (now < until) return { ...resting(`${signal} less than ${hours} h ago`, until), hours, signal };
  }
  return undefined;
}

/** Rest for who does not react, and for who complained. Every rest has an end. */
export const suppression: Guardrail = ({ channel }, context) => {
  const { suppressAfterIgnored, restAfterSignal = [] } = context.programme.guardrails;
  if (!suppressAfterIgnored && restAfterSignal.length === 0) return undefined;
  if (context.blind) return unknown('what the person did cannot be looked up');
  return afterSignal(context) ?? afterIgnored(context, channel);
};
