import type { DecideRequest } from '../../core/domain/decision.ts';
import type { PolicyChoice, Programme } from '../../core/domain/programme.ts';
import { hourOf } from '../../core/learn/blocks.ts';
import { linearSumsOf } from '../../core/learn/linear-state.ts';
import { emptyState } from '../../core/learn/model.ts';
import type { Past } from '../../core/learn/past.ts';
import type { Xoshiro } from '../../core/maths/xoshiro.ts';
import { policyOf } from '../../core/policies/policy-of.ts';
import { largest } from './players.ts';

export interface Serving {
  options: number;
  policy: PolicyChoice;
  context?: Programme['context'];
  windowHours: number;
  /** What is known of the options from elsewhere. */
  past?: Past | undefined;
  /** Of each option. */
  labels?: readonly Record<string, string>[] | undefined;
}

/** One request of a programme. */
export interface Request {
  context: DecideRequest['context'];
  /** ms since 1970 */
  at: number;
}

/** A programme as it is served: its sums are kept by time and weighed when they are read, and its policy is that of every fold. */
export class Served {
  /** Names of the options, by number. */
  readonly options: readonly string[];
  readonly #programme: Programme;
  readonly #state = emptyState();
  #policy;

  constructor({ options, policy, context, windowHours, past, labels }: Serving) {
    this.options = Array.from({ length: options }, (_, a) => `o${a}`);
    const variants = this.options.map((id, a) => {
      return { id, channel: 'email', content: {}, contentHash: '', labels: labels?.[a] };
    });
    this.#programme = {
      ...{ id: 'bench', version: 1, name: 'bench', status: 'live', silence: false, variants },
      goal: { signals: [{ signal: 'answer', weight: 1, windowHours }] },
      ...{ policy, guardrails: {}, sendBucketHours: 24, ...(context && { context }) },
    };
    this.#state.linear = linearSumsOf(this.#programme).empty();
    this.#state.past = past;
    this.#policy = this.#fresh();
  }

  #fresh() {
    return policyOf(this.#programme, { programme: 'bench', version: 1, state: this.#state });
  }

  /** @param open numbers of the options that may be chosen; absent: all */
  choose(request: Request, rng: Xoshiro, open?: readonly number[]): number {
    const scored = this.#policy.score(open?.map((a) => this.options[a]!) ?? this.options, request);
    let left = rng.uniform();
    const drawn = scored.findIndex(({ propensity }) => (left -= propensity) < 0);
    const place = drawn < 0 ? largest(scored.map(({ propensity }) => propensity)) : drawn;
    return open?.[place] ?? place;
  }

  #trial({ context, at }: Request, option: number) {
    return { option: this.options[option]!, context, hour: hourOf(at) };
  }

  /** Counts a decision that was made. */
  decided(request: Request, option: number): void {
    linearSumsOf(this.#programme).addTrials(this.#state.linear, this.#trial(request, option), 1);
  }

  /** Counts the answer to one. @param delay in ms */
  answered(request: Request, option: number, delay: number): void {
    const answer = { answer: { worth: 1, delay } };
    const trial = this.#trial(request, option);
    linearSumsOf(this.#programme).moveCredits(this.#state.linear, trial, {}, answer);
  }

  fold(): void {
    this.#policy = this.#fresh();
  }
}
