import type { Programme, Variant } from '../domain/programme.ts';
import { approvalObjection } from './approval.ts';
import type { GuardContext } from './guardrail.ts';
import { needsOf } from './needs.ts';

/** The same text for variants that no guardrail can tell apart, but for how often the person had them. */
function likeness(variant: Variant, programme: Programme): string {
  const { channel, eligible, startsAt, endsAt } = variant;
  const needs = needsOf(programme, variant).map(({ resource, amount }) => [resource, amount]);
  return JSON.stringify([channel, eligible, startsAt, endsAt, approvalObjection(variant)?.state, needs]);
}

/** What is the same for every person. */
interface Alike {
  /** For each variant the place of the first that is like it. */
  firsts: readonly number[];
  /** How often a person has to have had a variant for a cap to be against it; Infinity where none counts that. */
  least: number;
}

const known = new WeakMap<Programme, Alike>();

function alikeIn(programme: Programme): Alike {
  let alike = known.get(programme);
  if (!alike) {
    const texts = programme.variants.map((variant) => likeness(variant, programme));
    const caps = programme.guardrails.caps?.filter(({ per }) => per === 'person-variant') ?? [];
    const least = Math.min(Infinity, ...caps.map(({ count }) => count));
    known.set(programme, (alike = { firsts: texts.map((text) => texts.indexOf(text)), least }));
  }
  return alike;
}

/**
 * For each variant of a programme, in order, the place of the first that guardrails cannot tell from it for this person, at whatever time:
 * what they say of one holds for all.
 */
export function firstsAlike({ programme, contacts }: GuardContext): readonly number[] {
  const { firsts, least } = alikeIn(programme);
  if (contacts.length < least) return firsts;
  const had = new Map<string | undefined, number>();
  for (const own of contacts) {
    if (own.programme === programme.id) had.set(own.variant, (had.get(own.variant) ?? 0) + 1);
  }
  const first: number[] = [];
  return programme.variants.map(({ id }, place) => {
    return (had.get(id) ?? 0) >= least ? place : (first[firsts[place]!] ??= place);
  });
}
