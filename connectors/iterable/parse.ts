import { Fault } from '../../core/contracts/faults.ts';
import type { InboundRequest } from '../../core/contracts/http.ts';
import type { DecideRequest } from '../../core/domain/decision.ts';
import { programmesInText } from '../../core/domain/decision.ts';
import { feedQuery } from './schema.ts';
import type { FeedQuery } from './schema.ts';

const CONTEXT_PREFIX = 'c.';

/**
 * A data feed call as a decision request.
 *
 * @throws Fault `invalid` without a programme or a person.
 */
export function parse(request: InboundRequest): DecideRequest {
  const query = feedQuery.parse(request.query);
  if (!query.programme) throw new Fault('invalid', 'programme is missing');
  if (!query.user && !query.email) throw new Fault('invalid', 'neither user nor email names a person');
  return {
    programme: programmesInText(query.programme),
    person: { userId: query.user, email: query.email },
    scope: scopeOf(query),
    context: contextOf(request.query),
  };
}

/** Iterable gives no send id: campaign, template and the programme's time bucket are the send. */
function scopeOf({ campaign, template }: FeedQuery): string | undefined {
  const parts = Object.entries({ campaign, template });
  const present = parts.filter((entry): entry is [string, string] => entry[1] !== undefined);
  return new URLSearchParams(present).toString() || undefined;
}

function contextOf(query: Readonly<Record<string, string>>): Record<string, string> {
  const features = Object.entries(query).filter(
    ([name, value]) => name.startsWith(CONTEXT_PREFIX) && value.trim() !== '',
  );
  return Object.fromEntries(features.map(([name, value]) => [name.slice(CONTEXT_PREFIX.length), value]));
}
