import { compose } from '../../core/decide/compose.ts';
import type { DecideRequest } from '../../core/domain/decision.ts';
import type { Programme } from '../../core/domain/programme.ts';
import type { Pieces, Slotted } from '../../core/domain/slots.ts';
import { hourOf } from '../../core/learn/blocks.ts';
import { keptOf } from '../../core/learn/kept.ts';
import type { ModelState } from '../../core/learn/model.ts';
import { emptyState } from '../../core/learn/model.ts';
import type { Xoshiro } from '../../core/maths/xoshiro.ts';
import { rngFromNumber } from '../../core/maths/xoshiro.ts';
import { evenly } from '../../core/slots/chooser.ts';
import { slotFeaturesOf } from '../../core/slots/features.ts';
import { DAY, NOON, ORDER } from './programmes.ts';

export type Rate = (pieces: Pieces, day: number) => number;

export interface Sent {
  programme: Programme;
  /** How likely a message is ordered from. */
  rate: Rate;
  trials: number;
  days?: number;
  /** When the last message was sent, ms since 1970. */
  until?: number;
  /** What an order is worth, in its cap. */
  worth?: (pieces: Pieces, rng: Xoshiro) => number;
  /** Whom the messages of a day go to. */
  context?: (day: number) => DecideRequest['context'];
  /** Messages are put together evenly until that day, and then like this. */
  then?: { from: number; pieces: Pieces };
}

export const variantOf = ({ variants }: Programme): Slotted<Programme['variants'][number]> =>
  variants[0]! as Slotted<Programme['variants'][number]>;

/** What was learned of messages that were put together evenly and answered at once, by the end of their days. */
export function learned({
  programme: own,
  rate,
  trials,
  days = 20,
  until = NOON,
  worth = () => 1,
  context = () => ({}),
  then,
}: Sent): ModelState {
  const [state, rng] = [emptyState(), rngFromNumber(5)];
  const variant = variantOf(own);
  const chooser = evenly(slotFeaturesOf(variant).combinations);
  for (let i = 0; i < trials; i++) {
    const day = (days * i) / trials;
    const pieces = then && day >= then.from ? then.pieces : compose(variant, chooser, rng).pieces!;
    const at = until - days * DAY + day * DAY;
    const trial = { option: variant.id, context: context(day), pieces, hour: hourOf(at) };
    const ordered = rng.uniform() < rate(pieces, day);
    const credits = { [ORDER.signal]: { worth: worth(pieces, rng), delay: 0 } };
    for (const { sums, linear } of keptOf(own, state)) {
      sums.addTrials(linear, trial, 1);
      if (ordered) sums.moveCredits(linear, trial, {}, credits);
    }
  }
  return state;
}
