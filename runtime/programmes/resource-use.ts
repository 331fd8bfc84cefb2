import type { ResourceStore } from '../../core/contracts/resources.ts';
import type { Programme } from '../../core/domain/programme.ts';
import type { Need, ResourceRule } from '../../core/guardrails/needs.ts';
import { needsOfAll } from '../../core/guardrails/needs.ts';

/** How much of a resource is taken, in the unit people know it by: contacts, codes, places, money. */
export interface ResourceUse {
  resource: string;
  rule: ResourceRule;
  /** What is counted, in words. */
  what: string;
  taken: number;
  limit: number;
  left: number;
}

/** Every resource once, with the largest limit that is set to it. */
function needsOfEach(programmes: readonly Programme[]): Need[] {
  const needs = new Map<string, Need>();
  for (const need of programmes.flatMap(needsOfAll)) {
    const known = needs.get(need.resource);
    if (!known || known.limit < need.limit) needs.set(need.resource, need);
  }
  return [...needs.values()];
}

/** What is taken at `now` (ms since 1970) of everything some programmes' variants need. */
export async function resourceUse(
  programmes: readonly Programme[],
  store: ResourceStore,
  now: number,
): Promise<ResourceUse[]> {
  const needs = needsOfEach(programmes);
  if (needs.length === 0) return [];
  const counted = needs.filter(({ pool }) => pool === undefined).map(({ resource }) => resource);
  const taken = new Map((await store.taken(counted, now)).map((row) => [row.key, row.taken]));
  const pools = new Map((await store.pools(now)).map((row) => [row.pool, row]));
  return needs.map(({ resource, rule, what, unit, limit: most, pool }) => {
    const { codes = 0, free = 0 } = pools.get(pool ?? '') ?? {};
    const limit = pool === undefined ? most / unit : codes;
    const used = pool === undefined ? (taken.get(resource) ?? 0) / unit : codes - free;
    return { resource, rule, what, taken: used, limit, left: Math.max(0, limit - used) };
  });
}
