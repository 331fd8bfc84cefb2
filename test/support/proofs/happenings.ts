import type { Decision, DroppedOption } from '../../../core/domain/decision.ts';
import type { PersonRef } from '../../../core/domain/person.ts';

/** How somebody is called by whoever tells of them: the first letter says which kind of id it is. */
export type Name = string;

/** Everybody has an id of each kind. */
export const KINDS = ['u', 'a', 'x'] as const;

export function refOf(name: Name): PersonRef {
  if (name.startsWith('u')) return { userId: name };
  return name.startsWith('a') ? { anonymousId: name } : { externalId: name };
}

/** One programme that was asked whom it may send what, and what it said. */
export interface Look {
  /** Its place in the log. */
  place: number;
  now: number;
  who: Name;
  programme: string;
  dropped: readonly Pick<DroppedOption, 'option' | 'rule' | 'until'>[];
  /** The decision, where it answered. */
  decision?: Decision | undefined;
}

/** A signal as it was told, whoever made it. */
export interface Told {
  name: string;
  /** When it happened, which may be long before it was told. */
  at: number;
  event: string;
  made?: string | undefined;
  send?: string | undefined;
  orderId?: string | undefined;
  machine?: boolean | undefined;
}

export type Happening =
  | { kind: 'asked'; who: Name; looks: Omit<Look, 'place' | 'now' | 'who'>[] }
  | { kind: 'told'; who: Name; told: Told }
  | { kind: 'joined'; who: Name; other: Name };

/** Everything that happened, in the order in which it took effect, and in batches. A place is where in it something stands. */
export class Log {
  readonly all: Happening[] = [];
  readonly #batches: { from: number; now: number }[] = [];

  /** What follows happens at `now`, which is no earlier than what came before. */
  begin(now: number): void {
    this.#batches.push({ from: this.all.length, now });
  }

  add(happening: Happening): void {
    this.all.push(happening);
  }

  #first(holds: (batch: { from: number; now: number }) => boolean): number {
    let [low, high] = [0, this.#batches.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (holds(this.#batches[middle]!)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** The first place at which it is that time or later; `Infinity` where the log ends before. */
  placeAt(time: number): number {
    return this.#batches[this.#first(({ now }) => now >= time)]?.from ?? Infinity;
  }

  /** The first place of the next batch, unless this one is the first of one. */
  batchFrom(place: number): number {
    return this.#batches[this.#first(({ from }) => from >= place)]?.from ?? Infinity;
  }

  nowAt(place: number): number {
    return this.#batches[this.#first(({ from }) => from > place) - 1]!.now;
  }
}
