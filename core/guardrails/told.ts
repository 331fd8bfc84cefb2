import type { Contact, StoredSignal } from '../contracts/records.ts';
import { isAbout } from '../domain/contact-signals.ts';
import type { SignalRead } from '../domain/readings.ts';
import type { GuardContext } from './guardrail.ts';
import type { Lookback } from './lookback.ts';

/** Signals that the features, the target and the hours of a person are made of, newest first. `contacts` are those that are kept. */
export function toldRead(
  { signals = [], now }: Pick<GuardContext, 'signals' | 'now'>,
  { past, model }: { past: Lookback; model: Lookback },
  contacts: readonly Contact[],
): SignalRead[] {
  if (model.signals.size === 0) return [];
  const since = ({ name }: StoredSignal): number =>
    now - Math.max(model.signals.get(name) ?? 0, past.signals.get(name) ?? 0);
  const kept = signals
    .filter((own) => model.signals.has(own.name) && own.at > since(own))
    .sort((a, b) => b.at - a.at);
  const orders = [...new Set(kept.flatMap(({ orderId }) => orderId ?? []))];
  const numberOf = (orderId: string | undefined): number | undefined =>
    orderId === undefined ? undefined : orders.indexOf(orderId);
  const aboutOf = ({ name, decisionId, send }: StoredSignal): number | undefined => {
    if (decisionId !== undefined) return contacts.findIndex(({ decision }) => decision === decisionId);
    if (send === undefined) return undefined;
    return contacts.findIndex((contact) => contact.send === send && isAbout(name, contact.channel));
  };
  return kept.map((own) => {
    return { name: own.name, at: own.at, order: numberOf(own.orderId), about: aboutOf(own) };
  });
}

/** The same as signals of a person again. */
export const signalsTold = (told: readonly SignalRead[], person: string): StoredSignal[] =>
  told.map(({ name, at, order, about }) => ({
    ...{ name, at, person, source: '', id: '', values: {} },
    orderId: order === undefined ? undefined : String(order),
    decisionId: about === undefined ? undefined : String(about),
  }));
