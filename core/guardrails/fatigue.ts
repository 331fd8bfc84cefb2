import type { Contact } from '../contracts/records.ts';
import type { OptionKey } from '../domain/decision.ts';
import type { FatigueRule } from '../domain/fatigue.ts';
import type { Programme, Variant } from '../domain/programme.ts';
import { HOUR_MS } from '../domain/programme.ts';
import { standing } from './contacts.ts';
import type { GuardContext } from './guardrail.ts';
import { IGNORED_LOOKBACK_HOURS } from './suppression.ts';

/** Half-lives after which nothing is counted any more: a thousandth is left. */
const HALF_LIVES = 10;

/** How far back a rule counts contacts, ms. */
const windowOf = ({ halfLifeHours }: FatigueRule): number =>
  Math.min(HALF_LIVES * halfLifeHours, IGNORED_LOOKBACK_HOURS) * HOUR_MS;

/** How far back the rules of a programme count contacts, ms. */
export const fatigueMs = ({ fatigue = [] }: Pick<Programme, 'fatigue'>): number =>
  Math.max(0, ...fatigue.map(windowOf));

function countedBy({ per, channel }: FatigueRule, contact: Contact, of: Variant, programme: string): boolean {
  if (channel !== undefined && contact.channel !== channel) return false;
  return per === 'person' || (contact.programme === programme && contact.variant === of.id);
}

function costOf(rule: FatigueRule, contacts: readonly Contact[], now: number): number {
  const { cost, halfLifeHours } = rule;
  return contacts.reduce((sum, { at }) => {
    // one that is planned for later tires as if it had been made
    const age = Math.max(0, now - at) / HOUR_MS;
    return sum + cost * 2 ** (-age / halfLifeHours);
  }, 0);
}

/**
 * What the contacts a person had take off the value of each variant, in rewards; variants of which they take nothing are
 * absent. Undefined where nobody is tired, and of a person who cannot be looked up. It tires the person, not silence.
 */
export function fatigueOf(given: GuardContext): Record<OptionKey, number> | undefined {
  const { programme, now, blind } = given;
  const { fatigue: rules, variants } = programme;
  if (!rules || blind || given.contacts.length === 0) return undefined;
  // in the order of time, so that sums are equal to the last digit however contacts were loaded
  const contacts = standing(given.contacts, now).sort((a, b) => a.at - b.at);
  const costs = variants.flatMap((variant): [OptionKey, number][] => {
    const cost = rules
      .filter(({ channel }) => channel === undefined || channel === variant.channel)
      .reduce((sum, rule) => {
        const since = now - windowOf(rule);
        const counted = contacts.filter(
          (own) => own.at > since && countedBy(rule, own, variant, programme.id),
        );
        return sum + costOf(rule, counted, now);
      }, 0);
    return cost === 0 ? [] : [[variant.id, cost]];
  });
  return costs.length === 0 ? undefined : Object.fromEntries(costs);
}
