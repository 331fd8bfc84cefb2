import type { Programme } from '../../../core/domain/programme.ts';
import type { Log, Look, Name } from './happenings.ts';
import type { Limit } from './limits.ts';
import { limitsOf } from './limits.ts';
import type { Span, Standing, Thing } from './standing.ts';

/** What one thing takes of a limit, from one place of the log up to another. */
export interface Taking extends Span {
  key: string;
  amount: number;
}

const FORMATS = new Map<string, Intl.DateTimeFormat>();

/** The calendar day on the clocks of a zone. */
function dayIn(zone: string, at: number): string {
  let format = FORMATS.get(zone);
  if (!format) FORMATS.set(zone, (format = new Intl.DateTimeFormat('en-CA', { timeZone: zone })));
  return format.format(at);
}

/** How much is taken at each of some places (ascending): what begins and ends is sorted and slid over, what has the same key counts once. */
function slide(takings: readonly Taking[], places: readonly number[]): number[] {
  const edges = takings
    .filter(({ from, to }) => from < to)
    .flatMap(({ key, amount, from, to }) => [
      { place: from, key, amount, by: 1 },
      { place: to, key, amount, by: -1 },
    ])
    .sort((a, b) => a.place - b.place);
  const open = new Map<string, number>();
  let [next, taken] = [0, 0];
  return places.map((place) => {
    for (; next < edges.length && edges[next]!.place <= place; next++) {
      const { key, amount, by } = edges[next]!;
      const count = (open.get(key) ?? 0) + by;
      open.set(key, count);
      if (count === 0) taken -= amount;
      if (count === 1 && by === 1) taken += amount;
    }
    return taken;
  });
}

/** What is taken of a limit when a programme was asked. */
export interface Count {
  limit: Limit;
  look: Look;
  taken: number;
  takings: readonly Taking[];
}

/** What is taken of every limit at every look of a log, worked out once the log has ended. */
export class Room {
  readonly #log: Log;
  readonly #standing: Standing;
  readonly #things: readonly Thing[];
  readonly #of: Map<Name, Thing[]>;

  constructor(log: Log, standing: Standing) {
    this.#log = log;
    this.#standing = standing;
    this.#things = [...standing.contacts, ...standing.signals];
    this.#of = Map.groupBy(this.#things, ({ who }) => who);
  }

  /** The places between which a thing takes of a limit. */
  #spansOf(thing: Thing, limit: Limit): Span[] {
    const worked = limit.text.endsWith('at once') ? (thing.worked ?? Infinity) : Infinity;
    return thing.spans.map(({ from, to, until, at }) => {
      const leaves = limit.leaves(at, thing);
      const last = Math.min(to, this.#log.placeAt(leaves), worked);
      const own = { from, to: last, until: Math.min(until, leaves), at };
      // a code that is given back is somebody else's from the next batch on
      return limit.rule === 'inventory' && last !== Infinity
        ? { ...own, to: this.#log.batchFrom(last) }
        : own;
    });
  }

  #takings(things: readonly Thing[], limit: Limit, since: (thing: Thing) => number = () => 0): Taking[] {
    return things.flatMap((thing) => {
      const amount = limit.takes(thing);
      if (amount === 0) return [];
      const key = limit.rule === 'inventory' ? thing.code! : thing.key;
      return this.#spansOf(thing, limit).map((span) => {
        return { ...span, from: Math.max(span.from, since(thing)), key, amount };
      });
    });
  }

  /** Looks and takings that belong together. */
  *#groups(limit: Limit, looks: readonly Look[]): Generator<[readonly Look[], Taking[]]> {
    const { among } = limit;
    if (among === 'all') yield [looks, this.#takings(this.#things, limit)];
    else if (among === 'person') {
      for (const [who, own] of Map.groupBy(looks, (look) => look.who)) {
        const names = this.#standing.people.namesOf(who);
        const things = [...names.keys()].flatMap((name) => this.#of.get(name) ?? []);
        yield [own, this.#takings(things, limit, (thing) => names.get(thing.who)!)];
      }
    } else {
      const things = Map.groupBy(this.#standing.contacts, ({ at }) => dayIn(among.zone, at));
      for (const [day, own] of Map.groupBy(looks, ({ now }) => dayIn(among.zone, now)))
        yield [own, this.#takings(things.get(day) ?? [], limit)];
    }
  }

  /** What of the codes was somebody's, by code. */
  codesHeld(own: Programme): Map<string, Taking[]> {
    const limit = limitsOf(own, 0).find(({ rule }) => rule === 'inventory');
    return Map.groupBy(limit ? this.#takings(this.#standing.contacts, limit) : [], ({ key }) => key);
  }

  /** How much of each limit of a programme is taken at each look, limit by limit. */
  *counts(own: Programme, codes: number): Generator<Count> {
    const looks = this.#standing.looks.filter(({ programme }) => programme === own.id);
    for (const limit of limitsOf(own, codes)) {
      for (const [group, takings] of this.#groups(limit, looks)) {
        const all = slide(
          takings,
          group.map(({ place }) => place),
        );
        for (const [i, look] of group.entries()) yield { limit, look, taken: all[i]!, takings };
      }
    }
  }
}
