import { hasSlots } from '../../../core/domain/slots.ts';
import { slotFeaturesOf } from '../../../core/slots/features.ts';
import type { Check, Finding } from './finding.ts';

/** Slots that leave nothing to choose, and pieces that are in no message. */
export const slots: Check = ({ variants }) =>
  variants.flatMap((variant, i) => {
    if (!hasSlots(variant)) return [];
    const { combinations } = slotFeaturesOf(variant);
    const findings: Finding[] = [];
    for (const { name, ids, start, pick } of combinations.slots) {
      const path = `variants.${i}.slots.${name}`;
      if (ids.length === 1 && pick === 1) {
        const message = `The slot ${name} has one piece: there is nothing to choose.`;
        const fix = 'Add a piece, or move its content into the variant.';
        findings.push({ code: 'slot-without-choice', path, message, fix });
      }
      for (const [j, id] of ids.entries()) {
        if (combinations.fits(start + j)) continue;
        const message = `The piece ${id} of ${name} is in no message: forbidden pairs leave another slot nothing beside it.`;
        const fix = 'Allow it beside some piece of every other slot, or take it out.';
        findings.push({ code: 'piece-unreachable', path: `${path}.${j}`, message, fix });
      }
    }
    return findings;
  });
