import { z } from 'zod';
import type { SlotFields, Slotted } from '../../core/domain/slots.ts';
import { hasSlots } from '../../core/domain/slots.ts';
import { SlotFeatures } from '../../core/slots/features.ts';
import type { Issue } from './learning-schema.ts';
import { id, name } from './names.ts';

/* The fields of a variant whose message is put together from pieces. */

const MOST_SLOTS = 10;
const MOST_PIECES = 50;
/** Steps in which one message is put together. */
const MOST_STEPS = 20;
/** A model has half of the square of it in numbers, and is written with every fold. */
const MOST_COLUMNS = 100;
/** Pairs of pieces that may be forbidden: whether a message can be completed is found out by trying. */
const MOST_FORBIDDEN = 50;

const piece = z.strictObject({ id, content: z.record(name, z.string().max(100_000)) });

export const slotFields = {
  slots: z
    .record(id, z.array(piece).min(1).max(MOST_PIECES))
    .refine((slots) => Object.keys(slots).length > 0, 'at least one slot')
    .refine((slots) => Object.keys(slots).length <= MOST_SLOTS, `at most ${MOST_SLOTS} slots`)
    .optional(),
  pick: z.record(id, z.number().int().min(2).max(MOST_STEPS)).optional(),
  pairs: z
    .array(z.tuple([id, id]))
    .max(20)
    .optional(),
  forbidden: z
    .array(z.record(id, id).refine((own) => Object.keys(own).length === 2, 'pieces of two slots'))
    .max(MOST_FORBIDDEN)
    .optional(),
};

type Path = (string | number)[];

/** Says what is wrong with the slots of a variant at `path`. */
export function checkSlots(
  variant: SlotFields & { content: Record<string, string> },
  path: Path,
  report: Issue,
): void {
  const issue: Issue = (field, message) => report([...path, ...field], message);
  if (!hasSlots(variant)) {
    for (const field of ['pick', 'pairs', 'forbidden'] as const) {
      if (variant[field] !== undefined) issue([field], 'nothing, where there are no slots');
    }
    return;
  }
  let wrong = false;
  const fault: Issue = (field, message) => {
    wrong = true;
    issue(field, message);
  };
  checkPieces(variant, fault);
  checkNames(variant, fault);
  if (!wrong) checkCombinations(variant, fault);
}

/** Pieces are told apart, and no two fields of a message have one name. */
function checkPieces(
  { slots, pick = {}, content }: Slotted & { content: Record<string, string> },
  issue: Issue,
): void {
  const owners = new Map(Object.keys(content).map((field) => [field, 'the content of the variant']));
  for (const [slot, pieces] of Object.entries(slots)) {
    for (const [i, own] of pieces.entries()) {
      if (pieces.findIndex((other) => other.id === own.id) !== i)
        issue(['slots', slot, i, 'id'], 'an id that no other piece of the slot has');
      for (const field of pick[slot] === undefined ? Object.keys(own.content) : []) {
        const owner = owners.get(field) ?? `slot ${slot}`;
        owners.set(field, owner);
        if (owner !== `slot ${slot}`)
          issue(['slots', slot, i, 'content', field], `a field that is not in ${owner} already`);
      }
    }
  }
}

function checkNames({ slots, pick = {}, pairs = [], forbidden = [] }: Slotted, issue: Issue): void {
  const known = (slot: string): boolean => Object.hasOwn(slots, slot);
  const slotNames = `a slot: ${Object.keys(slots).join(', ')}`;
  for (const [slot, count] of Object.entries(pick)) {
    if (!known(slot)) issue(['pick', slot], slotNames);
    else if (count > slots[slot]!.length) issue(['pick', slot], `at most its ${slots[slot]!.length} pieces`);
  }
  const seen = new Set<string>();
  for (const [i, pair] of pairs.entries()) {
    for (const [j, slot] of pair.entries()) if (!known(slot)) issue(['pairs', i, j], slotNames);
    const key = [...pair].sort().join(' ');
    if (pair[0] === pair[1] || seen.has(key)) issue(['pairs', i], 'two different slots, each pair once');
    seen.add(key);
  }
  for (const [i, pair] of forbidden.entries()) {
    for (const [slot, own] of Object.entries(pair)) {
      if (!known(slot)) issue(['forbidden', i, slot], slotNames);
      else if (!slots[slot]!.some((candidate) => candidate.id === own))
        issue(['forbidden', i, slot], `a piece of ${slot}`);
    }
  }
}

function checkCombinations(own: Slotted, issue: Issue): void {
  const { count, combinations } = new SlotFeatures(own);
  const { steps } = combinations;
  if (steps.length > MOST_STEPS) {
    issue(['pick'], `makes messages of ${steps.length} pieces, at most ${MOST_STEPS}`);
  } else if (count > MOST_COLUMNS) {
    issue(
      ['slots'],
      `pieces and pairs of them make ${count} columns, at most ${MOST_COLUMNS}: fewer pieces or pairs`,
    );
  } else if (combinations.first() === undefined) {
    issue(['forbidden'], 'at least one message that is left');
  }
}
