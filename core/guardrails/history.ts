import type { Contact, StoredSignal } from '../contracts/records.ts';
import { standing } from './contacts.ts';
import type { GuardContext } from './guardrail.ts';

/** When a signal happened after `since`, newest first: one order reported twice counts once, machines never. */
export function timesOf(signals: readonly StoredSignal[], name: string, since: number): number[] {
  const orders = new Map<string, number>();
  const times: number[] = [];
  for (const signal of signals) {
    if (signal.name !== name || signal.at <= since || signal.machine === true) continue;
    if (signal.orderId === undefined) times.push(signal.at);
    else orders.set(signal.orderId, Math.max(signal.at, orders.get(signal.orderId) ?? -Infinity));
  }
  return [...times, ...orders.values()].sort((a, b) => b - a);
}

/** How often a signal happened to the person inside a window (ms). */
export const countSignals = ({ signals = [], now }: GuardContext, name: string, window: number): number =>
  timesOf(signals, name, now - window).length;

/** The newest contact that was made or still may be. */
export function lastContact({ contacts, now }: GuardContext): Contact | undefined {
  return standing(contacts, now).reduce<Contact | undefined>(
    (last, next) => (!last || next.at > last.at ? next : last),
    undefined,
  );
}
