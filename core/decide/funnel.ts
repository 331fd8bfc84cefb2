import type { Decision } from '../domain/decision.ts';
import { SILENCE } from '../domain/decision.ts';
import type { Programme } from '../domain/programme.ts';

/** What became of every option: candidates = all of dropped + chosen + all of notChosen. */
export interface Funnel {
  candidates: number;
  /** By the guardrail that objected first. */
  dropped: Record<string, number>;
  chosen: number;
  /** Options no guardrail objected to, by who chose another: `policy`, `holdout`, `pinned`. */
  notChosen: Record<string, number>;
}

export const emptyFunnel = (): Funnel => ({ candidates: 0, dropped: {}, chosen: 0, notChosen: {} });

const add = (counts: Record<string, number>, name: string, count: number): void => {
  if (count > 0) counts[name] = (counts[name] ?? 0) + count;
};

/** Adds one decision. `programme` is the version it was made on; silence is a candidate where that allows it. */
export function addToFunnel(
  funnel: Funnel,
  { dropped, option, reason, pin }: Pick<Decision, 'dropped' | 'option' | 'reason' | 'pin'>,
  { variants, silence }: Pick<Programme, 'variants' | 'silence'>,
): void {
  const candidates = variants.length + Number(silence);
  const chosen = Number(option !== SILENCE || silence);
  funnel.candidates += candidates;
  funnel.chosen += chosen;
  for (const { rule } of dropped) add(funnel.dropped, rule, 1);
  const chooser = pin === undefined ? reason : 'pinned';
  add(funnel.notChosen, chooser, candidates - dropped.length - chosen);
}

/** Adds what another funnel counted. */
export function addFunnel(funnel: Funnel, other: Funnel): void {
  funnel.candidates += other.candidates;
  funnel.chosen += other.chosen;
  for (const [rule, count] of Object.entries(other.dropped)) add(funnel.dropped, rule, count);
  for (const [by, count] of Object.entries(other.notChosen)) add(funnel.notChosen, by, count);
}
