import { hash } from 'node:crypto';
import type { Variant } from '../../core/domain/programme.ts';

type Hashed = Pick<Variant, 'channel' | 'content' | 'coupon' | 'route' | 'slots' | 'pick' | 'forbidden'>;

/** Entries of an object, by name: what is equal has one text. */
const sorted = <Value>(own: Record<string, Value>): [string, Value][] =>
  Object.entries(own).sort(([a], [b]) => (a < b ? -1 : 1));

/** Everything a message may be put together from, and what may not be together. Which pieces are paired changes no message. */
function slotsOf({ slots, pick = {}, forbidden = [] }: Hashed): unknown[] {
  if (!slots) return [];
  const pieces = sorted(slots).map(([name, own]) => [
    name,
    own.map(({ id, content }) => [id, sorted(content)]),
  ]);
  return [{ slots: pieces, pick: sorted(pick), forbidden: forbidden.map((pair) => sorted(pair)) }];
}

/**
 * SHA-256 of a variant's channel and content, keys sorted, of the pieces of its slots, and of what comes with it: what an approval
 * is bound to. Of a variant without slots, a code and a hand-over it is that of the content alone.
 */
export function contentHash(own: Hashed): string {
  const { channel, content, coupon, route } = own;
  const offer = coupon === undefined && !route ? [] : [{ coupon, route }];
  return hash('sha256', JSON.stringify([channel, sorted(content), ...offer, ...slotsOf(own)]), 'hex');
}
