import type { Programme, Variant } from '../domain/programme.ts';
import { approvalObjection } from './approval.ts';
import type { GuardContext } from './guardrail.ts';
import { needsOf } from './needs.ts';

/** The same text for variants that no guardrail can tell apart where the person had none of them. */
function likeness(variant: Variant, programme: Programme): string {
  const { channel, eligible, startsAt, endsAt } = variant;
  const needs = needsOf(programme, variant).map(({ resource, amount }) => [resource, amount]);
  return JSON.stringify([channel, eligible, startsAt, endsAt, approvalObjection(variant)?.state, needs]);
}

/** What is the same for every person. */
interface Alike {
  /** For each variant the place of the first that is like it. */
  firsts: readonly number[];
  /** Whether a cap counts what a person had of each variant. */
  counted: boolean;
}

const known = new WeakMap<Programme, Alike>();

function alikeIn(programme: Programme): Alike {
  let alike = known.get(programme);
  if (!alike) {
    const { variants, guardrails } = programme;
    const texts = variants.map((variant) => likeness(variant, programme));
    const counted = guardrails.caps?.some(({ per }) => per === 'person-variant') === true;
    known.set(programme, (alike = { firsts: texts.map((text) => texts.indexOf(text)), counted }));
  }
  return alike;
}

/**
 * For each variant of a programme, in order, the place of the first that guardrails cannot tell from it for this person, at whatever time:
 * what they say of one holds for all.
 */
export function firstsAlike({ programme, contacts }: GuardContext): readonly number[] {
  const { firsts, counted } = alikeIn(programme);
  if (!counted || contacts.length === 0) return firsts;
  const had = new Set(contacts.map((own) => (own.programme === programme.id ? own.variant : undefined)));
  const first: number[] = [];
  return programme.variants.map(({ id }, place) => {
    return had.has(id) ? place : (first[firsts[place]!] ??= place);
  });
}
