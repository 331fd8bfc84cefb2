import { draw } from '../../core/decide/draw.ts';
import type { Programme } from '../../core/domain/programme.ts';
import { hourOf } from '../../core/learn/blocks.ts';
import { keptOf } from '../../core/learn/kept.ts';
import type { LinearTrial } from '../../core/learn/linear-state.ts';
import { emptyState } from '../../core/learn/model.ts';
import { policyOf } from '../../core/policies/policy-of.ts';
import { evenly } from '../../core/slots/chooser.ts';
import { slotFeaturesOf } from '../../core/slots/features.ts';
import type { Player } from './play.ts';
import { nextFold, timeOf } from './served-player.ts';
import { SLOTS } from './worlds/components.ts';
import type { World } from './worlds/world.ts';

const LETTER = { id: 'letter', channel: 'email', content: {}, contentHash: '', ...SLOTS };

/** One variant with slots, as a programme has it: what is learned is kept by time, and its policy is that of every fold. */
export function slotted(_world: World, seed: number): Player {
  const programme: Programme = {
    ...{ id: `E8 ${seed}`, version: 1, name: 'bench', status: 'live', silence: false, variants: [LETTER] },
    goal: { signals: [{ signal: 'answer', weight: 1, windowHours: 1 }] },
    ...{ policy: { kind: 'auto' }, guardrails: {}, sendBucketHours: 24 },
  };
  const { combinations } = slotFeaturesOf(LETTER);
  const messages = combinations.sets(Infinity)!;
  const numbers = new Map(messages.map((chosen, i) => [chosen.join(' '), i]));
  const pieces = messages.map((chosen) => combinations.named(chosen));
  const state = emptyState();
  const trialOf = (t: number, message: number): LinearTrial => {
    return { option: LETTER.id, context: {}, pieces: pieces[message], hour: hourOf(timeOf(t)) };
  };
  let [chooser, next, version] = [evenly(combinations), 1, 0];
  return {
    choose(t, rng) {
      if (t >= next) {
        const policy = policyOf(programme, { programme: programme.id, version: ++version, state });
        chooser = policy.pieces?.(LETTER.id, timeOf(t)) ?? chooser;
        next = nextFold(t);
      }
      const chosen: number[] = [];
      while (chosen.length < combinations.steps.length) chosen.push(draw(chooser.next(chosen), rng).piece);
      const message = numbers.get(chosen.join(' '))!;
      for (const { sums, linear } of keptOf(programme, state)) sums.addTrials(linear, trialOf(t, message), 1);
      return message;
    },
    learn(t, message, reward) {
      if (reward === 0) return;
      const answer = { answer: { worth: 1, delay: 0 } };
      for (const { sums, linear } of keptOf(programme, state)) {
        sums.moveCredits(linear, trialOf(t, message), {}, answer);
      }
    },
  };
}
