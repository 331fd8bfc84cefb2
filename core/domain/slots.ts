/** One piece of content that may fill a slot. */
export interface Piece {
  id: PieceId;
  content: Record<string, string>;
}

export type PieceId = string;

/** The parts of a message whose pieces are chosen one by one: a combination of pieces makes the message. */
export interface SlotFields {
  /** The pieces of each slot, by its name. */
  slots?: Record<string, Piece[]> | undefined;
  /** How many different pieces a slot takes, in order; absent: one. */
  pick?: Record<string, number> | undefined;
  /** Slots whose pieces may do better or worse together than each does by itself. */
  pairs?: [string, string][] | undefined;
  /** Pieces that are never in one message, each as two pieces by their slots. */
  forbidden?: Record<string, PieceId>[] | undefined;
}

export type Slotted<T extends SlotFields = SlotFields> = T & { slots: Record<string, Piece[]> };

export const hasSlots = <T extends SlotFields>(own: T): own is Slotted<T> => own.slots !== undefined;

/** The pieces in one message, by slot: a list where the slot takes several. */
export type Pieces = Record<string, PieceId | PieceId[]>;

/** Contents of the pieces of slots that take several, by slot and in order. */
export type Items = Record<string, Record<string, string>[]>;

/** How the piece of one slot was drawn, or one of several of a slot that takes more. */
export interface PieceDraw {
  slot: string;
  piece: PieceId;
  /** Probability of each piece that could be drawn, after the pieces drawn before it; the drawn one's is its propensity. */
  among: Record<PieceId, number>;
}

/** How the pieces of a message were drawn, one after the other. */
export interface DrawnPieces {
  /** Probability of the whole combination once the variant was drawn: the product of those of its pieces. */
  propensity: number;
  draws: PieceDraw[];
}
