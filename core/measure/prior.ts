import type { Programme } from '../domain/programme.ts';
import { believableSums } from '../learn/effective.ts';
import type { ModelState } from '../learn/model.ts';
import type { PastSource } from '../learn/past.ts';

/** Where what a programme knows from elsewhere comes from, and with which probability it holds here. */
export interface PriorUsed {
  related: number;
  sources: PastSource[];
}

/** Absent where a programme asks for nothing. @param at ms since 1970 */
export function priorUsed(programme: Programme, state: ModelState, at: number): PriorUsed | undefined {
  const { past } = state;
  return past && { related: believableSums(programme, state, at).related, sources: past.sources };
}
