import type { Slotted } from '../../../core/domain/slots.ts';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import { SlotFeatures } from '../../../core/slots/features.ts';
import type { World } from './world.ts';
import { sigmoid } from './world.ts';

const piecesOf = (slot: string, count: number) =>
  Array.from({ length: count }, (_, i) => ({ id: `${slot}${i}`, content: {} }));

/** 4 x 4 x 3 pieces, of which every two may act together. */
export const SLOTS: Slotted = {
  slots: { a: piecesOf('a', 4), b: piecesOf('b', 4), c: piecesOf('c', 3) },
  pairs: [
    ['a', 'b'],
    ['a', 'c'],
    ['b', 'c'],
  ],
};
const ROUNDS = 50_000;

/** E8: 4 x 4 x 3 combinations; log-odds -3.3, main effects of 0.35, effects of pairs of `interactions`. */
export function components(seed: number, interactions: number): World {
  const rng = rngFromNumber(8000 + seed);
  const features = new SlotFeatures(SLOTS);
  const size = { 0: 0, 1: 0.35, 2: interactions } as Record<number, number>;
  const effects = features.groups.map((group) => size[group]! * rng.normal());
  const combinations = features.combinations.sets(Infinity)!;
  const rates = combinations.map((chosen) =>
    sigmoid(features.columns(chosen).reduce((sum, j) => sum + effects[j]!, -3.3)),
  );
  const options = combinations.length;
  const chances = new Float64Array(ROUNDS * options);
  for (let t = 0; t < ROUNDS; t++) chances.set(rates, t * options);
  const luck = Float64Array.from({ length: ROUNDS }, () => rng.uniform());
  const contexts = new Float64Array(ROUNDS).fill(1);
  const id = `E8 ${interactions}`;
  return {
    id,
    rounds: ROUNDS,
    options,
    features: 1,
    fields: [],
    contexts,
    chances,
    luck,
    delay: 0,
    refresh: 1,
  };
}
