import type { Contender, Decision } from '../domain/decision.ts';
import { SILENCE } from '../domain/decision.ts';
import type { Programme } from '../domain/programme.ts';

/** What became of every option: candidates = all of dropped + chosen + all of notChosen + lostInArbitration. */
export interface Funnel {
  candidates: number;
  /** By the guardrail that objected first. */
  dropped: Record<string, number>;
  chosen: number;
  /** Options no guardrail objected to, by who chose another of their programme: `policy`, `holdout`, `pinned`. */
  notChosen: Record<string, number>;
  /** Options no guardrail objected to, of programmes that were not asked because another one answered. */
  lostInArbitration: number;
}

export const emptyFunnel = (): Funnel => ({
  candidates: 0,
  dropped: {},
  chosen: 0,
  notChosen: {},
  lostInArbitration: 0,
});

const add = (counts: Record<string, number>, name: string, count: number): void => {
  if (count > 0) counts[name] = (counts[name] ?? 0) + count;
};

/** How many options a programme has: silence is one where it may be chosen. */
export const candidatesOf = ({ variants, silence }: Pick<Programme, 'variants' | 'silence'>): number =>
  variants.length + Number(silence);

/** Adds the options of the programme that decided, which is given in the version it decided on. */
export function addDecided(
  funnel: Funnel,
  { dropped, option, reason, pin }: Pick<Decision, 'dropped' | 'option' | 'reason' | 'pin'>,
  programme: Pick<Programme, 'variants' | 'silence'>,
): void {
  const candidates = candidatesOf(programme);
  const chosen = Number(option !== SILENCE || programme.silence);
  funnel.candidates += candidates;
  funnel.chosen += chosen;
  for (const { rule } of dropped) add(funnel.dropped, rule, 1);
  const chooser = pin === undefined ? reason : 'pinned';
  add(funnel.notChosen, chooser, candidates - dropped.length - chosen);
}

/** Adds the options of a programme that wanted the same send and was not asked; nothing for one that was. */
export function addUnasked(funnel: Funnel, { candidates, dropped = [] }: Contender): void {
  if (candidates === undefined) return;
  funnel.candidates += candidates;
  for (const { rule } of dropped) add(funnel.dropped, rule, 1);
  funnel.lostInArbitration += candidates - dropped.length;
}

/** The options of one decision: each of every programme that wanted the send is in the funnel of one decision. */
export function funnelOf(decision: Decision, programme: Pick<Programme, 'variants' | 'silence'>): Funnel {
  const funnel = emptyFunnel();
  addDecided(funnel, decision, programme);
  for (const contender of decision.arbitration ?? []) addUnasked(funnel, contender);
  return funnel;
}

/** Adds what another funnel counted. */
export function addFunnel(funnel: Funnel, other: Funnel): void {
  funnel.candidates += other.candidates;
  funnel.chosen += other.chosen;
  funnel.lostInArbitration += other.lostInArbitration;
  for (const [rule, count] of Object.entries(other.dropped)) add(funnel.dropped, rule, count);
  for (const [by, count] of Object.entries(other.notChosen)) add(funnel.notChosen, by, count);
}
