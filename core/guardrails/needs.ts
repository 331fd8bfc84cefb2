import type { Programme, Variant } from '../domain/programme.ts';
import { DAY_MS, HOUR_MS } from '../domain/programme.ts';
import type { ResourceKey } from '../domain/resource.ts';
import { PARTS } from '../domain/resource.ts';
import { ofPerson } from './caps.ts';
import { dayIn } from './day.ts';
import { plural } from './words.ts';

export type ResourceRule = 'caps' | 'budget' | 'inventory' | 'capacity';

/** What a message with some variant takes of one resource, and when that is too much. */
export interface Need {
  /** The guardrail that objects when there is too little left. */
  rule: ResourceRule;
  /** What it is called. */
  resource: string;
  /** Zone by whose calendar it begins anew each day: every day is a resource of its own. */
  daily?: string | undefined;
  amount: number;
  /** Most that may be taken in all; of a pool `Infinity`, since there the codes run out. */
  limit: number;
  /** What is counted, in words, and in how large a unit of it `amount` and `limit` are. */
  what: string;
  unit: number;
  /** So many units less of it taken, in words that follow "with". */
  less: (units: number) => string;
  /** When what a message of `at` took ends though it was sent, ms since 1970; undefined: never. */
  until: (at: number) => number | undefined;
  /** A code comes with it. */
  pool?: string | undefined;
  givenBackBy?: string[] | undefined;
}

const never = (): undefined => undefined;

function capNeeds({ id, guardrails }: Programme, variant: Variant): Need[] {
  const some = (guardrails.caps ?? []).filter(
    (cap) => !ofPerson(cap) && (cap.channel === undefined || cap.channel === variant.channel),
  );
  return some.map(({ per, channel, count, hours }): Need => {
    const whose = per === 'programme' ? '*' : variant.id;
    const contact = channel === undefined ? 'contact' : `${channel} contact`;
    const where = `of this ${per} with anybody in ${hours} h`;
    return {
      rule: 'caps',
      resource: `cap/${id}/${whose}/${channel ?? '*'}/${hours}`,
      amount: 1,
      limit: count,
      what: `${contact}s ${where}`,
      less: (units) => `${plural(units, contact)} less ${where}`,
      unit: 1,
      until: (at) => at + hours * HOUR_MS,
    };
  });
}

function budgetNeeds({ id, guardrails }: Programme, { cost = 0 }: Variant): Need[] {
  const { perDay, total, zone } = guardrails.budget ?? {};
  if (cost === 0) return [];
  const needs: Need[] = [];
  const spend = (what: string, own: Pick<Need, 'resource' | 'daily' | 'limit'>): void => {
    const less = (units: number): string => `${units} less ${what}`;
    needs.push({ ...own, rule: 'budget', amount: parts(cost), unit: PARTS, what, less, until: never });
  };
  if (perDay !== undefined) {
    const day = { resource: `budget/${id}/day`, daily: zone, limit: parts(perDay) };
    spend(`spent of the budget of a day in ${zone}`, day);
  }
  if (total !== undefined)
    spend('spent of the whole budget', { resource: `budget/${id}/total`, limit: parts(total) });
  return needs;
}

/** An amount of money in whole parts of the currency. */
const parts = (money: number): number => Math.round(money * PARTS);

export const poolKey = (pool: string): ResourceKey => `pool/${pool}`;

function couponNeeds({ coupon: pool }: Variant): Need[] {
  if (pool === undefined) return [];
  const what = `codes of the pool ${pool}`;
  const less = (units: number): string => `${plural(units, 'code')} more in the pool ${pool}`;
  const endless = { limit: Infinity, unit: 1, until: never };
  return [{ rule: 'inventory', resource: poolKey(pool), amount: 1, what, less, pool, ...endless }];
}

function routeNeeds({ guardrails }: Programme, { route }: Variant): Need[] {
  const queue = route && guardrails.queues?.[route.queue];
  if (!queue) return [];
  const { perDay, zone, atOnce, hours = 0, givenBackBy } = queue;
  const needs: Need[] = [];
  const place = (
    where: string,
    own: Pick<Need, 'resource' | 'daily' | 'limit' | 'until' | 'givenBackBy'>,
  ): void => {
    const what = `hand-overs ${where}`;
    const less = (units: number): string => `${plural(units, 'hand-over')} less ${where}`;
    needs.push({ ...own, rule: 'capacity', amount: 1, unit: 1, what, less });
  };
  if (perDay !== undefined) {
    const day = { resource: `queue/${route.queue}/day`, daily: zone, limit: perDay, until: never };
    place(`to ${route.queue} on a day in ${zone}`, day);
  }
  if (atOnce !== undefined) {
    const until = (at: number): number => at + hours * HOUR_MS;
    const now = { resource: `queue/${route.queue}/now`, limit: atOnce, until, givenBackBy };
    place(`to ${route.queue} at once`, now);
  }
  return needs;
}

/** Under which a need is counted at a moment, ms since 1970. */
export const keyAt = ({ resource, daily }: Need, at: number): ResourceKey =>
  daily === undefined ? resource : `${resource}/${dayIn(daily, at)}`;

/** Under which one is counted at the times a programme may plan for from a moment on, give or take `apart` ms. */
export function keysAhead(need: Need, { timing }: Programme, at: number, apart = 0): ResourceKey[] {
  if (need.daily === undefined) return [need.resource];
  const [from, to] = [at - apart, at + apart + (timing?.horizonHours ?? 0) * HOUR_MS];
  const keys = new Set<ResourceKey>();
  // no day is shorter than half a day
  for (let moment = from; moment < to; moment += DAY_MS / 2) keys.add(keyAt(need, moment));
  return [...keys.add(keyAt(need, to))];
}

/** What a programme needs: found once, because every decision asks. */
interface Needs {
  byVariant: ReadonlyMap<string, readonly Need[]>;
  all: readonly Need[];
}

/** One need for all variants that take the same of the same: what is found of it for one of them holds for all. */
function sameOf(alike: Map<string, Need>, need: Need): Need {
  const { rule, resource, amount, limit } = need;
  const key = [rule, resource, amount, limit].join(' ');
  const first = alike.get(key);
  if (!first) alike.set(key, need);
  return first ?? need;
}

const known = new WeakMap<Programme, Needs>();

function knownNeeds(programme: Programme): Needs {
  let needs = known.get(programme);
  if (!needs) {
    const alike = new Map<string, Need>();
    const byVariant = new Map(
      programme.variants.map((variant) => [
        variant.id,
        [
          ...capNeeds(programme, variant),
          ...budgetNeeds(programme, variant),
          ...couponNeeds(variant),
          ...routeNeeds(programme, variant),
        ].map((need) => sameOf(alike, need)),
      ]),
    );
    const all = new Map([...byVariant.values()].flat().map((need) => [need.resource, need]));
    known.set(programme, (needs = { byVariant, all: [...all.values()] }));
  }
  return needs;
}

/** Everything a message with a variant takes of what all persons share. */
export const needsOf = (programme: Programme, { id }: Pick<Variant, 'id'>): readonly Need[] =>
  knownNeeds(programme).byVariant.get(id) ?? [];

/** The same of all variants, once for each resource. */
export const needsOfAll = (programme: Programme): readonly Need[] => knownNeeds(programme).all;
