import type { DecideRequest } from '../domain/decision.ts';
import type { Programme } from '../domain/programme.ts';
import { HOUR_MS } from '../domain/programme.ts';
import { hash32 } from '../maths/murmur3.ts';

/**
 * What makes two requests of one person the same send: the platform's send id, or the programme's time bucket with the
 * rest of what the platform says (campaign, message). The key is only ever looked up under its person.
 */
export function sendKey(request: DecideRequest, programme: Programme, now: number): string {
  const { send, scope = '', pin = '' } = request;
  const which = send ?? String(Math.floor(now / (programme.sendBucketHours * HOUR_MS)));
  const kind = send === undefined ? 'bucket' : 'send';
  // lengths make it unambiguous, whatever the parts contain
  return hash32(`${programme.id} ${kind} ${which.length} ${scope.length} ${which} ${scope} ${pin}`);
}
