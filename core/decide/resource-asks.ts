import type { ResourceAsk } from '../contracts/resources.ts';
import type { Programme } from '../domain/programme.ts';
import { needsOfAll } from '../guardrails/needs.ts';

/** The resources one decision of a programme may take of: none, unless its variants need any. */
export const resourcesAsked = (programme: Programme): ResourceAsk[] =>
  needsOfAll(programme).map(({ resource, pool }) => ({ key: resource, codes: pool === undefined ? 0 : 1 }));

/** Each resource once, with as many codes as all that ask for it may take. */
export function joinAsks(asks: readonly ResourceAsk[]): ResourceAsk[] {
  const joined = new Map<string, ResourceAsk>();
  for (const { key, codes } of asks) {
    joined.set(key, { key, codes: codes + (joined.get(key)?.codes ?? 0) });
  }
  return [...joined.values()];
}
