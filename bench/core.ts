import { decide } from '../core/decide/decide.ts';
import { sendKey } from '../core/decide/send-key.ts';
import { newPerson } from '../core/domain/person.ts';
import type { Programme } from '../core/domain/programme.ts';
import { linearSumsOf } from '../core/learn/linear-state.ts';
import { emptyState } from '../core/learn/model.ts';
import { policyOf } from '../core/policies/policy-of.ts';
import { programmeSchema, toProgramme } from '../runtime/programmes/schema.ts';
import type { Timed } from './timed.ts';
import { timed } from './timed.ts';

const NOW = Date.UTC(2026, 10, 22, 9);

/** A live programme of `variants` approved variants. */
function programmeOf(variants: number): Programme {
  const given = programmeSchema.parse({
    id: 'bench',
    name: 'Bench',
    status: 'live',
    goal: { signals: [{ signal: 'Order Completed', weight: 1, windowHours: 168 }] },
    variants: Array.from({ length: variants }, (_, i) => ({
      id: `v${i}`,
      channel: 'email',
      content: { subject: `Subject ${i}` },
    })),
    guardrails: { caps: [{ per: 'person', channel: 'email', count: 3, hours: 168 }] },
  });
  return approved(toProgramme(given));
}

/** The same with every variant approved. */
export function approved(programme: Programme): Programme {
  const variants = programme.variants.map((variant) => {
    const approval = { status: 'approved' as const, contentHash: variant.contentHash, at: NOW, by: 'bench' };
    return { ...variant, approval };
  });
  return { ...programme, variants };
}

/** A model that has seen 1,000 trials of each variant, at rates from 1 to 5 %. */
function learned(programme: Programme) {
  const sums = linearSumsOf(programme);
  const linear = sums.empty();
  for (const [i, { id }] of programme.variants.entries()) {
    const trial = { option: id, context: {}, hour: 0 };
    sums.addTrials(linear, trial, 1_000);
    const successes = Math.round(10 + (40 * i) / programme.variants.length);
    for (let k = 0; k < successes; k++)
      sums.moveCredits(linear, trial, {}, { 'Order Completed': { worth: 1 } });
  }
  return { programme: programme.id, version: 1, state: { ...emptyState(), linear } };
}

export interface CoreFigures {
  variants: number;
  /** One decision, probabilities of its set of options known from this model. */
  decision: Timed;
  /** Working out the probabilities of a set of options, once for each model. */
  probabilities: Timed;
}

/** What the pure core costs, without store or HTTP. */
export function measureCore(variants: number): CoreFigures {
  const programme = programmeOf(variants);
  const model = learned(programme);
  const policy = policyOf(programme, model);
  const live = { programme, policy, modelVersion: 1 };
  const person = newPerson('per_1', ['user:1']);
  const one = (i: number): void => {
    const request = { programme: 'bench', person: { userId: '1' }, send: `s${i}`, context: {} };
    const facts = { person, contacts: [], sendKey: sendKey(request, [programme], NOW), now: NOW };
    decide(request, facts, live, 'seed');
  };
  const options = programme.variants.map(({ id }) => id);
  const fresh = (): void => void policyOf(programme, model).score(options, { context: {}, at: NOW });
  return {
    variants,
    decision: timed(one),
    probabilities: timed(fresh),
  };
}
