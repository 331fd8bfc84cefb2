import type { Store } from '../../core/contracts/store.ts';
import type { Decision } from '../../core/domain/decision.ts';
import type { Programme } from '../../core/domain/programme.ts';
import type { Block } from '../../core/learn/blocks.ts';
import { DeclaredFeatures } from '../../core/learn/features/declared.ts';
import { learnsContext } from '../../core/learn/linear-state.ts';
import { HOUR } from './programmes.ts';

/** Features of a decision; undefined of one that says nothing. */
type Features = (decision: Decision) => readonly number[] | undefined;

/** What a model of a programme goes by in the context of a decision. */
function ofContext(programme: Programme): Features {
  const features = new DeclaredFeatures(learnsContext(programme) ? programme : {});
  return ({ context, option }) => [...features.encode(context, option)];
}

/** What a model of a programme is made from, added up decision by decision from what is on record of some hours. */
export async function sumsByHand(
  store: Store,
  programme: Programme,
  { from, length }: Pick<Block, 'from' | 'length'>,
  featuresOf = ofContext(programme),
): Promise<{ sums: Record<string, number>; decisions: number }> {
  const sums: Record<string, number> = {};
  let decisions = 0;
  const add = (name: string, number: number): void => void (sums[name] = (sums[name] ?? 0) + number);
  for (const { kind, ref } of await store.ledger(1, 100_000)) {
    const found = kind === 'decision' && ref !== null ? await store.decision(ref) : null;
    if (!found?.decision.learn || found.decision.programme !== programme.id) continue;
    const { option, at } = found.decision;
    if (at < from * HOUR || at >= (from + length) * HOUR) continue;
    const x = featuresOf(found.decision);
    if (!x) continue;
    decisions++;
    let place = 0;
    for (const [i, xi] of x.entries()) {
      for (const xj of x.slice(0, i + 1)) add(`information ${place++} of ${option}`, xi * xj);
    }
    const valued = programme.goal.signals.flatMap(({ signal, value }) => (value === undefined ? [] : signal));
    const worths = found.credits
      .flatMap(({ signal, worth }): [string, number][] => [
        [signal, worth],
        // what carries a value is kept as a logarithm, too: 1 at the cap, 0 at 2^-16 of it
        ...(valued.includes(signal)
          ? ([
              [`["had","${signal}"]`, 1],
              [`["log","${signal}"]`, Math.max(0, (16 + Math.log2(worth)) / 16)],
            ] as [string, number][])
          : []),
      ])
      .map(([signal, worth]) => [signal, Math.round(worth * 65_536) / 65_536] as const);
    for (const [signal, worth] of worths) {
      for (const [i, xi] of x.entries()) add(`response ${i} to ${signal} of ${option}`, xi * worth);
      for (const [other, its] of worths) {
        const pair = JSON.stringify([signal, other]);
        if (signal <= other) add(`squares ${pair} of ${option}`, worth * its);
      }
    }
  }
  return { sums, decisions };
}
