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

/** Looks at a programme as it would be saved; `now` in ms since 1970. */
export type Check = (programme: Programme, now: number) => Finding[];
