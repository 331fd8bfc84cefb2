import type { Destination, Limits } from '../../core/contracts/destination.ts';
import { Fault } from '../../core/contracts/faults.ts';
import type { OutboxItem } from '../../core/contracts/outbox.ts';
import { intoBatches } from './batches.ts';
import type { Verdict } from './verdict.ts';

export interface Prepared {
  batches: OutboxItem[][];
  /** Items that cannot be sent at all, each with the reason. */
  refused: Verdict[];
}

/** Claimed items as requests within the limits. An item that cannot be sent is refused alone. */
export function prepare<Settings>(
  items: readonly OutboxItem[],
  destination: Destination<Settings>,
  settings: Settings,
  limits: Limits,
): Prepared {
  const sized = items.map((item) => ({ item, ...sizeOf(item) }));
  const { batches, oversize } = intoBatches(
    sized.filter(({ fault }) => fault === undefined),
    limits,
    ({ bytes }) => bytes,
  );
  return {
    batches: batches.map((batch) => batch.map(({ item }) => item)),
    refused: [
      ...sized.filter(({ fault }) => fault !== undefined).map(({ item, fault }) => ({ item, fault })),
      ...oversize.map(({ item, bytes }) => ({
        item,
        fault: new Fault('rejected', `${bytes} bytes are too many`),
      })),
    ],
  };

  function sizeOf({ outcome }: OutboxItem): { bytes: number; fault?: Fault } {
    try {
      if (destination.accepts(outcome, settings)) {
        return { bytes: Buffer.byteLength(destination.encodeItem(outcome, settings)) };
      }
      return { bytes: 0, fault: new Fault('rejected', 'not accepted under the present settings') };
    } catch {
      return { bytes: 0, fault: new Fault('rejected', 'it cannot be encoded') };
    }
  }
}
