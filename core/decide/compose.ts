import type { Rng } from '../contracts/rng.ts';
import type { Decision, Reason } from '../domain/decision.ts';
import type { Programme, Variant } from '../domain/programme.ts';
import { rngFromText } from '../maths/xoshiro.ts';
import type { Items, PieceDraw, Pieces, Slotted } from '../domain/slots.ts';
import { hasSlots } from '../domain/slots.ts';
import type { Policy } from '../policies/policy.ts';
import type { PieceChooser } from '../slots/chooser.ts';
import { asWritten, evenly, exactly } from '../slots/chooser.ts';
import { slotFeaturesOf } from '../slots/features.ts';
import { draw } from './draw.ts';

/** For what has a probability of 1. */
const NO_CHANCE: Rng = { uniform: () => 0 };

interface Situation {
  programme: Programme;
  reason: Reason;
  /** The pieces that were asked for by name. */
  asked: Pieces | undefined;
  /** ms since 1970 */
  at: number;
}

/** Who chooses the pieces: whoever chose the variant, or chance where that has no opinion of pieces. */
function chooserOf(
  variant: Slotted<Variant>,
  policy: Policy,
  { programme, reason, asked, at }: Situation,
): PieceChooser {
  const { combinations } = slotFeaturesOf(variant);
  const all = asked && combinations.combinationOf(asked);
  if (all) return exactly(combinations, 'asked for', all);
  const usual = reason === 'holdout' && programme.holdout?.kind === 'business-as-usual';
  if (usual || reason === 'fallback') return asWritten(combinations);
  if (reason === 'holdout') return evenly(combinations);
  return policy.pieces?.(variant.id, at, combinations) ?? evenly(combinations);
}

/** What a decision says of its message. */
export interface Message extends Pick<Decision, 'pieces' | 'drawn' | 'items'> {
  content: Record<string, string>;
  /** How its pieces were chosen. */
  method?: string | undefined;
}

/** The message of a variant: its content, put together first where it has slots. */
export function messageOf(variant: Variant, policy: Policy, situation: Situation, seed: string): Message {
  if (!hasSlots(variant)) return variant;
  const chooser = chooserOf(variant, policy, situation);
  // a stream of its own, so that the variant is drawn as it would be without slots
  return { ...compose(variant, chooser, rngFromText(`${seed} pieces`)), method: chooser.method };
}

/** The message of a variant where nobody chooses: the first piece of each slot. */
export const usualMessage = (variant: Variant): Message =>
  hasSlots(variant) ? compose(variant, asWritten(slotFeaturesOf(variant).combinations), NO_CHANCE) : variant;

/**
 * Puts a message together, slot by slot. Fields of the pieces are added to those of the variant; the pieces of a slot that takes
 * several are lists of their own.
 */
export function compose(variant: Slotted<Variant>, chooser: PieceChooser, rng: Rng): Message {
  const { combinations } = chooser;
  const chosen: number[] = [];
  const draws: PieceDraw[] = [];
  let all = 1;
  for (const slot of combinations.steps) {
    const next = chooser.next(chosen);
    const { piece, propensity } = draw(next, rng);
    const among = next.map((own) => [combinations.idOf(own.piece), own.propensity] as const);
    draws.push({
      slot: combinations.slots[slot]!.name,
      piece: combinations.idOf(piece),
      among: Object.fromEntries(among),
    });
    chosen.push(piece);
    all *= propensity;
  }
  const pieces = combinations.named(chosen);
  return { pieces, drawn: { propensity: all, draws }, ...merged(variant, pieces) };
}

/** The content of a variant with that of the pieces in it. */
function merged({ content, slots }: Slotted<Variant>, pieces: Pieces): Pick<Message, 'content' | 'items'> {
  const all = { ...content };
  const items: Items = {};
  const contentOf = (slot: string, id: string): Record<string, string> =>
    slots[slot]!.find((piece) => piece.id === id)!.content;
  for (const [slot, ids] of Object.entries(pieces)) {
    if (typeof ids === 'string') Object.assign(all, contentOf(slot, ids));
    else items[slot] = ids.map((id) => contentOf(slot, id));
  }
  return { content: all, items: Object.keys(items).length > 0 ? items : undefined };
}
