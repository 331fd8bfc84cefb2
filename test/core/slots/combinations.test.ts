import { describe, expect, test } from 'vitest';
import type { Pieces, Slotted } from '../../../core/domain/slots.ts';
import { rngFromNumber } from '../../../core/maths/xoshiro.ts';
import { Combinations } from '../../../core/slots/combinations.ts';
import { allOf, anySlots, ITEMS, LETTER, pieces } from '../../support/slots.ts';

/** Every message by brute force: all lists of pieces, step by step, and of these the ones that keep to the rules. */
function byHand({ slots, pick = {}, forbidden = [] }: Slotted): string[] {
  const names = Object.keys(slots).sort();
  const steps = names.flatMap((name) => Array<string>(pick[name] ?? 1).fill(name));
  let lists: string[][] = [[]];
  for (const name of steps)
    lists = lists.flatMap((list) => slots[name]!.map(({ id }) => [...list, `${name}:${id}`]));
  const together = (list: string[], pair: Record<string, string>): boolean =>
    Object.entries(pair).every(([name, id]) => list.includes(`${name}:${id}`));
  return lists
    .filter((list) => new Set(list).size === list.length && !forbidden.some((pair) => together(list, pair)))
    .map((list) => list.join(' '))
    .sort();
}

function shown(combinations: Combinations, chosen: readonly number[]): string {
  return chosen
    .map(
      (piece, step) => `${combinations.slots[combinations.steps[step]!]!.name}:${combinations.idOf(piece)}`,
    )
    .join(' ');
}

describe('combinations of pieces', () => {
  test('are all that keep to the rules and no others, for 300 variants', () => {
    for (let seed = 0; seed < 300; seed++) {
      const own = anySlots(seed);
      const combinations = new Combinations(own);
      const expected = byHand(own);
      const found = allOf(combinations);
      expect(found.map((chosen) => shown(combinations, chosen)).sort()).toEqual(expected);
      const asSet = (chosen: readonly number[]): string => [...chosen].sort((a, b) => a - b).join();
      const sets = combinations.sets(10_000)!.map(asSet);
      expect(new Set(sets)).toEqual(new Set(found.map(asSet)));
      expect(new Set(sets).size).toBe(sets.length);
      expect(combinations.sets(10_000)!.every((chosen) => combinations.allows(chosen))).toBe(true);
      expect(combinations.first() === undefined).toBe(expected.length === 0);
      for (const [slot, { name, ids, start }] of combinations.slots.entries()) {
        for (const [i, id] of ids.entries()) {
          const found = expected.some((message) => message.split(' ').includes(`${name}:${id}`));
          if (found) expect(combinations.fits(start + i), `${seed} ${slot} ${id}`).toBe(true);
        }
      }
    }
  });

  test('no step leads to where a message cannot be completed', () => {
    for (let seed = 0; seed < 300; seed++) {
      const own = anySlots(seed);
      const combinations = new Combinations(own);
      const beginnings = byHand(own).map((message) => message.split(' '));
      const rng = rngFromNumber(seed);
      for (let chosen: number[] = []; chosen.length < combinations.steps.length;) {
        const next = combinations.next(chosen);
        const before = shown(combinations, chosen).split(' ').filter(Boolean);
        const possible = beginnings
          .filter((message) => before.every((piece, step) => message[step] === piece))
          .map((message) => message[chosen.length]!);
        expect(
          next
            .map((piece) =>
              shown(combinations, [...chosen, piece])
                .split(' ')
                .at(-1),
            )
            .sort(),
        ).toEqual([...new Set(possible)].sort());
        if (next.length === 0) break;
        chosen = [...chosen, next[Math.floor(rng.uniform() * next.length)]!];
      }
    }
  });

  test('are told from names, and nothing else is one', () => {
    const letter = new Combinations(LETTER as Slotted);
    const known = { subject: 's1', hero: 'h2', cta: 'c3' };
    expect(letter.named(letter.combinationOf(known)!)).toEqual(known);
    const none: Pieces[] = [
      { subject: 's3', hero: 'h2', cta: 'c3' },
      { subject: 's1', hero: 'h2' },
      { ...known, cta: 'c9' },
      { ...known, footer: 'f1' },
      { ...known, cta: ['c1', 'c2'] },
    ];
    for (const pieces of none) expect(letter.combinationOf(pieces)).toBeUndefined();
    const items = new Combinations(ITEMS as Slotted);
    expect(items.named(items.combinationOf({ item: ['i4', 'i1'] })!)).toEqual({ item: ['i4', 'i1'] });
    expect(items.combinationOf({ item: ['i4', 'i4'] })).toBeUndefined();
    expect(items.combinationOf({ item: 'i4' })).toBeUndefined();
  });

  test('a slot that nothing goes with is found out without trying all before it', () => {
    const many = { a: pieces('a', 2), m: pieces('m', 40), z: pieces('z', 1) };
    const combinations = new Combinations({
      slots: many,
      pick: { m: 15 },
      forbidden: [{ a: 'a1', z: 'z1' }],
    });
    expect(combinations.next([]).map((piece) => combinations.idOf(piece))).toEqual(['a2']);
    expect(combinations.fits(0)).toBe(false);
    expect(combinations.sets(64)).toBeUndefined();
  });
});
