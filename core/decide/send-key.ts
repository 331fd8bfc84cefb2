import type { DecideRequest } from '../domain/decision.ts';
import type { Programme } from '../domain/programme.ts';
import { HOUR_MS } from '../domain/programme.ts';
import { hash32 } from '../maths/murmur3.ts';

/**
 * What makes two requests of one person the same send: the platform's send id, or the programme's time bucket with the
 * rest of what the platform says (campaign, message). The key is only ever looked up under its person.
 */
export function sendKey(request: DecideRequest, programme: Programme, now: number): string {
  const bucket = Math.floor(now / (programme.sendBucketHours * HOUR_MS));
  const send = request.send === undefined ? ['bucket', String(bucket)] : ['send', request.send];
  return hash32(JSON.stringify([programme.id, ...send, request.scope ?? '', request.pin ?? '']));
}
