import type { Programme } from '../../../core/domain/programme.ts';
import type { Check, Finding } from './finding.ts';

const sameText = (a: Programme['variants'][number], b: Programme['variants'][number]): boolean =>
  a.channel === b.channel && a.contentHash === b.contentHash;

/** Variants that can never be chosen, or between which there is nothing to choose. */
export const choices: Check = ({ variants, policy }) => [
  ...variants.flatMap(({ id }, i): Finding[] => {
    if (policy.shares?.[id] !== 0) return [];
    const message = `Variant ${id} has a share of 0: it is never chosen.`;
    return [
      {
        code: 'variant-unreachable',
        path: `policy.shares.${id}`,
        message,
        fix: `Give it a share, or take variants.${i} out.`,
      },
    ];
  }),
  ...variants.flatMap((own, i): Finding[] => {
    const first = variants.findIndex((one) => sameText(one, own));
    if (first === i) return [];
    const message = `Variant ${own.id} says the same as ${variants[first]!.id}: each learns from half as much.`;
    return [
      {
        code: 'variants-alike',
        path: `variants.${i}.content`,
        message,
        fix: 'Change one of them, or take it out.',
      },
    ];
  }),
];
