import type { PoolCount } from '../../../core/contracts/resources.ts';
import type { Programme } from '../../../core/domain/programme.ts';

/** Something about a programme that is allowed and is hardly what was meant. */
export interface Finding {
  /** Stable name of the kind of finding. */
  code: string;
  /** Place in the programme, as in errors. */
  path: string;
  message: string;
  /** What to do about it. */
  fix: string;
}

/** What is known besides the programme. */
export interface Seen {
  /** ms since 1970 */
  now: number;
  /** Pools that were ever filled; absent where nobody looked. */
  pools?: readonly PoolCount[] | undefined;
  /** Programmes that are live; absent where nobody looked. */
  others?: readonly Programme[] | undefined;
}

/** Looks at a programme as it would be saved. */
export type Check = (programme: Programme, seen: Seen) => Finding[];
