import type { Variant } from '../../core/domain/programme.ts';
import type { Piece, SlotFields, Slotted } from '../../core/domain/slots.ts';
import { rngFromNumber } from '../../core/maths/xoshiro.ts';
import type { Combinations } from '../../core/slots/combinations.ts';
import { variant } from './programmes.ts';

/** So many pieces of a slot, `s1` and on, each with a field of the name of the slot. */
export const pieces = (slot: string, count: number): Piece[] =>
  Array.from({ length: count }, (_, i) => {
    const id = `${slot[0]}${i + 1}`;
    return { id, content: { [slot]: `${slot} ${id}` } };
  });

/** Three subjects, two heroes and three calls to action; one subject never beside one hero. */
export const LETTER: SlotFields = {
  slots: { subject: pieces('subject', 3), hero: pieces('hero', 2), cta: pieces('cta', 3) },
  pairs: [['subject', 'hero']],
  forbidden: [{ subject: 's3', hero: 'h2' }],
};

/** Two different items of five, in order. */
export const ITEMS: SlotFields = { slots: { item: pieces('item', 5) }, pick: { item: 2 } };

/** An approved variant whose message is put together from pieces. */
export const slotted = (id: string, fields: SlotFields, changes: Partial<Variant> = {}): Variant =>
  variant(id, { content: { body: '<p>Hello</p>' }, ...fields, ...changes });

/** Slots of random sizes with random picks and forbidden pairs. */
export function anySlots(seed: number): Slotted {
  const rng = rngFromNumber(seed);
  const upTo = (n: number): number => 1 + Math.floor(rng.uniform() * n);
  const names = ['a', 'b', 'c', 'd'].slice(0, 1 + upTo(3));
  const slots = Object.fromEntries(names.map((name) => [name, pieces(name, upTo(4))]));
  const pick: Record<string, number> = {};
  for (const name of names) if (slots[name]!.length > 2 && rng.uniform() < 0.4) pick[name] = 2;
  const any = (name: string): string => `${name}${upTo(slots[name]!.length)}`;
  const forbidden = Array.from({ length: upTo(6) - 1 }, () => {
    const [one, other] = rng.uniform() < 0.5 ? [names[0]!, names[1]!] : [names[1]!, names.at(-1)!];
    return { [one]: any(one), [other]: any(other) };
  }).filter((pair) => Object.keys(pair).length === 2);
  return { slots, pick, forbidden };
}

/** Every message, step by step. */
export function allOf(combinations: Combinations): number[][] {
  let heads: number[][] = [[]];
  for (let step = 0; step < combinations.steps.length; step++) {
    heads = heads.flatMap((head) => combinations.next(head).map((piece) => [...head, piece]));
  }
  return heads;
}
