import type { Standings } from '../domain/closed.ts';
import type { DecideRequest, DroppedOption } from '../domain/decision.ts';
import { newPerson } from '../domain/person.ts';
import type { Programme, Variant } from '../domain/programme.ts';
import { ofPerson } from '../guardrails/caps.ts';
import { firstObjection } from '../guardrails/check.ts';
import { unknown } from '../guardrails/guardrail.ts';

const NOBODY = newPerson('unknown', []);

const known = new WeakMap<Programme, Programme>();

/** The programme as its default is held to it: without what counts contacts and signals of a person, where it says so. */
function heldTo(programme: Programme): Programme {
  if (programme.whenAway !== 'fallback-uncapped') return programme;
  let own = known.get(programme);
  if (!own) {
    const { caps, ...others } = programme.guardrails;
    const guardrails = { ...others, caps: caps?.filter((cap) => !ofPerson(cap)) };
    known.set(programme, (own = { ...programme, guardrails, frequency: undefined }));
  }
  return own;
}

/** What is known where nobody can be looked up. */
interface Known {
  now: number;
  standings: Standings;
  /** Features of the request. */
  context?: DecideRequest['context'] | undefined;
}

/**
 * Why the default may not be sent where nobody can be looked up and nothing is recorded, by the very guardrails of every other
 * decision: what they cannot look up objects. A programme may waive what counts a person's contacts, and nothing else.
 */
export function defaultObjection(
  programme: Programme,
  fallback: Variant,
  { now, standings, context }: Known,
): DroppedOption | undefined {
  const given = {
    programme: heldTo(programme),
    person: NOBODY,
    contacts: [],
    now,
    blind: true,
    standings,
    context,
  };
  const objection = firstObjection(fallback, given);
  if (objection || !fallback.route) return objection;
  return { option: fallback.id, rule: 'capacity', ...unknown('nobody would take note of the hand-over') };
}
