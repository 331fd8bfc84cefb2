import type { Store } from '../../core/contracts/store.ts';
import type { Programme } from '../../core/domain/programme.ts';
import { DeclaredFeatures } from '../../core/learn/features/declared.ts';
import { DAY } from './programmes.ts';

/** What a linear model of a programme is made from, added up decision by decision from what is on record. */
export async function sumsByHand(
  store: Store,
  programme: Programme,
  spring: number,
): Promise<Record<string, number>> {
  const features = new DeclaredFeatures(programme);
  const { halfLifeDays = Infinity } = programme.policy;
  const sums: Record<string, number> = {};
  const add = (name: string, number: number): void => void (sums[name] = (sums[name] ?? 0) + number);
  for (const { kind, ref } of await store.ledger(1, 100_000)) {
    const found = kind === 'decision' && ref !== null ? await store.decision(ref) : null;
    if (!found?.decision.learn || found.decision.programme !== programme.id) continue;
    const { option, at, context } = found.decision;
    const x = [...features.encode(context)];
    const weight = 0.5 ** ((Math.floor(spring / DAY) - Math.floor(at / DAY)) / halfLifeDays);
    let place = 0;
    for (const [i, xi] of x.entries()) {
      for (const xj of x.slice(0, i + 1)) add(`information ${place++} of ${option}`, weight * xi * xj);
    }
    const worths = found.credits.map(
      ({ signal, worth }) => [signal, Math.round(worth * 65_536) / 65_536] as const,
    );
    for (const [signal, worth] of worths) {
      for (const [i, xi] of x.entries()) add(`response ${i} to ${signal} of ${option}`, weight * xi * worth);
      for (const [other, its] of worths) {
        const pair = JSON.stringify([signal, other]);
        if (signal <= other) add(`squares ${pair} of ${option}`, weight * worth * its);
      }
    }
  }
  return sums;
}
