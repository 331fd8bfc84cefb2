import type { DecideRequest } from '../domain/decision.ts';
import { programmesIn } from '../domain/decision.ts';
import type { Programme, ProgrammeId } from '../domain/programme.ts';
import { HOUR_MS } from '../domain/programme.ts';
import { hash32 } from '../maths/murmur3.ts';

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);

/**
 * What makes two requests of one person the same send: the platform's send id, or the programme's time bucket with the
 * rest of what the platform says (campaign, message). The key is only ever looked up under its person. Several programmes
 * are the same in any order; they have the longest of their buckets, so that none is sent twice in its own.
 */
export function sendKey(request: DecideRequest, programmes: readonly Programme[], now: number): string {
  const { send, scope = '', pin = '', pieces } = request;
  const hours = Math.max(...programmes.map(({ sendBucketHours }) => sendBucketHours));
  const which = send ?? String(Math.floor(now / (hours * HOUR_MS)));
  const kind = send === undefined ? 'bucket' : 'send';
  const whose = programmesIn(request).sort().join(',');
  // lengths make it unambiguous, whatever the parts contain
  const own = pieces ? ` ${JSON.stringify(Object.entries(pieces).sort(byName))}` : '';
  return hash32(`${whose} ${kind} ${which.length} ${scope.length} ${which} ${scope} ${pin}${own}`);
}

/** The key of what one programme decided without being the answer to a send. */
export const passedKey = (key: string, programme: ProgrammeId): string =>
  hash32(`passed ${key} ${programme}`);
