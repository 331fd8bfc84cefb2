import { hash } from 'node:crypto';
import { Fault } from '../../core/contracts/faults.ts';
import type { LiveProgramme } from '../../core/decide/decide.ts';
import { deferralKeys } from '../../core/decide/deferral.ts';
import { sendKey } from '../../core/decide/send-key.ts';
import type { DecideRequest } from '../../core/domain/decision.ts';
import { programmesIn } from '../../core/domain/decision.ts';
import type { Alias, PersonRef } from '../../core/domain/person.ts';
import { aliasesOf } from '../../core/domain/person.ts';
import type { Catalogue } from './catalogue.ts';

/** One send, as everything in between needs it. */
export interface Asked {
  request: DecideRequest;
  /** Those of its programmes that are known; at least one. */
  lives: LiveProgramme[];
  aliases: Alias[];
  key: string;
  /** Keys under which the send may have been put off. */
  deferrals: string[];
}

/** Programmes that go on with the last known model while the store is away; none for what is never recorded. */
export const onLastModel = ({ request, lives }: Asked): LiveProgramme[] =>
  request.preview === true || request.pin !== undefined
    ? []
    : lives.filter(({ programme: { whenAway = 'last-model' } }) => whenAway === 'last-model');

const digestEmail = (email: string): string => hash('sha256', email, 'hex');
export const toAliases = (ref: PersonRef): Alias[] => aliasesOf(ref, digestEmail);

/** @throws Fault `invalid` without any id of a person, `rejected` when none of the programmes is known. */
export function askedOf(request: DecideRequest, catalogue: Catalogue, now: number): Asked {
  const ids = programmesIn(request);
  const lives = ids.map((id) => catalogue.live(id)).filter((live) => live !== undefined);
  if (lives.length === 0) throw new Fault('rejected', `no programme ${ids.join(', ')}`);
  const aliases = toAliases(request.person);
  if (aliases.length === 0) throw new Fault('invalid', 'person: at least one id');
  const programmes = lives.map(({ programme }) => programme);
  const key = sendKey(request, programmes, now);
  return { request, lives, aliases, key, deferrals: deferralKeys(key, programmes) };
}
