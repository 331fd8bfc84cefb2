import type { DecideRequest, OptionKey } from '../domain/decision.ts';
import type { FeatureDeclaration } from '../domain/feature.ts';
import type { LogPrior, Programme } from '../domain/programme.ts';

/** One send of a log from before: what was sent in which context, what came of it in rewards, and how likely it was chosen. */
export interface LoggedSend {
  option: OptionKey;
  context: DecideRequest['context'];
  reward: number;
  /** Absent: nobody knows. */
  propensity?: number | undefined;
}

/** What a log says of one option. */
export interface LoggedOption {
  option: OptionKey;
  sends: number;
  /** As how many sends to anybody it counts. */
  effective: number;
  /** Reward of a send to anybody. */
  mean: number;
  /** Why it says nothing of it; absent where it does. */
  unknown?: string | undefined;
}

/** What may be concluded from a log. */
export interface LogReading {
  sends: number;
  options: LoggedOption[];
  /** Whether propensities had to be guessed from how often what was sent in which context. */
  guessed: boolean;
  /** Sends that were so unlikely that they count for less than they would. */
  clipped: number;
  /** Why nothing may be; absent where something may. */
  refused?: string | undefined;
  /** What a programme may begin with. */
  prior: LogPrior['options'];
}

/** A send that was less likely than this counts as if it had been as likely: one send is not to speak for hundreds. */
const LEAST_PROPENSITY = 0.02;
/** Fewer sends than this of one option, or as how many they count, say nothing of it. */
const LEAST_SENDS = 30;
/** All options together have to count as so many. */
const LEAST_EFFECTIVE = 200;
/** Sends in a context, for each option, below which it is put together with the other rare ones. */
const CELL_SENDS = 20;
/** An option that was never sent to so large a share of people was not sent to a sample of them. */
const MOST_UNREACHED = 0.1;
/** By how many standard deviations what may be chance has to fall short. */
const DOUBT = 2;
const RARE = 'rare';

/** What tells one context from another: the value of a category, on which side of the middle a number is. */
function part(value: DecideRequest['context'][string] | undefined, declared: FeatureDeclaration): string {
  if (value === undefined) return '';
  if (declared.type === 'category') return String(value);
  const { min, max } = declared;
  // without a range nobody knows where its middle is
  if (min === undefined || max === undefined) return 'known';
  return Number(value) < (min + max) / 2 ? 'low' : 'high';
}

function cellsOf(
  { context: declared = {} }: Programme,
  log: readonly LoggedSend[],
  options: number,
): string[] {
  const names = Object.keys(declared).sort();
  const cells = log.map(({ context }) =>
    JSON.stringify(names.map((name) => part(context[name], declared[name]!))),
  );
  const sizes = new Map<string, number>();
  for (const cell of cells) sizes.set(cell, (sizes.get(cell) ?? 0) + 1);
  return cells.map((cell) => (sizes.get(cell)! < CELL_SENDS * options ? RARE : cell));
}

/** Sends of each option in each cell. */
function countsIn(log: readonly LoggedSend[], cells: readonly string[]): Map<string, Map<OptionKey, number>> {
  const counts = new Map<string, Map<OptionKey, number>>();
  for (const [i, { option }] of log.entries()) {
    const own = counts.get(cells[i]!) ?? new Map<OptionKey, number>();
    counts.set(cells[i]!, own.set(option, (own.get(option) ?? 0) + 1));
  }
  return counts;
}

const total = (numbers: Iterable<number>): number => [...numbers].reduce((sum, n) => sum + n, 0);

/** Weighed sums over the sends of one option. */
class Weighed {
  sends = 0;
  weight = 0;
  squares = 0;
  reward = 0;
  rewardSquares = 0;
  /** For how many people it stands, and the variance of that. */
  people = 0;
  variance = 0;

  add(propensity: number, reward: number): void {
    const weight = 1 / Math.max(LEAST_PROPENSITY, propensity);
    this.sends++;
    this.people += 1 / propensity;
    this.variance += (1 / propensity - 1) / propensity;
    this.weight += weight;
    this.squares += weight * weight;
    this.reward += weight * reward;
    this.rewardSquares += weight * reward * reward;
  }

  /** As how many equal sends they count (Kish, "Survey Sampling", 1965). */
  get effective(): number {
    return this.squares === 0 ? 0 : this.weight ** 2 / this.squares;
  }
}

/**
 * What a send log says of the options of a programme: of each the reward of a send to anybody, every send weighed by how unlikely
 * it was to whom it was sent (self-normalised inverse propensities, clipped; Swaminathan, Joachims, 2015). Says nothing of
 * options that were not sent, or not to a sample of the people, and refuses a log in which nothing can be compared.
 */
export function readSendLog(
  programme: Programme,
  options: readonly OptionKey[],
  log: readonly LoggedSend[],
): LogReading {
  const known = log.filter(({ option }) => options.includes(option));
  const cells = cellsOf(programme, known, options.length);
  const counts = countsIn(known, cells);
  const sizes = new Map([...counts].map(([cell, own]) => [cell, total(own.values())]));
  const sums = new Map(options.map((option) => [option, new Weighed()]));
  let [guessed, clipped] = [false, 0];
  for (const [i, { option, reward, propensity }] of known.entries()) {
    const cell = cells[i]!;
    guessed ||= propensity === undefined;
    const likely = propensity ?? counts.get(cell)!.get(option)! / sizes.get(cell)!;
    if (likely < LEAST_PROPENSITY) clipped++;
    sums.get(option)!.add(likely, reward);
  }
  const found = options.map((option): LoggedOption => {
    const own = sums.get(option)!;
    const unreached = total([...counts].map(([cell, sent]) => (sent.has(option) ? 0 : sizes.get(cell)!)));
    const unknown = whyUnknown(own, unreached / known.length, known.length);
    const mean = own.sends === 0 ? 0 : own.reward / own.weight;
    return { option, sends: own.sends, effective: own.effective, mean, ...(unknown && { unknown }) };
  });
  const usable = found.filter(({ unknown }) => unknown === undefined);
  const priors = usable.map(({ option, effective, mean }) => {
    const own = sums.get(option)!;
    const squares = (effective * own.rewardSquares) / own.weight;
    return [option, { trials: effective, reward: effective * mean, squares }] as const;
  });
  const refused = whyRefused(usable);
  return {
    ...{ sends: known.length, options: found, guessed, clipped, ...(refused && { refused }) },
    prior: Object.fromEntries(priors),
  };
}

function whyUnknown(own: Weighed, unreached: number, people: number): string | undefined {
  const { sends, effective } = own;
  if (sends === 0) return 'it was never sent';
  if (sends < LEAST_SENDS) return `it was sent ${sends} times, ${LEAST_SENDS} are needed`;
  if (unreached > MOST_UNREACHED)
    return `it was never sent in the context of ${Math.round(100 * unreached)} % of the sends`;
  // whoever would have got another option for certain is stood for by no send, and context need not show it
  const reached = (own.people + DOUBT * Math.sqrt(own.variance)) / people;
  if (reached < 1 - MOST_UNREACHED)
    return `by its propensities it could not have been sent to ${Math.round(100 - (100 * own.people) / people)} % of the people`;
  if (effective < LEAST_SENDS)
    return `its sends count as ${effective.toFixed(0)}, ${LEAST_SENDS} are needed: it was hardly ever sent to some`;
  return undefined;
}

function whyRefused(usable: readonly LoggedOption[]): string | undefined {
  if (usable.length < 2)
    return 'at least two options have to be comparable, or it says nothing of which is better';
  const effective = total(usable.map((own) => own.effective));
  if (effective >= LEAST_EFFECTIVE) return undefined;
  return `it counts as ${effective.toFixed(0)} sends, ${LEAST_EFFECTIVE} are needed`;
}
