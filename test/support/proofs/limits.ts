import type { Cap, Programme, Variant } from '../../../core/domain/programme.ts';
import { HOUR } from '../programmes.ts';
import type { Thing } from './standing.ts';

/** One limit of a programme, read anew from what docs/programmes.md says of it. */
export interface Limit {
  /** The guardrail that speaks of it. */
  rule: 'caps' | 'budget' | 'inventory' | 'capacity';
  text: string;
  /** Variants it holds for. */
  of: readonly Variant[];
  /** Whose things are counted together: one person's, everybody's, or those of a calendar day in a zone. */
  among: 'person' | 'all' | { zone: string };
  /** How much of it a thing takes; 0: none. */
  takes: (thing: Thing) => number;
  /** When a thing that counts from some time leaves it whatever becomes of it, ms since 1970. */
  leaves: (at: number, thing: Thing) => number;
  most: number;
  needs: (variant: Variant) => number;
}

/** Money is added up in whole cents, which all amounts here are. */
export const cents = (money = 0): number => Math.round(money * 100);

const one = (): number => 1;
const never = (): number => Infinity;
const within =
  (hours: number) =>
  (at: number): number =>
    at + hours * HOUR;

const isContact = (thing: Thing): boolean => thing.signal === undefined;

function capOf({ id }: Programme, cap: Cap, variant: Variant): Omit<Limit, 'rule' | 'of'> {
  const { per, channel, signal, count, hours } = cap;
  const takes = (thing: Thing): number => {
    if (signal !== undefined) return Number(thing.signal === signal);
    if (!isContact(thing) || (channel !== undefined && thing.channel !== channel)) return 0;
    if (per !== 'person' && thing.programme !== id) return 0;
    return Number(!per.endsWith('variant') || thing.variant?.id === variant.id);
  };
  const among = per.startsWith('person') ? ('person' as const) : ('all' as const);
  return { text: JSON.stringify(cap), among, takes, leaves: within(hours), most: count, needs: one };
}

function capsOf(own: Programme): Limit[] {
  const all = (own.guardrails.caps ?? []).flatMap((cap) => {
    const of = own.variants.filter(({ channel }) => cap.channel === undefined || cap.channel === channel);
    const groups = cap.per.endsWith('variant') ? of.map((variant) => [variant]) : [of];
    return groups
      .filter((group) => group.length > 0)
      .map((group): Limit => ({ rule: 'caps', of: group, ...capOf(own, cap, group[0]!) }));
  });
  // those of the person speak first
  return [...all.filter(({ among }) => among === 'person'), ...all.filter(({ among }) => among === 'all')];
}

function budgetsOf({ id, variants, guardrails }: Programme): Limit[] {
  const { perDay, total, zone = 'UTC' } = guardrails.budget ?? {};
  const of = variants.filter(({ cost }) => cents(cost) > 0);
  const takes = ({ programme, variant }: Thing): number => (programme === id ? cents(variant?.cost) : 0);
  const needs = ({ cost }: Variant): number => cents(cost);
  const spent = { rule: 'budget' as const, of, takes, needs, leaves: never };
  const limits: Limit[] = [];
  if (perDay !== undefined) limits.push({ ...spent, text: 'day', among: { zone }, most: cents(perDay) });
  if (total !== undefined) limits.push({ ...spent, text: 'total', among: 'all', most: cents(total) });
  return limits;
}

function queuesOf({ variants, guardrails }: Programme): Limit[] {
  return Object.entries(guardrails.queues ?? {}).flatMap(([queue, { perDay, zone = 'UTC', atOnce }]) => {
    const of = variants.filter(({ route }) => route?.queue === queue);
    const takes = ({ variant }: Thing): number => Number(variant?.route?.queue === queue);
    const place = { rule: 'capacity' as const, of, takes, needs: one };
    const limits: Limit[] = [];
    const day = { text: `${queue} on a day`, among: { zone }, leaves: never };
    if (perDay !== undefined) limits.push({ ...place, ...day, most: perDay });
    // a hand-over lasts as long as the programme that made it says
    const leaves = (at: number, { hours = Infinity }: Thing): number => at + hours * HOUR;
    const now = { text: `${queue} at once`, among: 'all' as const, leaves };
    if (atOnce !== undefined) limits.push({ ...place, ...now, most: atOnce });
    return limits;
  });
}

/** A pool is a limit of as many as it has codes. */
function poolsOf({ variants }: Programme, codes: number): Limit[] {
  const of = variants.filter(({ coupon }) => coupon !== undefined);
  if (of.length === 0) return [];
  const takes = ({ code }: Thing): number => Number(code !== undefined);
  return [
    { rule: 'inventory', text: 'codes', of, among: 'all', takes, leaves: never, most: codes, needs: one },
  ];
}

/** Every limit of a programme, in the order in which they speak. `codes` is how many its pool has. */
export const limitsOf = (own: Programme, codes: number): Limit[] => [
  ...capsOf(own),
  ...budgetsOf(own),
  ...poolsOf(own, codes),
  ...queuesOf(own),
];
