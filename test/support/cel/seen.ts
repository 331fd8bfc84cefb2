import type { Rng } from '../../../core/contracts/rng.ts';
import { DAY, HOUR } from '../programmes.ts';
import type { Value } from './values.ts';
import { isRecord, none } from './values.ts';

/** A contact as it is told to a rule. */
export interface SeenContact {
  at: number;
  variant?: string | undefined;
  state?: 'sent' | 'aborted' | undefined;
  releasesAt?: number | undefined;
}

/** Somebody as a rule sees them. */
export interface Seen {
  traits: Readonly<Record<string, unknown>>;
  context: Readonly<Record<string, unknown>>;
  /** When signals happened, by name, ms since 1970; no order among them. */
  signals: Readonly<Record<string, readonly number[]>>;
  contacts: readonly SeenContact[];
  now: number;
}

type Of = 'traits' | 'context';

/** How a field is written, whose it is, and what it is called. */
export const FIELDS: readonly (readonly [text: string, of: Of, name: string])[] = [
  ['traits.age', 'traits', 'age'],
  ['traits.country', 'traits', 'country'],
  ['traits.vip', 'traits', 'vip'],
  ['traits.tags', 'traits', 'tags'],
  ['traits["signed up"]', 'traits', 'signed up'],
  ['traits.place', 'traits', 'place'],
  ['context.plan', 'context', 'plan'],
  ['context.n', 'context', 'n'],
];

/** A trait that is nothing is not there. */
export function valueOf(of: Of, name: string, seen: Seen): Value {
  const record = seen[of];
  const value = Object.hasOwn(record, name) ? record[name] : undefined;
  return value === undefined || (of === 'traits' && value === null) ? none() : value;
}

/** A field of a field. */
export const own = (value: Value, name: string): Value =>
  isRecord(value) && Object.hasOwn(value, name) ? value[name] : none();

export const element = (value: Value, at: number): Value =>
  Array.isArray(value) && at < value.length ? (value[at] as Value) : none();

/** The newest contact that was sent, or that is neither known to be given up nor over. */
export const lastOf = ({ contacts, now }: Seen): SeenContact | undefined =>
  contacts
    .filter(
      ({ state, releasesAt = Infinity }) => state === 'sent' || (state === undefined && releasesAt > now),
    )
    .sort((a, b) => b.at - a.at)[0];

const KINDS: Readonly<Record<string, readonly unknown[]>> = {
  age: [undefined, 17, 18, 18.5, -3, '18', null],
  country: [undefined, 'DE', 'de', 'US', ' Ä ', 1],
  vip: [undefined, true, false, 'yes', 'true'],
  tags: [undefined, [], ['new'], ['pro', 'DE', 18], ['DE', 'DE'], [true, 1.5], 'new', { DE: 1 }],
  'signed up': [
    ...[undefined, '2026-11-22T10:00:00Z', '2026-11-20T08:30:15.250+05:30', '2025-02-30T00:00:00Z'],
    ...[
      '2026-11-22 10:00:00.000',
      'Sun Nov 22 2026 10:00',
      '2026-11-22',
      '2026-11-22T10:00:00.000',
      1_700_000_000,
    ],
    '2026-11-22T10:00:00.123456789+01:00',
  ],
  place: [undefined, {}, { city: 'DE' }, { city: null, zip: 250 }, 'DE', ['DE']],
  plan: [undefined, 'pro', 'free', true, ''],
  n: [undefined, 0, 1, 2.5, '2'],
};

/** Somebody at random: some values missing, some of the wrong kind. */
export function somebody(rng: Rng, now: number): Seen {
  const below = (n: number): number => Math.floor(rng.uniform() * n);
  const pick = <T>(of: readonly T[]): T => of[below(of.length)]!;
  const seen: Record<Of, Record<string, unknown>> = { traits: {}, context: {} };
  for (const [, of, name] of FIELDS) {
    const value = pick(KINDS[name]!);
    if (value !== undefined) seen[of][name] = value;
  }
  const times = (): number[] => Array.from({ length: below(4) }, () => now - below(4 * DAY));
  const contacts = Array.from({ length: below(4) }, (): SeenContact => ({
    at: now - below(3 * DAY),
    variant: pick([undefined, 'DE', 'pro']),
    state: pick([undefined, 'sent', 'aborted']),
    releasesAt: pick([undefined, now - HOUR, now, now + HOUR]),
  }));
  return { ...seen, signals: { 'Order Completed': times(), email_opened: times() }, contacts, now };
}
