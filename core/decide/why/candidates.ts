import { reactionOf, reactionsOn } from '../../domain/contact-signals.ts';
import type { DroppedOption } from '../../domain/decision.ts';
import { keyAt, needsOf } from '../../guardrails/needs.ts';
import type { Complete } from '../again.ts';
import type { Case, Change } from './change.ts';

/** Values that a failed part of an eligibility rule might have had, and signals it might have counted, likeliest first. */
export type Remedies = (objection: DroppedOption, decision: Complete) => Change[];

/** What might be otherwise so that a guardrail no longer objects; whether it does is for the guardrail to say. */
export function candidates(objection: DroppedOption, at: Case, remedies: Remedies): Change[] {
  const { rule, until, state } = objection;
  const later: Change[] = until === undefined ? [] : [{ kind: 'time', at: until }];
  if (state === 'unknown') return [];
  if (objection.resource !== undefined) return [...later, ...supplied(objection, at)];
  switch (rule) {
    case 'approval':
      return [{ kind: 'approval' }];
    case 'dates':
      if (state === 'early') return later;
      return [state === 'over' ? { kind: 'end' } : { kind: 'status' }];
    case 'consent':
      return consented(objection);
    case 'eligibility':
      return remedies(objection, at.decision);
    case 'suppression':
      return [...later, ...reactions(objection)];
    case 'frequency':
    case 'caps':
      return [...later, ...(objection.signal === undefined ? fewer(objection) : rarer(objection))];
    default:
      return later;
  }
}

function consented({ channel, purposes }: DroppedOption): Change[] {
  if (purposes) return [{ kind: 'consent', purposes }];
  return channel === undefined ? [] : [{ kind: 'subscription', channel }];
}

function fewer({ count = 0, limit = 0, per, channel, hours }: DroppedOption): Change[] {
  if (limit === 0) return [];
  return [{ kind: 'contacts', fewer: count - limit + 1, per: per ?? 'person', channel, hours: hours ?? 0 }];
}

function rarer({ signal = '', count = 0, limit = 0 }: DroppedOption): Change[] {
  return limit === 0 ? [] : [{ kind: 'signal', signal, by: limit - 1 - count }];
}

/** As much less as the variant needs. */
function supplied({ option, resource }: DroppedOption, { decision, live: { programme } }: Case): Change[] {
  const variant = programme.variants.find(({ id }) => id === option);
  const need = variant && needsOf(programme, variant).find((own) => keyAt(own, decision.at) === resource);
  if (!need || resource === undefined) return [];
  const { amount, limit, unit, pool } = need;
  const taken = decision.read.resources?.[resource]?.taken ?? 0;
  // what is too dear for the whole of it is so however little is taken
  if (pool === undefined && amount > limit) return [];
  const less = pool === undefined ? taken + amount - limit : amount;
  const units = less / unit;
  return [{ kind: 'resource', resource, less, units, what: need.less(units) }];
}

/** A reaction just before, a contact less, or the signal that did not happen. */
function reactions({ signal, count = 0, limit = 0, channel = '' }: DroppedOption): Change[] {
  if (signal !== undefined) return [{ kind: 'no-signal', signal }];
  const contacts: Change = { kind: 'contacts', fewer: count - limit + 1, channel };
  const clicked = reactionsOn([channel]).find((name) => reactionOf(name)?.as === 'clicked')!;
  return [contacts, { kind: 'signal', signal: clicked, by: 1 }];
}
