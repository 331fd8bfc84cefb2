import type { Variant } from '../../core/domain/programme.ts';
import type { Piece, SlotFields } from '../../core/domain/slots.ts';
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
