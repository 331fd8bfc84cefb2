import { setImmediate as turn } from 'node:timers/promises';
import type { CreditedDecision, DeskStore } from '../../core/contracts/store.ts';
import type { Programme, ProgrammeId } from '../../core/domain/programme.ts';

/** Decisions read at once: nobody else is held up for longer than that takes. */
const PAGE = 200;

export interface Stretch {
  /** Most decisions that are read. */
  limit: number;
  /** Only those made at or after this time, ms since 1970. */
  from?: number | undefined;
  /** When to stop reading, by `clock`, both in ms. */
  until: number;
  clock: () => number;
}

/** How the reading of a stretch ended. */
export type End = 'everything' | 'limit' | 'time';

/**
 * The newest decisions of a programme, page by page and newest first, for as long as there are any and the stretch allows.
 * Between pages others have their turn. Returns why it ended.
 */
export async function* recorded(
  store: Pick<DeskStore, 'decisionsOf'>,
  programme: ProgrammeId,
  { limit, from = -Infinity, until, clock }: Stretch,
): AsyncGenerator<CreditedDecision[], End> {
  let left = limit;
  for (let before: number | undefined = Number.MAX_SAFE_INTEGER; before !== undefined; await turn()) {
    if (left === 0) return 'limit';
    if (clock() > until) return 'time';
    const page: Awaited<ReturnType<DeskStore['decisionsOf']>> = await store.decisionsOf(
      programme,
      before,
      Math.min(PAGE, left),
    );
    const wanted = page.decisions.filter(({ decision }) => decision.at >= from);
    left -= wanted.length;
    if (wanted.length > 0) yield wanted;
    // what was spooled stands later in the ledger than it was made: one page of older ones ends it
    if (wanted.length === 0 && page.decisions.length > 0) return 'everything';
    before = page.next;
  }
  return 'everything';
}

/** Versions of a programme as they are asked for, each read once. */
export class Versions {
  readonly #store: Pick<DeskStore, 'programmeVersion'>;
  readonly #id: ProgrammeId;
  readonly #known = new Map<number, Programme | null>();

  constructor(store: Pick<DeskStore, 'programmeVersion'>, id: ProgrammeId) {
    this.#store = store;
    this.#id = id;
  }

  async get(version: number): Promise<Programme | null> {
    let found = this.#known.get(version);
    if (found === undefined)
      this.#known.set(version, (found = await this.#store.programmeVersion(this.#id, version)));
    return found;
  }
}
