import type { ResourceAsk } from '../contracts/resources.ts';
import type { Programme } from '../domain/programme.ts';
import { keysAhead, needsOfAll } from '../guardrails/needs.ts';

/** How far the clock that asks and the clock that decides may be apart, in ms: 10 min. */
const APART_MS = 600_000;

/**
 * The resources one decision of some programmes may take of at about `now` (ms since 1970): none, unless their variants need any;
 * around midnight those of both days, because the clock it is decided by is another, and those of all days it may be planned for.
 */
export function resourcesAsked(
  lives: readonly { readonly programme: Programme }[],
  now: number,
): ResourceAsk[] {
  const asks: ResourceAsk[] = [];
  for (const { programme } of lives) {
    for (const need of needsOfAll(programme)) {
      const codes = need.pool === undefined ? 0 : 1;
      for (const key of keysAhead(need, programme, now, APART_MS)) asks.push({ key, codes });
    }
  }
  return asks;
}

/** Each resource once, with as many codes as all that ask for it may take. */
export function joinAsks(asks: readonly ResourceAsk[]): ResourceAsk[] {
  const joined = new Map<string, ResourceAsk>();
  for (const { key, codes } of asks) {
    joined.set(key, { key, codes: codes + (joined.get(key)?.codes ?? 0) });
  }
  return [...joined.values()];
}
