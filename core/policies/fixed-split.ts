import type { Programme } from '../domain/programme.ts';
import type { Rule } from './belief.ts';

/** Fixed shares over the eligible options: an A/B test. Shares of options that are not eligible go to the others in proportion. */
export function fixedSplit(
  shares: Float64Array,
  eligible: readonly number[],
  out: Float64Array,
): Float64Array {
  if (eligible.length === 0) throw new RangeError('no option is eligible');
  let total = 0;
  for (const a of eligible) {
    if (!(shares[a]! >= 0)) throw new RangeError(`share of option ${a} is ${shares[a]}`);
    total += shares[a]!;
  }
  for (let i = 0; i < eligible.length; i++) {
    out[i] = total > 0 ? shares[eligible[i]!]! / total : 1 / eligible.length;
  }
  return out;
}

/** The shares of a programme; what its options earned is learned, and changes nothing. */
export const sharedAsSet = ({ policy }: Programme): Rule => ({
  method: () => 'fixed-split; exact',
  choose(_, options) {
    const shares = Float64Array.from(options, (option) => policy.shares?.[option] ?? 1);
    return fixedSplit(shares, [...shares.keys()], new Float64Array(shares.length));
  },
});
