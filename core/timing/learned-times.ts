import type { Programme, Variant } from '../domain/programme.ts';
import type { PlannedHour } from '../domain/timing.ts';
import type { GuardContext } from '../guardrails/guardrail.ts';
import { reactionsTo } from '../guardrails/suppression.ts';
import type { HourSums } from '../learn/hour-sums.ts';
import { chancesOf, evenChances, promise } from './chances.ts';
import type { HourBelief } from './hour-model.ts';
import { HourModel } from './hour-model.ts';
import type { Plan, RowAsk, TimeRow, Times } from './plan.ts';
import { hourOfWeek } from './times.ts';

/** What is recorded of persons is rounded to this grid, so that sums of products are exact (`core/learn/features/declared.ts`). */
const GRID = 1024;
const onGrid = (x: number): number => Math.round(x * GRID) / GRID;

const ownOf = ({ moments: [expected, more, before] }: HourBelief): PlannedHour['own'] =>
  before === 0 ? undefined : [onGrid(expected), onGrid(more), onGrid(before)];

const rounded = ({ factor }: HourBelief): number => Number(factor.toPrecision(3));

/** The most promising of some times, in their order. */
function kept(steps: readonly number[], most: number, of: (step: number) => HourBelief): readonly number[] {
  if (steps.length <= most) return steps;
  const best = [...steps].sort((a, b) => promise(of(b)) - promise(of(a)) || a - b).slice(0, most);
  return best.sort((a, b) => a - b);
}

/** Times by what was learned of the hours of the week. */
export class LearnedTimes implements Times {
  readonly #model: HourModel;
  readonly #silence: boolean;

  constructor(programme: Programme, sums: HourSums) {
    this.#model = new HourModel(sums, reactionsTo(programme));
    this.#silence = programme.silence;
  }

  /** What is believed of the person at each time of a plan, each worked out once. */
  #beliefs(
    { plan, given }: Pick<RowAsk, 'plan' | 'given'>,
    { channel }: Variant,
  ): (step: number) => HourBelief {
    const { place, segment, times } = plan;
    const { contacts, signals = [], now } = given;
    const believe = this.#model.believe({ channel, segment, zone: place.zone, contacts, signals }, now);
    const known: HourBelief[] = [];
    return (step) => (known[step] ??= believe(hourOfWeek(times[step]! + place.zone.offsetAt(times[step]!))));
  }

  row(asked: RowAsk): TimeRow {
    const { plan, variant, how } = asked;
    const of = this.#beliefs(asked, variant);
    const open = plan.open.get(variant.id)!;
    const steps = how === 'first' ? open.slice(0, 1) : kept(open, plan.most, of);
    const chances = how === 'responsive' ? chancesOf(steps.map(of)) : evenChances(steps.length);
    const at = (place: number): HourBelief => of(steps[place]!);
    return { steps, chances, factorAt: (place) => rounded(at(place)), ownAt: (place) => ownOf(at(place)) };
  }

  factors(plan: Plan, given: GuardContext): ReadonlyMap<string, number> | undefined {
    const { allowed, open } = plan;
    const [first] = allowed;
    const alike = allowed.every(({ id, channel }) => {
      return channel === first!.channel && open.get(id) === open.get(first!.id);
    });
    if (alike && !this.#silence) return undefined;
    const known = new Map<readonly number[], Map<string, number>>();
    return new Map(
      allowed.map((variant) => {
        const steps = open.get(variant.id)!;
        const byChannel = known.get(steps) ?? new Map<string, number>();
        known.set(steps, byChannel);
        let best = byChannel.get(variant.channel);
        if (best === undefined) {
          const of = this.#beliefs({ plan, given }, variant);
          byChannel.set(variant.channel, (best = Math.max(...steps.map((step) => of(step).factor))));
        }
        return [variant.id, best];
      }),
    );
  }
}
