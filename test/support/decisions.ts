import type { Contact } from '../../core/contracts/records.ts';
import type { ResourceFact } from '../../core/contracts/resources.ts';
import type { LiveProgramme } from '../../core/decide/decide.ts';
import { decide } from '../../core/decide/decide.ts';
import type { Decision, DecideRequest } from '../../core/domain/decision.ts';
import type { Person } from '../../core/domain/person.ts';
import { newPerson } from '../../core/domain/person.ts';
import type { Programme } from '../../core/domain/programme.ts';
import type { ModelState } from '../../core/learn/model.ts';
import { emptyState } from '../../core/learn/model.ts';
import { policyOf } from '../../core/policies/policy-of.ts';
import type { Circumstances } from '../../core/policies/policy.ts';
import { NOON } from './programmes.ts';

/** No context, at noon. */
export const ANYWHERE: Circumstances = { context: {}, at: NOON };

export function live(programme: Programme, state: ModelState = emptyState(), version = 0): LiveProgramme {
  const policy = policyOf(programme, { programme: programme.id, version, state });
  return { programme, policy, modelVersion: version };
}

export interface Asked {
  request?: Partial<DecideRequest>;
  person?: Person;
  contacts?: Contact[];
  sendKey?: string;
  seed?: string;
  now?: number;
  resources?: ReadonlyMap<string, ResourceFact>;
}

/** One decision of the pure core, for a person nobody knows yet unless told otherwise. */
export function decided(on: LiveProgramme, asked: Asked = {}): Decision {
  const { person = newPerson('p', ['user:u']), contacts = [], sendKey = 'key', now = NOON } = asked;
  const request = { programme: on.programme.id, person: { userId: 'u' }, context: {}, ...asked.request };
  const { resources } = asked;
  return decide(request, { person, contacts, sendKey, now, resources }, on, asked.seed ?? 'seed');
}
