import type { OptionKey } from '../domain/decision.ts';
import type { Programme } from '../domain/programme.ts';
import { HOUR_MS } from '../domain/programme.ts';
import { effectiveSums } from '../learn/effective.ts';
import type { ModelState } from '../learn/model.ts';

/** A change that was noticed, for people to read: what was learned before it does not count. */
export interface NoticedChange {
  /** From when on, ms since 1970. */
  at: number;
  /** By what it was noticed. */
  option: OptionKey;
  signal: string;
  /** How often the signal came since, as a multiple of before; absent where it never came before. */
  factor?: number | undefined;
}

/** @param at ms since 1970 */
export function noticedChange(
  programme: Programme,
  state: ModelState,
  at: number,
): NoticedChange | undefined {
  const { change } = effectiveSums(programme, state, at);
  if (!change) return undefined;
  const { from, option, signal, before, since } = change;
  return { at: from * HOUR_MS, option, signal, ...(before > 0 && { factor: since / before }) };
}
