import { Fault } from '../../core/contracts/faults.ts';
import type { CurrentsEvent } from './schema.ts';

const CUSTOM_EVENT = 'users.behaviors.CustomEvent';
const PURCHASE = 'users.behaviors.Purchase';

/** Most numeric properties kept of one event. */
const VALUES = 50;

export function isBehaviour(type: string): boolean {
  return type === CUSTOM_EVENT || type === PURCHASE;
}

/**
 * Name and values of what a person did: a custom event under its own name with its numeric properties, or `Purchase`
 * with `revenue` in the currency's base unit (price times quantity, which is 1 unless given).
 *
 * @throws Fault `invalid` for a custom event without a name.
 */
export function behaviourOf({ event_type, properties }: CurrentsEvent): {
  name: string;
  values: Record<string, number>;
} {
  if (event_type === PURCHASE) return { name: 'Purchase', values: revenueOf(properties) };
  if (properties.name === undefined) throw new Fault('invalid', 'a custom event without a name');
  return { name: properties.name, values: numbersOf(properties.custom_properties ?? {}) };
}

function revenueOf({ price = NaN, quantity = NaN }: CurrentsEvent['properties']): Record<string, number> {
  const revenue = price * (quantity > 0 ? quantity : 1);
  return Number.isFinite(revenue) ? { revenue } : {};
}

function numbersOf(properties: Record<string, unknown>): Record<string, number> {
  const numbers = Object.entries(properties).flatMap(([name, value]) =>
    typeof value === 'number' && Number.isFinite(value) ? [[name, value] as const] : [],
  );
  return Object.fromEntries(numbers.slice(0, VALUES));
}
