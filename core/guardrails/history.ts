import type { Contact } from '../contracts/records.ts';
import { standing } from './contacts.ts';
import type { GuardContext } from './guardrail.ts';

/** How often a signal happened to the person inside a window (ms): one order reported twice counts once, machines never. */
export function countSignals({ signals = [], now }: GuardContext, name: string, window: number): number {
  const orders = new Set<string>();
  let count = 0;
  for (const signal of signals) {
    if (signal.name !== name || signal.at <= now - window || signal.machine === true) continue;
    if (signal.orderId === undefined) count++;
    else orders.add(signal.orderId);
  }
  return count + orders.size;
}

/** The newest contact that was made or still may be. */
export function lastContact({ contacts, now }: GuardContext): Contact | undefined {
  return standing(contacts, now).reduce<Contact | undefined>(
    (last, next) => (!last || next.at > last.at ? next : last),
    undefined,
  );
}
