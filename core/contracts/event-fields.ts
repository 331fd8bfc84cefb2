import { Fault } from './faults.ts';

/** Events are flat by nature; deeper ones would exhaust the stack of whoever serialises them next. */
const DEPTH = 32;

/** Names that reach a prototype when an object is copied by assignment. */
const UNSAFE_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Decimal notation only: no hexadecimal, no blank, no `Infinity`. */
const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/**
 * A copy of a JSON value without the names that reach a prototype; with `sorted` keys, equal values have equal JSON.
 *
 * @throws Fault `invalid` for values nested more than 32 deep.
 */
export function withoutUnsafeKeys(value: unknown, { sorted = false } = {}, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth === DEPTH) throw new Fault('invalid', `nested more than ${DEPTH} deep`);
  if (Array.isArray(value)) return value.map((item) => withoutUnsafeKeys(item, { sorted }, depth + 1));
  const copy: Record<string, unknown> = {};
  const keys = sorted ? Object.keys(value).sort() : Object.keys(value);
  for (const key of keys) {
    if (UNSAFE_KEYS.has(key)) continue;
    copy[key] = withoutUnsafeKeys((value as Record<string, unknown>)[key], { sorted }, depth + 1);
  }
  return copy;
}

/** A finite number, or one in decimal text: platforms send money as either. */
export function numberOf(value: unknown): number | undefined {
  const isDecimal = typeof value === 'string' && DECIMAL.test(value.trim());
  const number = typeof value === 'number' || isDecimal ? Number(value) : NaN;
  return Number.isFinite(number) ? number : undefined;
}

/** The decision that a followed link carries as `did`; a relative link is read only where a `base` is given. */
export function linkedDecision(url: unknown, base?: string): string | undefined {
  return (typeof url === 'string' && URL.parse(url, base)?.searchParams.get('did')) || undefined;
}

/** Whether a platform says yes: flags come as booleans and as text. */
export const isTrue = (flag: unknown): boolean => flag === true || flag === 'true';

/**
 * Properties by which platforms say that no person made an event: Braze of opens and of clicks
 * (https://www.braze.com/docs/user_guide/data/distribution/braze_currents/event_glossary/message_engagement_events, read 2026-11-29),
 * Iterable of opens (https://support.iterable.com/hc/en-us/articles/208013936, read 2026-11).
 */
const MACHINE_FLAGS = ['machine_open', 'is_suspected_bot_click', 'isBot'] as const;

/** `true` where a platform says that a machine made an event, as `machine` of a signal. */
export const byMachine = (properties: Readonly<Record<string, unknown>>): true | undefined =>
  MACHINE_FLAGS.some((flag) => isTrue(properties[flag])) ? true : undefined;
