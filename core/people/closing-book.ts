import type { ClosedId } from '../domain/closed.ts';
import { channelsOf, leftAny } from '../domain/closed.ts';
import type { Alias, Person } from '../domain/person.ts';
import { hash32 } from '../maths/murmur3.ts';

/** What tells two states of somebody's channels apart. */
const textOf = (person: Person): string => JSON.stringify(Object.entries(channelsOf(person)).sort());

/** Finds out which ids a batch closed or opened again. Of who neither left a channel nor was erased there is nothing to find. */
export class ClosingBook {
  /** Channels of those who had left some, as they were before the batch, by each of their ids. */
  readonly #before = new Map<Alias, string>();
  readonly #erased = new Set<Alias>();

  constructor(persons: readonly Person[]) {
    for (const person of persons) {
      if (!leftAny(person)) continue;
      const text = textOf(person);
      for (const alias of person.aliases) this.#before.set(alias, text);
    }
  }

  erase(alias: Alias): void {
    this.#erased.add(alias);
  }

  /**
   * The ids that stand otherwise than before, now that the persons in `changed` are as they are, each id once; `erased` says of
   * which it is known that they were erased, and is absent where that is true of none.
   */
  written(changed: Iterable<Person>, erased: ((alias: Alias) => boolean) | undefined): ClosedId[] {
    const closed = new Map<Alias, ClosedId>();
    for (const alias of this.#erased) closed.set(alias, { id: hash32(alias), erased: true, channels: {} });
    for (const person of changed) {
      const left = leftAny(person);
      if (!left && this.#before.size === 0 && !erased) continue;
      const [text, channels] = [textOf(person), channelsOf(person)];
      for (const alias of person.aliases) {
        const before = this.#before.get(alias);
        const gone = erased?.(alias) === true;
        const changes = before === undefined ? left : before !== text;
        if (changes || (gone && text !== '[]'))
          closed.set(alias, { id: hash32(alias), erased: gone, channels });
      }
    }
    return [...closed.values()];
  }
}
