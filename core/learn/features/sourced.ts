import type { Contact } from '../../contracts/records.ts';
import { isAbout, reactionOf } from '../../domain/contact-signals.ts';
import type { DecideRequest, OptionKey } from '../../domain/decision.ts';
import type { FeatureDeclaration, Response } from '../../domain/feature.ts';
import { firstReports } from '../../domain/orders.ts';
import type { Programme, Variant } from '../../domain/programme.ts';
import { DAY_MS, HOUR_MS, TRAITS } from '../../domain/programme.ts';
import { standing } from '../../guardrails/contacts.ts';
import { consent } from '../../guardrails/consent.ts';
import { eligibility } from '../../guardrails/eligibility.ts';
import { favoured, readinessOf } from '../../guardrails/frequency.ts';
import type { GuardContext, HistoryAsk } from '../../guardrails/guardrail.ts';
import { pastOf } from '../../guardrails/history.ts';
import { IGNORED_LOOKBACK_HOURS, reactionsTo } from '../../guardrails/suppression.ts';
import { learnsContext } from '../linear-state.ts';
import type { FeatureValue } from './encode.ts';
import { sinceKey } from './freshness.ts';
import { mayKey, sleepersOf } from './sleepers.ts';

/* Features that come from the person instead of the request. */

type Source = (given: GuardContext) => FeatureValue;

const READINESS = 'readiness';

/** Whether a programme has to know how readily everybody answers. */
export const asksReadiness = ({ context = {} }: Pick<Programme, 'context'>): boolean =>
  Object.values(context).some(({ from }) => from === READINESS);

/** Longest text of a trait that is a feature: no value that is declared is longer. */
const MOST_TEXT = 200;

/** Numbers are told to the hundredth: more says nothing, and is kept with every decision. */
const HUNDREDTHS = 100;

/** Contacts that were made: one that is planned for later says nothing yet. */
const had = ({ contacts, now }: GuardContext): Contact[] =>
  standing(contacts, now).filter(({ at }) => at <= now);

/** When the last of some was, ms since 1970. */
const lastOf = (contacts: readonly Contact[]): number =>
  contacts.reduce((last, { at }) => Math.max(last, at), -Infinity);

const hoursTo = ({ now }: GuardContext, at: number): number =>
  Math.round(((now - at) / HOUR_MS) * HUNDREDTHS) / HUNDREDTHS;

/** Hours since the last contact, at most as far back as is looked; so many where there was none. */
const hoursSinceContact = (given: GuardContext): number =>
  Math.min(IGNORED_LOOKBACK_HOURS, hoursTo(given, lastOf(had(given))));

const contactsIn =
  (days: number): Source =>
  (given) =>
    had(given).filter(({ at }) => at > given.now - days * DAY_MS).length;

/** How many times as readily as everybody the person answers contacts; missing where the goal counts nothing that would be an answer. */
const readiness: Source = (given) =>
  given.answering && Math.round(readinessOf(given, given.answering) * HUNDREDTHS) / HUNDREDTHS;

/** The most that came of the last contact so far; of an order that is told of again later, nothing of a contact in between. */
function lastResponse(given: GuardContext): Response {
  const { now, programme, signals = [] } = given;
  const contacts = had(given);
  const last = lastOf(contacts);
  if (last <= now - IGNORED_LOOKBACK_HOURS * HOUR_MS) return 'none';
  const channels = contacts.filter(({ at }) => at === last).map(({ channel }) => channel);
  const reactions = new Set(reactionsTo(programme));
  const since = firstReports(signals.filter(({ name }) => reactions.has(name)))
    .filter(({ at }) => at >= last)
    .filter(({ name }) => channels.some((channel) => isAbout(name, channel)))
    .map(({ name }) => reactionOf(name)?.as ?? 'goal');
  return (['goal', 'clicked', 'opened'] as const).find((response) => since.includes(response)) ?? 'ignored';
}

const traitOf =
  (name: string): Source =>
  ({ person: { traits } }) => {
    const value: unknown = Object.hasOwn(traits, name) ? traits[name]!.value : undefined;
    if (typeof value === 'string') return value.slice(0, MOST_TEXT);
    return typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
  };

/** Hours since the last contact with a variant of the programme, as far back as is looked. */
const hoursSince =
  (variant: OptionKey): Source =>
  (given) => {
    const own = had(given).filter(
      (contact) => contact.programme === given.programme.id && contact.variant === variant,
    );
    const hours = hoursTo(given, lastOf(own));
    return hours < IGNORED_LOOKBACK_HOURS ? hours : undefined;
  };

function sourceOf(declared: FeatureDeclaration): Source | undefined {
  const { from } = declared;
  if (from === 'hoursSinceContact') return hoursSinceContact;
  if (from === 'lastResponse') return lastResponse;
  if (from === READINESS) return readiness;
  if (from === 'contactsIn') return contactsIn(declared.type === 'number' ? (declared.days ?? 0) : 0);
  return from?.startsWith(TRAITS) ? traitOf(from.slice(TRAITS.length)) : undefined;
}

/** What the features of a programme ask about the past, beside its guardrails. */
export function featureAsks({ context = {}, goal, policy, variants }: Programme): HistoryAsk[] {
  const ms = IGNORED_LOOKBACK_HOURS * HOUR_MS;
  const recovering: HistoryAsk[] = policy.recovering === true ? [{ ms }] : [];
  const declaring = Object.values(context).flatMap((declared): HistoryAsk[] => {
    if (declared.from === 'hoursSinceContact') return [{ ms }];
    if (declared.from === 'lastResponse')
      return [undefined, ...reactionsTo({ goal, variants })].map((signal) => ({ signal, ms }));
    if (declared.from === READINESS)
      return [undefined, ...favoured({ goal }).map(({ signal }) => signal)].map((signal) => ({ signal, ms }));
    return declared.type === 'number' && declared.days !== undefined ? [{ ms: declared.days * DAY_MS }] : [];
  });
  return [...recovering, ...declaring];
}

/** Whether somebody may have a variant, by its rules and what they consented to. */
const mayHave =
  (variant: Variant): Source =>
  (given) =>
    eligibility(variant, given) === undefined && consent(variant, given) === undefined;

type Sources = readonly (readonly [string, Source])[];

/** What features come from, and what those that come from rules do, which may look at the others. */
interface All {
  plain: Sources;
  ruled: Sources;
}

const known = new WeakMap<Programme, All>();

function sourcesOf(programme: Programme): All {
  let sources = known.get(programme);
  if (!sources) {
    const declared = Object.entries(programme.context ?? {}).flatMap(([name, own]) => {
      const source = sourceOf(own);
      return source ? [[name, source] as const] : [];
    });
    const recovering = programme.policy.recovering === true ? programme.variants : [];
    const sleepers = learnsContext(programme) ? sleepersOf(programme) : [];
    sources = {
      plain: [...declared, ...recovering.map(({ id }) => [sinceKey(id), hoursSince(id)] as const)],
      ruled: sleepers.map((own) => [mayKey(own.id), mayHave(own)] as const),
    };
    known.set(programme, sources);
  }
  return sources;
}

/** Whether any feature of a programme comes from the person. */
export function takesFromPerson(programme: Programme): boolean {
  const { plain, ruled } = sourcesOf(programme);
  return plain.length > 0 || ruled.length > 0;
}

/** @param given of somebody who cannot be looked up nothing is known */
function filled(
  context: DecideRequest['context'],
  given: GuardContext,
  sources: Sources,
): DecideRequest['context'] {
  const all = new Map(Object.entries(context));
  for (const [name, source] of sources) {
    const value = given.blind ? undefined : source(given);
    if (value === undefined) all.delete(name);
    else all.set(name, value);
  }
  return Object.fromEntries(all);
}

/**
 * The context of a request with what the programme's features take from the person, which is what the decision records: it is
 * learned from, and made again, as if the request had carried it. A source that is declared is believed, not the request; of a
 * person who cannot be looked up nothing is known.
 */
export function sourcedContext(
  context: DecideRequest['context'],
  given: GuardContext,
): DecideRequest['context'] {
  const { plain, ruled } = sourcesOf(given.programme);
  const own = filled(context, given, plain);
  if (ruled.length === 0) return own;
  return filled(own, { ...given, context: own, found: new Map(), past: pastOf(given) }, ruled);
}
