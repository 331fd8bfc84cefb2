import type { OptionKey } from '../domain/decision.ts';
import type { LinearTotal } from './blocks.ts';
import { addTotal, emptyTotal } from './blocks.ts';
import type { Labels } from './models/label-prior.ts';
import { BETWEEN } from './models/past-weight.ts';
import type { PastOption } from './past.ts';

/** As how many trials each option counts at most in what is said of another. */
const IN_COMMON = 100;
/** How far options are apart that have all labels in common, a variance in squared log-odds. */
const ALIKE = 0.04;

/** An option that was somewhere. */
export interface PastVariant {
  option: OptionKey;
  labels: Labels;
  total: LinearTotal;
}

/** The options together, none of which speaks for all. */
function together(variants: readonly PastVariant[]): LinearTotal {
  const sum = emptyTotal(1);
  for (const { total } of variants) addTotal(sum, total, IN_COMMON / (IN_COMMON + total.information[0]!));
  return sum;
}

/**
 * What is known from elsewhere of an option: of the option with its id; else of those there that share most of its labels, which
 * says the more the more of them they share; else of all.
 * @param there not empty
 */
export function pastMatch(
  { id, labels = {} }: { id: OptionKey; labels?: Labels },
  there: readonly PastVariant[],
): PastOption {
  const same = there.filter(({ option }) => option === id);
  if (same.length > 0) {
    const total = emptyTotal(1);
    for (const own of same) addTotal(total, own.total);
    return { by: 'id', spread: 0, total };
  }
  const named = Object.entries(labels);
  const sharedBy = (own: PastVariant): number =>
    named.filter(([name, value]) => own.labels?.[name] === value).length;
  const most = Math.max(...there.map(sharedBy));
  if (most === 0) return { by: 'all', spread: BETWEEN, total: together(there) };
  const spread = BETWEEN - (BETWEEN - ALIKE) * (most / named.length);
  return { by: 'labels', spread, total: together(there.filter((own) => sharedBy(own) === most)) };
}
