import type { PairColumns, SlotFeatures } from './features.ts';
import type { NumberedSlot } from './combinations.ts';

/** Mean features of some messages; of none, those of every piece as often as the others of its slot. @param sums over them */
export function averageMessage(features: SlotFeatures, sums: ArrayLike<number>): Float64Array {
  const messages = sums[0]!;
  if (messages > 0) return Float64Array.from(sums, (sum) => sum / messages);
  const { slots } = features.combinations;
  const x = new Float64Array(features.count);
  x[0] = 1;
  for (const { start, ids, pick } of slots) x.fill(pick / ids.length, 1 + start, 1 + start + ids.length);
  for (const pair of features.pairs) {
    eachPair(slots, pair, ({ one, other, column }) => (x[column] = x[1 + one]! * x[1 + other]!));
  }
  return x;
}

interface PairOfPieces {
  one: number;
  other: number;
  column: number;
}

function eachPair(
  slots: readonly NumberedSlot[],
  { one, other, start }: PairColumns,
  take: (pair: PairOfPieces) => void,
): void {
  const [s, t] = [slots[one]!, slots[other]!];
  for (let i = 0; i < s.ids.length; i++) {
    for (let j = 0; j < t.ids.length; j++) {
      take({ one: s.start + i, other: t.start + j, column: start + i * t.ids.length + j });
    }
  }
}

/** The same messages with one piece in all of them, in the place of another of its slot. */
export function withPiece(
  { combinations, pairs }: SlotFeatures,
  average: Float64Array,
  piece: number,
): Float64Array {
  const { slots } = combinations;
  const slot = slots.findLast(({ start }) => start <= piece)!;
  const isIn = (own: number): boolean => own >= slot.start && own < slot.start + slot.ids.length;
  const x = average.slice();
  let rest = 0;
  for (let i = 0; i < slot.ids.length; i++)
    if (slot.start + i !== piece) rest += average[1 + slot.start + i]!;
  const left = rest > 0 ? (slot.pick - 1) / rest : 0;
  const shareOf = (own: number): number => (own === piece ? 1 : left * average[1 + own]!);
  for (let i = 0; i < slot.ids.length; i++) x[1 + slot.start + i] = shareOf(slot.start + i);
  for (const pair of pairs) {
    eachPair(slots, pair, ({ one, other, column }) => {
      const [own, beside] = isIn(one) ? [one, other] : [other, one];
      if (!isIn(own)) return;
      x[column] = own === piece ? average[1 + beside]! : left * average[column]!;
    });
  }
  return x;
}
