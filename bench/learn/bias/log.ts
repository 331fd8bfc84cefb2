import type { Programme } from '../../../core/domain/programme.ts';
import { HOUR_MS } from '../../../core/domain/programme.ts';
import type { LinearTotal } from '../../../core/learn/blocks.ts';
import { emptyTotal } from '../../../core/learn/blocks.ts';
import type { BelievableSums } from '../../../core/learn/effective.ts';
import { linearSumsOf } from '../../../core/learn/linear-state.ts';
import type { ModelState } from '../../../core/learn/model.ts';
import { emptyState } from '../../../core/learn/model.ts';
import { pairKey } from '../../../core/learn/worths.ts';
import type { Policy } from '../../../core/policies/policy.ts';
import { policyOf, stepsOf } from '../../../core/policies/policy-of.ts';
import type { Truth } from './worlds.ts';
import { cameBy, SEGMENTS, WINDOW } from './worlds.ts';

export const SIGNAL = 'answer';
/** Hour since 1970 in which everything begins. */
const FIRST = Math.floor(Date.parse('2026-01-05T00:00:00Z') / HOUR_MS);

export const atHour = (hour: number): number => (FIRST + hour) * HOUR_MS;

/** `auto` with one category, which has a value for each segment. */
export function programmeOf(options: number): Programme {
  const variants = Array.from({ length: options }, (_, a) => {
    return { id: `o${a}`, channel: 'email', content: {}, contentHash: '' };
  });
  return {
    ...{ id: 'bias', version: 1, name: 'bias', status: 'live', silence: false, variants },
    goal: { signals: [{ signal: SIGNAL, weight: 1, windowHours: WINDOW }] },
    ...{ policy: { kind: 'auto' }, guardrails: {}, sendBucketHours: 24 },
    context: { segment: { type: 'category', values: [...SEGMENTS] } },
  };
}

export const contextOf = (segment: number): Record<string, string> => ({ segment: SEGMENTS[segment]! });

/** An option asked of a segment. */
export interface Cell {
  option: number;
  segment: number;
}

interface Answer extends Cell {
  /** Hours since the beginning at which it was sent, and at which it was answered. */
  sent: number;
  comes: number;
}

/** How what has not come is counted: by the true law of each cell, or not at all, since everything is known at once. */
type Counting = 'by cell' | 'known at once';

/** The same, or as programmes are served. */
export type How = 'served' | Counting;

/** Everything that was sent, and all answers that will come of it. */
export class SendLog {
  readonly programme: Programme;
  readonly truth: Truth;
  readonly state: ModelState = emptyState();
  /** Trials of each cell by the hour they were sent in. */
  readonly #sent: Float64Array[];
  readonly #answers: Answer[] = [];
  #waiting: Answer[] = [];

  constructor(truth: Truth) {
    this.truth = truth;
    this.programme = programmeOf(truth.rates.length);
    this.state.linear = linearSumsOf(this.programme).empty();
    this.#sent = truth.rates.flatMap(() => SEGMENTS.map(() => new Float64Array(2_000)));
  }

  #trial({ option, segment }: Cell, sent: number) {
    return { option: `o${option}`, context: contextOf(segment), hour: FIRST + Math.floor(sent) };
  }

  send(cell: Cell, sent: number, count = 1): void {
    linearSumsOf(this.programme).addTrials(this.state.linear, this.#trial(cell, sent), count);
    this.#sent[cell.option * SEGMENTS.length + cell.segment]![Math.floor(sent)]! += count;
  }

  /** An answer that will come of something that was sent. */
  answer(cell: Cell, sent: number, delay: number): void {
    const own = { ...cell, sent, comes: sent + delay };
    this.#answers.push(own);
    this.#waiting.push(own);
  }

  /** Learns what has come by some hour. */
  learn(now: number): void {
    for (const own of this.#waiting) {
      if (own.comes > now) continue;
      const answer = { [SIGNAL]: { worth: 1, delay: (own.comes - own.sent) * HOUR_MS } };
      linearSumsOf(this.programme).moveCredits(this.state.linear, this.#trial(own, own.sent), {}, answer);
    }
    this.#waiting = this.#waiting.filter(({ comes }) => comes > now);
  }

  /** Trials of a cell by now, each as much as it counts, and how many were answered. */
  #counted({ option, segment }: Cell, now: number, how: Counting): { trials: number; answers: number } {
    const mean = this.truth.delays[option]![segment]!;
    const known = (age: number): number => (how === 'by cell' ? cameBy(age, mean) : 1);
    let [trials, answers] = [0, 0];
    const sent = this.#sent[option * SEGMENTS.length + segment]!;
    for (let hour = 0; hour < now; hour++)
      if (sent[hour]! > 0) trials += sent[hour]! * known(now - hour - 0.5);
    for (const own of this.#answers) {
      if (own.option !== option || own.segment !== segment) continue;
      if (how === 'by cell' && own.comes > now) continue;
      answers++;
      trials += 1 - known(now - own.sent);
    }
    return { trials, answers };
  }

  /** What would be learned were the law of every cell known, and whose answers have come. */
  exact(now: number, how: Counting): BelievableSums {
    const { features } = linearSumsOf(this.programme);
    const options: Record<string, LinearTotal> = {};
    for (const option of this.truth.rates.keys()) {
      const total = (options[`o${option}`] = emptyTotal(features.count));
      const response = (total.responses[SIGNAL] = new Array<number>(features.count).fill(0));
      let all = 0;
      for (const segment of SEGMENTS.keys()) {
        const { trials, answers } = this.#counted({ option, segment }, now, how);
        const x = features.encode(contextOf(segment), `o${option}`);
        let at = 0;
        for (let i = 0; i < x.length; i++) {
          response[i]! += answers * x[i]!;
          for (let j = 0; j <= i; j++) total.information[at++]! += trials * x[i]! * x[j]!;
        }
        all += answers;
      }
      total.squares[pairKey(SIGNAL, SIGNAL)] = all;
    }
    const sums = { at: atHour(now), inContext: true, options, own: options, past: {}, related: 0 };
    return { ...sums, counted: {}, pending: {}, awaited: [], change: undefined };
  }
}

/** `auto` on what was sent and came by now. */
export function policyBy(log: SendLog, now: number, how: How): Policy {
  const model = { programme: log.programme.id, version: 1, state: log.state };
  if (how === 'served') return policyOf(log.programme, model);
  const sums = log.exact(now, how);
  return stepsOf(log.programme, () => sums, model);
}
