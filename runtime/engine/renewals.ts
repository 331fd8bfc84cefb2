import { setImmediate as turn } from 'node:timers/promises';
import type { LearnStore } from '../../core/contracts/store.ts';
import type { DecisionId } from '../../core/domain/decision.ts';
import type { Programme, ProgrammeId } from '../../core/domain/programme.ts';
import type { ModelState } from '../../core/learn/model.ts';
import type { Move } from '../../core/learn/move.ts';
import { isOutdated, outdated, Renewal } from '../../core/learn/renewal.ts';
import { CHUNK } from './ledger-reading.ts';
import { Retries } from './retries.ts';

/** Rows of the ledger that are read at once: nobody else is held up for longer than that takes. */
const PAGE = 500;
/** How long the folds of others wait for what is made anew, in ms. */
const STRETCH_MS = 100;

export interface RenewalsPorts {
  store: LearnStore;
  /** ms since 1970 */
  now: () => number;
  /** Monotonic, ms. */
  stopwatch: () => number;
  /** Asked after every page; where it says no, somebody else folds by now. */
  goesOn: () => Promise<boolean>;
  /** Told of a state that could not be made anew; `retries` says when that is tried again. */
  failed: (id: ProgrammeId, cause: unknown, retries: Retries) => void;
}

interface Ask {
  /** How far the ledger was folded, and how far it will be with the next fold. */
  folded: number;
  next: number;
  /** Whether everything else waits until all is made anew. */
  atOnce: boolean;
}

type States = Map<ProgrammeId, ModelState>;

/** States that are being made anew, a stretch of the ledger at a time; folds go on in between. */
export class Renewals {
  readonly #ports: RenewalsPorts;
  readonly #underway = new Map<ProgrammeId, { version: number; renewal: Renewal; left: number }>();
  /** When those that could not be made anew are tried again. */
  readonly retries: Retries;

  constructor(ports: RenewalsPorts) {
    this.#ports = ports;
    this.retries = new Retries(ports.now);
  }

  /** Rows of the ledger that are still to be read. */
  get left(): number {
    return [...this.#underway.values()].reduce((sum, { left }) => sum + left, 0);
  }

  /** Forgets what is under way: somebody else may have folded. */
  drop(): void {
    this.#underway.clear();
  }

  /** Programmes whose state is to be made anew by now. */
  wanted(programmes: readonly Programme[], states: States): Programme[] {
    const found = outdated(programmes, states).filter((programme) => !this.retries.waits(programme));
    const ids = new Set(found.map(({ id }) => id));
    for (const id of this.#underway.keys()) if (!ids.has(id)) this.#underway.delete(id);
    return found;
  }

  /**
   * Makes states anew, as far as there is time. Resolves with whose are, or nothing when the lease was lost. What cannot be made anew stays as
   * it is, and is behind; so is until then what nothing can be added to.
   */
  async renew(
    programmes: readonly Programme[],
    states: States,
    ask: Ask,
  ): Promise<ProgrammeId[] | undefined> {
    const renewed: ProgrammeId[] = [];
    for (const programme of programmes) {
      const { id } = programme;
      const known = states.get(id)!;
      const made = await this.#read(programme, known, ask).catch((fault: unknown) => ({
        fault,
        state: known,
      }));
      if (made === 'lost') return undefined;
      const finished = made !== 'unfinished';
      if (finished) renewed.push(id);
      if (finished) this.#underway.delete(id);
      if (finished && made.fault === undefined) {
        states.set(id, made.state);
        this.retries.succeeded(id);
      } else if (finished || isOutdated(programme, known)) states.set(id, { ...known, behind: true });
      if (finished && made.fault !== undefined) this.#ports.failed(id, made.fault, this.retries);
    }
    return renewed;
  }

  /** Reads on. Resolves with what is made anew of all that was folded once that is read. */
  async #read(
    programme: Programme,
    known: ModelState,
    { folded, next, atOnce }: Ask,
  ): Promise<Renewal | 'unfinished' | 'lost'> {
    const { store, stopwatch, goesOn } = this.#ports;
    const { id } = programme;
    const own = this.#begun(programme, known);
    const { renewal } = own;
    const until = atOnce ? Infinity : stopwatch() + STRETCH_MS;
    while (renewal.upTo < folded && !renewal.failed) {
      if (stopwatch() > until) return 'unfinished';
      const end = Math.min(folded, renewal.upTo + PAGE);
      renewal.add(await store.trials(id, renewal.upTo, end), end);
      own.left = Math.max(1, folded - end);
      await turn();
      if (!(await goesOn())) return 'lost';
    }
    // what is still to be folded is read to its end: better once there is little of it
    if (!atOnce && next - folded >= CHUNK) return 'unfinished';
    if (known.behind) renewal.arms(await store.arms(id, folded), await store.merges(folded));
    for (let after = folded, end = after; ; after = end) {
      ({ upTo: end } = await store.readLedger(after, CHUNK));
      if (end === after) return renewal.take(known);
      renewal.credit(await store.trials(id, after, end));
      if (!(await goesOn())) return 'lost';
    }
  }

  #begun(programme: Programme, known: ModelState): { renewal: Renewal; left: number } {
    const { id, version } = programme;
    const before = this.#underway.get(id);
    // what is learned from may be declared otherwise by now
    if (before?.version === version) return before;
    const begun = { version, renewal: new Renewal(programme, known), left: 0 };
    this.#underway.set(id, begun);
    return begun;
  }

  /** The places of decisions that a fold moves, as far as they may matter; asked for before it is written, which may remove them. */
  places(moves: readonly Move[]): Promise<ReadonlyMap<DecisionId, number>> {
    const own = moves.filter(({ programme }) => this.#underway.has(programme));
    const persons = [...new Set(own.map(({ decision }) => decision.person))];
    return persons.length > 0 ? this.#ports.store.places(persons) : Promise.resolve(new Map());
  }

  /** Moves with a fold that was written what was read before it. */
  follow(moves: readonly Move[], places: ReadonlyMap<DecisionId, number>): void {
    for (const move of moves)
      this.#underway.get(move.programme)?.renewal.follow(move, places.get(move.decision.id));
  }
}
